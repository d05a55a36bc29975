"""The language a caller is spoken to in, by what the switch plays."""

from __future__ import annotations

import shutil

import pytest

from callcore.domain.ids import Language
from callcore.domain.speech import grammar
from callcore.domain.speech.utterances import YouAreNext
from tests.live.daemon import agent, phone_at, queue
from tests.live.test_operating import told
from tests.live.waiting import until
from tests.live.watching import MUSIC, arrival, playing

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

NOBODY = {"1001": agent("Anna Nowak", phone_at(9), logged_in=False)}
POSITION = {"first_after_seconds": 0.5, "interval_seconds": 5}
TONE = "tone_stream://"


@pytest.fixture
def house(sounds):
    """Settings of a queue that tells the position, reached in Polish and by a choice of language;
    English is the site's.
    """
    for language in ("en", "pl", "ru"):
        sounds.record("shop/main", seconds=1, language=language)

    def settings(**more):
        return {
            "sounds": {**sounds.settings, "language": "en"},
            "queues": {"support": queue(announce_position=POSITION)},
            "agents": NOBODY,
            "numbers": {
                "8001": {"queue": "support", "language": "pl"},
                "8002": {"menu": "main", "language": "pl"},
            },
            "menus": {
                "main": {
                    "prompts": ["shop/main"],
                    "choices": {
                        "1": {"language": "ru", "say": ["language/chosen"], "menu": "main"},
                        "2": {"queue": "support"},
                    },
                }
            },
            **more,
        }

    return settings


def next_in(language):
    """The keys of "you are next"."""
    return grammar.prompt_keys((YouAreNext(),), Language(language))


def test_language_of_the_number_and_of_the_choice(watched, phones, callcore, sounds, house):
    """A number speaks Polish; a caller who chooses Russian in its menu hears Russian from then on,
    while waiting too, and the record and the leg know.
    """
    daemon = callcore(**house())
    caller = phones.listening_caller("8002")
    uuid = arrival(watched)
    sounds.said(watched, uuid, "shop/main", language="pl")
    caller.sound.press("1")
    sounds.said(watched, uuid, "language/chosen", language="ru")
    sounds.said(watched, uuid, "shop/main", language="ru")
    caller.sound.press("2")
    playing(watched, uuid, MUSIC)
    sounds.said(watched, uuid, *next_in("ru"), language="ru")
    assert watched.variable(uuid, "callcore_language") == "ru"
    watched.api(f"uuid_kill {uuid}")
    assert daemon.record(uuid)["language"] == "ru"


def test_operator_sets_the_language(watched, phones, callcore, sounds, house):
    """A caller who waits is spoken to in another language by command."""
    daemon = callcore(**house())
    phones.listening_caller("8001")
    uuid = arrival(watched)
    sounds.said(watched, uuid, *next_in("pl"), language="pl")
    told(daemon, "call", "language", uuid, "ru")
    sounds.said(watched, uuid, *next_in("ru"), language="ru")


def test_missing_recordings_are_heard_in_the_sites_language(
    watched, phones, callcore, sounds, house
):
    """What has no recording in the caller's language is said in the site's; what has none there
    either is a tone. The music goes on after both.
    """
    (polish,), (english,) = next_in("pl"), next_in("en")
    shutil.rmtree(sounds.directory / "pl" / polish.partition("/")[0])
    daemon = callcore(**house())
    phones.listening_caller("8001")
    uuid = arrival(watched)
    sounds.said(watched, uuid, english)
    shutil.rmtree(sounds.directory / "en" / english.partition("/")[0])
    playing(watched, uuid, TONE)
    watched.wait_event("PLAYBACK_STOP", 5, lambda event: event["Unique-ID"] == uuid)
    until(
        lambda: watched.variable(uuid, "current_application") == "playback", 1, "the music goes on"
    )
    watched.api(f"uuid_kill {uuid}")
    assert daemon.record(uuid)["outcome"] == "abandoned"
