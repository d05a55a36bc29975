"""callcore is killed while callers wait unanswered, and while several phones ring for one."""

from __future__ import annotations

import itertools
import time

import pytest

from tests.live.daemon import agents_at, one_agent, queue
from tests.live.waiting import stays, until
from tests.live.watching import MUSIC, arrival, bridged, playing

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]


PICKED_UP_AFTER_SECONDS = 20
"""Until then callcore is back."""
LIMIT_SECONDS = 5


def free_agents(daemon):
    return daemon.metric("callcore_queue_free_agents", queue="support")


def hears_on(caller):
    """The sound did not stop for longer than a moment."""
    enough = caller.sound.packets_count + 50
    until(lambda: caller.sound.packets_count >= enough, 5, "the sound goes on")
    pairs = itertools.pairwise(caller.sound.arrivals)
    longest = max(later - earlier for earlier, later in pairs)
    assert longest < 0.5


@pytest.mark.parametrize(("hears", "status"), [("early_media", 183), ("ringback", 180)])
def test_callers_stay_unanswered_and_keep_their_places(watched, phones, callcore, hears, status):
    """callcore is killed and started again: the callers hear on what they heard, are not answered
    before an agent picks up, and are served in the order in which they came.
    """
    busy = phones.refusing_agent(486)
    daemon = callcore(**one_agent(busy.port, answer="at_pick_up", unanswered={"hears": hears}))
    callers, uuids = [], []
    for number in range(2):
        callers.append(phones.listening_caller("5001", from_user=f"+4860000000{number}"))
        uuids.append(arrival(watched))
        callers[-1].response(status)
    joined_at = time.time()
    busy.wait_for("refused 486")
    if hears == "early_media":
        playing(watched, uuids[1], MUSIC)
    watched.drain()
    daemon.kill()
    if hears == "early_media":
        hears_on(callers[0])
    daemon.start()
    busy.wait_for("refused 486", count=len(busy.milestones()) + 1)
    assert [caller.statuses() for caller in callers] == [[status]] * 2
    silenced = [
        event
        for event in watched.drain()
        if event["Event-Name"] == "PLAYBACK_STOP" and event["Playback-File-Path"] == MUSIC
    ]
    assert silenced == []

    busy.stop()
    phone = phones.agent(port=busy.port, answer_after_seconds=0.5, hang_up_after_seconds=1)
    bridged(watched, uuids[0])
    assert [caller.statuses()[-1] for caller in callers] == [200, status]
    assert phone.response(200).at < callers[0].response(200).at
    bridged(watched, uuids[1])
    for caller, uuid in zip(callers, uuids, strict=True):
        record = daemon.record(uuid)
        assert (record["outcome"], record["is_adopted"]) == ("served", True)
        assert record["faults"] == []
        assert abs(record["line_answered_at"].timestamp() - caller.response(200).at) < 0.1
        [visit] = daemon.visits(uuid)
        assert abs(visit["joined_at"].timestamp() - joined_at) < 1.5


def test_limit_of_waiting_unanswered_is_that_of_the_whole_wait(watched, phones, callcore):
    """The time a caller may wait unanswered goes on while callcore is away."""
    daemon = callcore(
        **one_agent(
            9,
            answer="at_pick_up",
            unanswered={"limit_seconds": LIMIT_SECONDS, "then": "overflow"},
            overflow={"unanswered_too_long": {"cause": "NO_ANSWER"}},
        )
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    caller.response(183)
    daemon.kill()
    daemon.start()
    is_back_at = time.time()
    caller.ended_well()
    assert caller.statuses() == [183, 480]
    came_at, refused_at = caller.response(100).at, caller.response(480).at
    assert refused_at - came_at >= LIMIT_SECONDS - 0.2
    assert refused_at <= max(came_at + LIMIT_SECONDS, is_back_at) + 2
    record = daemon.record(uuid)
    assert (record["outcome"], record["line_answered_at"]) == ("overflowed", None)
    assert record["is_adopted"] is True


def test_phones_that_rang_together_ring_on(watched, phones, callcore):
    """callcore is killed while three phones ring: started again it lets them ring, each for its one
    call, and the caller, unanswered all the time, talks with who picks up first.
    """
    first = phones.agent(answer_after_seconds=PICKED_UP_AFTER_SECONDS, hang_up_after_seconds=0.5)
    others = [phones.agent(answer_after_seconds=None) for _ in range(2)]
    daemon = callcore(
        queues={
            "support": queue(
                strategy="ring_all",
                answer="at_pick_up",
                ring_timeout_seconds=PICKED_UP_AFTER_SECONDS * 3,
                wrap_up_seconds=0,
            )
        },
        agents=agents_at(*(phone.port for phone in (first, *others))),
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    for phone in (first, *others):
        phone.wait_for("ringing")
    until(lambda: len(watched.channels()) == 4, 2, "three phones ring")
    daemon.kill()
    stays(lambda: len(watched.channels()) == 4, 0.5, "the phones ring on")
    daemon.start()
    bridged(watched, uuid)
    assert first.response(200).at < caller.response(200).at
    for other in others:
        other.wait_for("cancelled", 2)
    assert [len(phone.requests("INVITE")) for phone in (first, *others)] == [1, 1, 1]
    caller.wait_for("hung_up_by_them")
    assert caller.statuses() == [183, 200]
    until(lambda: not watched.channels(), 3, "no leg is left")
    until(lambda: free_agents(daemon) == 3, 3, "all are free")

    record = daemon.record(uuid)
    assert (record["outcome"], record["agent_id"]) == ("served", "1001")
    assert record["is_adopted"] is True


def test_agents_who_picked_up_without_callcore(watched, phones, callcore):
    """Two phones are picked up while callcore is dead: started again it does not leave them on the
    line with nobody, and the caller talks with an agent.
    """
    ringing = [phones.agent(answer_after_seconds=1) for _ in range(2)]
    daemon = callcore(
        queues={
            "support": queue(
                strategy="ring_all",
                answer="at_pick_up",
                ring_timeout_seconds=30,
                wrap_up_seconds=0,
            )
        },
        agents=agents_at(*(phone.port for phone in ringing)),
    )
    caller = phones.listening_caller("5001", hang_up_after_seconds=1)
    uuid = arrival(watched)
    for phone in ringing:
        phone.wait_for("ringing")
    daemon.kill()
    for phone in ringing:
        phone.wait_for("picked_up")
    assert caller.statuses() == [183]
    daemon.start()
    bridged(watched, uuid)
    until(lambda: len(watched.channels()) == 2, 3, "only who talk are on the line")
    caller.ended_well()
    until(lambda: not watched.channels(), 3, "no leg is left")
    until(lambda: free_agents(daemon) == 2, 3, "both are free")
    assert daemon.record(uuid)["outcome"] == "served"
