"""What a caller's leg keeps of language, music and account, and what is read from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.adapters.freeswitch import commands
from callcore.domain import brought
from callcore.domain.ids import Language, LegId
from callcore.domain.sounds import is_sound
from callcore.domain.wishes import Wishes

LEG = LegId("3f2a9c1e-0000-4000-8000-000000000001")
ACCOUNTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=brought.LONGEST_ACCOUNT
).filter(lambda text: brought.is_account(text) and text == text.strip())
SOUNDS = st.sampled_from(
    ["local_stream://jazz", "tone_stream://%(400,4000,480);loops=-1", "/sounds/music/one.wav"]
)


def on_a_leg(wishes: Wishes) -> dict[str, str]:
    """The variables as a leg has them; what is empty is not there."""
    kept = brought.variables(wishes)
    return {f"callcore_{name}": value for name, value in kept.items() if value}


@given(
    language=st.none() | st.sampled_from([Language("pl"), Language("ru")]),
    music=st.none() | SOUNDS,
    account=ACCOUNTS,
)
def test_what_is_kept_is_read_again(
    language: Language | None, music: str | None, account: str
) -> None:
    """And a switch can keep it, whatever the text: nothing of it ends or expands a command."""
    wishes = Wishes(language=language, music=music, account=account)
    kept = on_a_leg(wishes)
    if kept:
        commands.remember(LEG, kept)
    assert brought.brought(Wishes(), kept) == (wishes, ())


def test_what_the_variables_do_not_say_stays() -> None:
    """They stand in place of what they name, and of nothing else."""
    wishes = Wishes(own_priority=3, language=Language("pl"), account="gold")
    found, faults = brought.brought(wishes, {"callcore_language": "ru", "callcore_queue": "x"})
    assert found == Wishes(own_priority=3, language=Language("ru"), account="gold")
    assert faults == ()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("language", "de", "callcore_language is 'de': expected one of en, pl, ru"),
        ("language", "PL", "callcore_language is 'PL'"),
        ("music", "shell_stream://rm", "callcore_music is 'shell_stream://rm': expected a sound"),
        ("music", "../../etc/passwd", "callcore_music is"),
        ("music", "local_stream://a b", "callcore_music is"),
        ("account", "a" * 65, "callcore_account is 'aaa"),
        ("account", "one%0Atwo", "without control characters"),
    ],
)
def test_what_is_of_no_use_is_told_and_left_out(name: str, text: str, told: str) -> None:
    """The caller goes on with what was there before."""
    before = Wishes(language=Language("ru"), music="local_stream://jazz", account="gold")
    found, (fault,) = brought.brought(before, {f"callcore_{name}": text})
    assert found == before
    assert told in fault


@pytest.mark.parametrize(
    ("text", "is_legal"),
    [
        ("local_stream://moh", True),
        ("silence_stream://-1", True),
        ("tone_stream://%(200,100,620);loops=2", True),
        ("music/evening.wav", True),
        ("/var/lib/a@b.wav", True),
        ("", False),
        ("a..b", False),
        ("http://host/a.mp3", False),
        ("file_string://a!b", False),
        ("a" * 513, False),
        ("$${x}", False),
    ],
)
def test_sounds_that_are_legal(text: str, *, is_legal: bool) -> None:
    """Files and three kinds of streams; nothing that runs, fetches or climbs."""
    assert is_sound(text) is is_legal
