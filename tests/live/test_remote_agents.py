"""Agents who are reached at any address: they hear which queue calls, and accept with a key."""

from __future__ import annotations

import pytest

from tests.live import prompts
from tests.live.daemon import agents_at, queue
from tests.live.waiting import until
from tests.live.watching import MUSIC, arrival, bridged, playing

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

WHISPER_SECONDS = 1.5


@pytest.fixture
def settings(tmp_path):
    """Of a queue that whispers, and agents who have to accept with a key or not; and the files."""
    sounds = tmp_path / "sounds"
    whisper = prompts.record(sounds, "queues/support", seconds=WHISPER_SECONDS)
    press = prompts.record(sounds, "press/key", seconds=0.3)
    prompts.record(sounds, "digit/1", seconds=0.3)

    def made(*phones, confirm_key=None, **more):
        agents = agents_at(*(phone.port for phone in phones))
        if confirm_key is not None:
            for agent in agents.values():
                agent |= {"confirm_key": confirm_key, "confirm_seconds": 2}
        support = queue(whisper=["queues/support"], wrap_up_seconds=0, **more)
        return {
            "sounds": {"directory": str(sounds)},
            "queues": {"support": support},
            "agents": agents,
        }

    return made, whisper, press


def agents_leg(watched, whisper):
    """The agent's leg, once the whisper is heard on it."""
    began = watched.wait_event(
        "PLAYBACK_START", 10, lambda event: whisper in event["Playback-File-Path"]
    )
    assert began["Call-Direction"] == "outbound"
    return began["Unique-ID"]


def test_the_agent_hears_the_queue_before_the_caller(watched, phones, callcore, settings):
    """The whisper is heard to its end while the caller hears music and pays nothing; then they
    talk.
    """
    made, whisper, _ = settings
    phone = phones.listening_agent(hang_up_after_seconds=WHISPER_SECONDS + 1.5)
    daemon = callcore(**made(phone, answer="at_pick_up"))
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    playing(watched, uuid, MUSIC)
    leg = agents_leg(watched, whisper)
    assert caller.statuses() == [183]
    ended = watched.wait_event("PLAYBACK_STOP", 5, lambda event: event["Unique-ID"] == leg)
    assert ended["Playback-File-Path"] == whisper
    joined = bridged(watched, uuid)
    gap = int(joined["Event-Date-Timestamp"]) - int(ended["Event-Date-Timestamp"])
    assert 0 < gap < 500_000
    caller.wait_for("hung_up_by_them")
    record = daemon.record(uuid)
    assert (record["outcome"], record["faults"]) == ("served", [])


def test_a_key_accepts_the_call(watched, phones, callcore, settings):
    """Pressed while the prompts are heard: they end, and both talk."""
    made, whisper, _ = settings
    phone = phones.listening_agent(hang_up_after_seconds=4)
    daemon = callcore(**made(phone, confirm_key="1"))
    phones.listening_caller("5001")
    uuid = arrival(watched)
    leg = agents_leg(watched, whisper)
    phone.sound.press("71")
    joined = bridged(watched, uuid, 2)
    assert joined["Bridge-B-Unique-ID"] == leg
    record = daemon.record(uuid)
    assert (record["outcome"], record["faults"]) == ("served", [])


def test_a_voicemail_does_not_get_the_caller(watched, phones, callcore, settings):
    """A machine picks up and presses nothing: it is hung up on, which is a miss of its own; the
    caller waits on.
    """
    made, _, _ = settings
    machine = phones.listening_agent(answer_after_seconds=0.1)
    daemon = callcore(
        **made(machine, confirm_key="1", ring_timeout_seconds=10, retry_after_miss_seconds=60)
    )
    caller = phones.listening_caller("5001", hang_up_after_seconds=12)
    uuid = arrival(watched)
    machine.wait_for("picked_up")
    machine.wait_for("hung_up_by_them", 10)
    until(
        lambda: daemon.metric("callcore_offers_ended_total", outcome="not_confirmed") == 1,
        3,
        "the miss is counted",
    )
    caller.ended_well(20)
    [offer] = daemon.offers(uuid)
    assert offer["lost_reason"] == "not_confirmed"
    assert daemon.record(uuid)["outcome"] == "abandoned"
