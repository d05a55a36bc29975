"""Every language has a text for everything callcore can say, and for nothing else."""

from __future__ import annotations

import re
from itertools import chain

import pytest

from callcore.domain.ids import Language
from callcore.domain.speech import grammar, phrases
from callcore.domain.speech.utterances import (
    BareWait,
    Digits,
    Minutes,
    MoreThanWaiting,
    Number,
    PressKey,
    Spoken,
    WaitBetween,
    WaitMoreThan,
    WaitUpTo,
    YouAreNext,
    YourPosition,
)
from callcore.domain.treatments import OverflowReason
from tests.unit.speech.spoken import EN, PL, RU, source, texts

LANGUAGES = sorted(grammar.CATALOGUED)

ALPHABETS = {
    EN: "A-Za-z",
    PL: "A-Za-zĄĆĘŁŃÓŚŹŻąćęłńóśźż",
    RU: "А-Яа-яЁё",
}


def everything_said() -> set[Spoken]:
    """Utterances that make use of every word and every form of one."""
    numbers = (*range(130), *range(200, 1000, 100), *(1000 * n for n in range(130)))
    counts = [n for n in numbers if n > 0]
    keys = "0123456789*#"
    return {
        Number(-1),
        Digits(f"+{keys}"),
        YouAreNext(),
        *map(PressKey, keys),
        *(kind(n) for n in numbers for kind in (Number, Minutes)),
        *(kind(n) for n in counts for kind in (YourPosition, MoreThanWaiting)),
        *(kind(n) for n in counts for kind in (WaitUpTo, WaitMoreThan)),
        *chain.from_iterable((WaitBetween(0, n), WaitBetween(n, n + 1)) for n in counts),
        *chain.from_iterable((BareWait(0, n), BareWait(n, n + 1)) for n in counts),
        *(BareWait(n, None) for n in counts),
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_exactly_the_prompts_of_its_grammar(language: Language) -> None:
    """Neither is a caller left without a word, nor is a text kept that nobody hears."""
    assert texts(language).keys() == grammar.prompts(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_piece_is_part_of_something_said(language: Language) -> None:
    """What the grammars use, and what they say they use, is the same."""
    used = set(grammar.prompt_keys(tuple(everything_said()), language))
    alike = phrases.EVERY | {key for key in texts(language) if key.startswith(phrases.REFUSED)}
    assert used | alike == grammar.prompts(language)
    assert not used & alike


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_has_two_texts(language: Language) -> None:
    """YAML would take the last of them without a word."""
    keys = re.findall(r"^([^#\s][^:]*):", source(language), flags=re.MULTILINE)
    assert sorted(keys) == sorted(texts(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_written_in_the_letters_of_their_language(language: Language) -> None:
    """No figures, no Latin letter among Cyrillic ones, no stray space."""
    sound = re.compile(rf"[{ALPHABETS[language]}][{ALPHABETS[language]} ,.:?!—’'-]*")
    odd = {
        key: text
        for key, text in texts(language).items()
        if not sound.fullmatch(text) or "  " in text or text != text.strip()
    }
    assert odd == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_keys_are_names_of_files(language: Language) -> None:
    """Groups and names, of what any file system takes."""
    legal = re.compile(r"[a-z0-9_-]+(/[a-z0-9_-]+)+")
    assert [key for key in texts(language) if not legal.fullmatch(key)] == []


def test_all_phrases_are_of_every_catalogue() -> None:
    """A constant that is left out of the set would have no text."""
    prefixes = {phrases.REFUSED, phrases.BREAK}
    constants = {value for value in vars(phrases).values() if isinstance(value, str)}
    keys = {value for value in constants - prefixes if re.fullmatch(r"[a-z-]+/[a-z-]+", value)}
    assert keys | phrases.USUAL_BREAKS == phrases.EVERY


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", OverflowReason)
def test_a_caller_who_is_not_served_is_told_why(language: Language, reason: OverflowReason) -> None:
    """Each reason has a text, under its own word."""
    assert texts(language)[f"refused/{reason.value.replace('_', '-')}"]
