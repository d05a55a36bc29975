"""callcore dies, is stopped or comes back while real calls are going on."""

from __future__ import annotations

import functools
import time

import pytest

from tests.live.daemon import agent, one_agent, phone_at, queue
from tests.live.waiting import stays, until
from tests.live.watching import MUSIC, arrival, bridged, exists, packets_sent, playing

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]


def sounded(esl, uuid, enough):
    return packets_sent(esl, uuid) >= enough


def test_waiting_callers_outlive_a_killed_callcore(watched, phones, callcore):
    """callcore is killed while two callers wait and is started again: the music never stops, both
    keep place and joining time, are served in order, and each has one record.
    """
    declining = phones.refusing_agent(486)
    daemon = callcore(**one_agent(declining.port))
    phones.caller("5001")
    first = arrival(watched)
    playing(watched, first, MUSIC)
    joined_at = time.time()
    phones.caller("5001")
    second = arrival(watched)
    playing(watched, second, MUSIC)
    declining.wait_for("refused 486", count=2)

    watched.drain()
    daemon.kill()
    for uuid in (first, second):
        enough = packets_sent(watched, uuid) + 75
        sounds_on = functools.partial(sounded, watched, uuid, enough)
        until(sounds_on, 5, "music goes on without callcore")
    daemon.start()
    declining.wait_for("refused 486", count=4)
    silenced = [
        event
        for event in watched.drain()
        if event["Event-Name"] == "PLAYBACK_STOP" and event["Playback-File-Path"] == MUSIC
    ]
    assert silenced == []

    declining.stop()
    phones.agent(port=declining.port, hang_up_after_seconds=1)
    bridged(watched, first)
    bridged(watched, second)
    records = daemon.record(first), daemon.record(second)
    assert [record["outcome"] for record in records] == ["served", "served"]
    assert [record["is_adopted"] for record in records] == [True, True]
    assert records[0]["bridged_at"] < records[1]["bridged_at"]
    [visit] = daemon.visits(first)
    assert abs(visit["joined_at"].timestamp() - joined_at) < 1.5
    assert records[0]["wait_seconds"] > 3
    assert daemon.metric("callcore_calls_adopted_total", node="fs1") == 2


def test_conversation_outlives_a_killed_callcore(watched, phones, callcore):
    """callcore is killed while caller and agent talk: they go on talking; callcore started again
    follows them, and the record has the whole conversation.
    """
    phone = phones.agent(hang_up_after_seconds=9)
    daemon = callcore(**one_agent(phone.port))
    caller = phones.caller("5001")
    uuid = arrival(watched)
    bridged(watched, uuid)
    began = time.monotonic()
    daemon.wait_metric(1, "callcore_queue_picked_up_total", queue="support")
    daemon.kill()
    stays(lambda: exists(watched, uuid), 2, "the caller talks")
    daemon.start()
    assert "hung_up_by_us" not in phone.milestones(), "callcore came back too late for this test"
    caller.wait_for("hung_up_by_them", 15)
    talked = time.monotonic() - began

    record = daemon.record(uuid)
    assert (record["outcome"], record["agent_id"]) == ("served", "1001")
    assert record["is_adopted"] is True
    assert record["hung_up_by"] == "agent"
    assert abs(record["talk_seconds"] - talked) < 1.5
    daemon.wait_metric(1, "callcore_agents", state="available")


def test_call_that_ended_without_callcore_has_its_record(watched, phones, callcore):
    """callcore is killed while caller and agent talk, and they hang up before it is back: the call
    still has its one record, and the agent is free again.
    """
    phone = phones.agent(hang_up_after_seconds=3)
    daemon = callcore(**one_agent(phone.port))
    caller = phones.caller("5001")
    uuid = arrival(watched)
    bridged(watched, uuid)
    daemon.wait_metric(1, "callcore_queue_picked_up_total", queue="support")
    daemon.kill()
    caller.wait_for("hung_up_by_them")
    daemon.start()

    record = daemon.record(uuid)
    assert (record["outcome"], record["agent_id"]) == ("served", "1001")
    daemon.wait_metric(1, "callcore_agents", state="available")


def test_agent_rung_by_a_killed_callcore_is_not_forgotten(watched, phones, callcore):
    """callcore is killed while a phone rings: started again, it leaves no phone ringing for nobody
    and serves the caller.
    """
    phone = phones.agent(answer_after_seconds=4, hang_up_after_seconds=1)
    daemon = callcore(**one_agent(phone.port, ring_timeout_seconds=20))
    phones.caller("5001")
    uuid = arrival(watched)
    phone.wait_for("ringing")
    daemon.kill()
    daemon.start()
    bridged(watched, uuid, 30)

    record = daemon.record(uuid)
    assert record["outcome"] == "served"
    until(lambda: not watched.channels(), 10, "no leg is left over")
    daemon.wait_metric(1, "callcore_agents", state="available")


def test_caller_gets_the_fallback_once_callcore_is_stopped(watched, phones, callcore):
    """A caller who arrives when callcore has been stopped in good order gets the dialplan's
    fallback after five seconds.
    """
    daemon = callcore(queues={"support": queue()}, agents={})
    daemon.stop()
    caller = phones.caller("5001")
    uuid = arrival(watched)
    playing(watched, uuid, "tone_stream://", 8)
    caller.ended_well()
    assert caller.milestones() == ["answered", "hung_up_by_them"]


def test_caller_who_arrived_before_callcore_is_taken(watched, phones, callcore):
    """A caller who is already parked when callcore comes up is served by it, if it is up before
    the fallback.
    """
    phone = phones.agent(hang_up_after_seconds=1)
    daemon = callcore(**one_agent(phone.port))
    daemon.stop()
    phones.caller("5001")
    uuid = arrival(watched)
    # The fallback would come after five seconds; the question is what callcore finds.
    watched.api(f"sched_del {uuid}")
    daemon.start()
    bridged(watched, uuid)
    assert daemon.record(uuid)["outcome"] == "served"


def test_phone_that_is_gone_costs_the_caller_nothing(watched, phones, callcore):
    """A contact at which nobody listens is a miss; the caller gets the other agent."""
    phone = phones.agent(answer_after_seconds=0.2, hang_up_after_seconds=1)
    daemon = callcore(
        queues={"support": queue(retry_after_miss_seconds=30)},
        agents={
            "1001": agent("Anna Nowak", phone_at(9)),
            "1002": agent("Jan Kowalski", phone_at(phone.port, "1002")),
        },
    )
    phones.caller("5001")
    uuid = arrival(watched)
    bridged(watched, uuid)
    assert daemon.record(uuid)["agent_id"] == "1002"
