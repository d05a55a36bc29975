"""A sound that is missing in a sentence: what a real switch tells, and what is heard then."""

from __future__ import annotations

import pytest

from callcore.adapters.freeswitch.switch import FreeSwitch as Adapter
from callcore.domain.ids import NodeName
from callcore.domain.policies import NodePolicy
from callcore.ports.switch_events import (
    LegParked,
    PlaybackEnded,
    PlaybackStarted,
    SoundMissing,
    SwitchEvent,
    SwitchRestored,
)
from callcore.runtime.clock import SystemClock
from tests.adapters.freeswitch.scripted_switch import RecordingObserver
from tests.live import prompts
from tests.live.daemon import NODE, agent, phone_at, queue
from tests.live.ports import HOST
from tests.live.test_operating import told
from tests.live.waiting import until
from tests.live.watching import arrival

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

MENU = {"prompts": ["shop/first", "shop/second"], "choices": {"1": {"queue": "support"}}}
SETTINGS = {
    "queues": {"support": queue()},
    "agents": {"1001": agent("Anna Nowak", phone_at(9), logged_in=False)},
    "numbers": {"8002": {"menu": "main", "language": "pl"}},
    "menus": {"main": MENU},
}
"""A menu that asks in Polish, in two prompts; the site speaks English."""


def test_switch_tells_what_it_passes_over_when_its_turn_has_come(ear, phones, tmp_path):
    """In order: the first of a sequence before it begins, the last before it ends; each of those
    that are all missing. A single one is told with its leg alone.
    """
    leg_id = ear.arrived(phones)
    one, two = (prompts.record(tmp_path, name, seconds=0.4) for name in ("one", "two"))
    first, middle, last = (str(tmp_path / f"{name}.wav") for name in ("first", "middle", "last"))
    nothing = f"file_string://{first}!{last}"
    for count, paths in enumerate(((first, one, middle, two, last), (first, last), (last,))):
        ear.switch.announce(leg_id, paths)
        ear.hear(PlaybackEnded, leg_id, count=count + 1)
    heard = [
        one for one in ear.heard if isinstance(one, SoundMissing | PlaybackStarted | PlaybackEnded)
    ]
    assert [(type(one).__name__, one.path) for one in heard[:1] + heard[2:4] + heard[5:]] == [
        ("SoundMissing", first),
        ("SoundMissing", middle),
        ("SoundMissing", last),
        ("SoundMissing", first),
        ("SoundMissing", last),
        ("PlaybackEnded", nothing),
        ("PlaybackEnded", last),
    ]
    began, ended = heard[1], heard[4]
    assert isinstance(began, PlaybackStarted)
    assert isinstance(ended, PlaybackEnded)
    assert 0.35 < (heard[2].at - began.at) / 1e6 < 0.6
    assert all(one.node == "live" for one in heard)


def test_every_worker_is_told(ear, phones, switch, tmp_path):
    """One that is told of no leg of this call, because it looks after others."""
    leg_id = ear.arrived(phones)
    others = "0123456789abcdef".replace(leg_id[0], "")
    heard: list[SwitchEvent] = []
    adapter = Adapter(
        NodePolicy(name=NodeName("other"), host=HOST, port=switch.esl_port),
        switch.esl_password,
        clock=SystemClock(),
        deliver=heard.append,
        observe=RecordingObserver(),
    )
    adapter.follow_digits(others)
    adapter.start()
    try:
        until(lambda: heard, 8, "the other worker is linked")
        one = prompts.record(tmp_path, "one", seconds=0.1)
        ear.switch.announce(leg_id, (one, "/nowhere/two.wav"))
        until(lambda: len(heard) > 1, 8, "the other worker is told")
        ear.hear(PlaybackEnded, leg_id)
        ear.hear(LegParked, leg_id)
        restored, missed = heard
        assert isinstance(restored, SwitchRestored)
        assert isinstance(missed, SoundMissing)
        assert missed.path == "/nowhere/two.wav"
    finally:
        adapter.stop()


def test_only_the_first_caller_hears_a_sentence_with_a_hole(watched, phones, callcore, sounds):
    """The next one hears the whole of it in the site's language, and, once the recording is there
    and the settings are read again, in the caller's. Operators are told what to do.
    """
    sounds.record("shop/first", "shop/second", seconds=0.4)
    sounds.record("shop/first", seconds=0.4, language="pl")
    daemon = callcore(sounds={**sounds.settings, "language": "en"}, **SETTINGS)

    def hears(language):
        phones.caller("8002")
        uuid = arrival(watched)
        seconds = sounds.heard(watched, uuid, *MENU["prompts"], language=language)
        watched.api(f"uuid_kill {uuid}")
        return seconds

    assert hears("pl") < 0.9
    daemon.wait_metric(1, "callcore_prompts_not_found_total", node=NODE)
    assert hears("en") > 0.95
    sounds.record("shop/second", seconds=0.4, language="pl")
    assert hears("en") > 0.95
    assert "in force already" in told(daemon, "reload")
    assert hears("pl") > 0.95
    (line,) = [line for line in daemon.log_text().splitlines() if "sound_not_found" in line]
    assert sounds.played("shop/second", language="pl") in line
    assert "callcore sounds build" in line
    assert daemon.metric("callcore_prompts_not_found_total", node=NODE) == 1
