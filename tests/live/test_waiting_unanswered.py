"""Callers wait before their line is answered: what goes over the wire, and when."""

from __future__ import annotations

import pytest

from tests.live import prompts
from tests.live.daemon import one_agent
from tests.live.waiting import stays, until
from tests.live.watching import MUSIC, arrival, bridged, playing

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

ENOUGH_PACKETS = 50
"""A second of sound."""


def heard(caller, seconds=5):
    """Waits until the caller has heard a second of sound more."""
    enough = caller.sound.packets_count + ENOUGH_PACKETS
    until(lambda: caller.sound.packets_count >= enough, seconds, "the caller hears sound")


def test_early_media_until_an_agent_picks_up(watched, phones, callcore):
    """The caller hears music and the position as early media (183 with SDP, RTP), and the line is
    answered after an agent has picked up, not before.
    """
    phone = phones.agent(answer_after_seconds=3, hang_up_after_seconds=2)
    daemon = callcore(**one_agent(phone.port, answer="at_pick_up", ring_timeout_seconds=10))
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    playing(watched, uuid, MUSIC)
    playing(watched, uuid, "tone_stream://")
    heard(caller)
    assert caller.statuses() == [183]
    assert caller.response(183).has_sdp
    bridged(watched, uuid)
    heard(caller)
    caller.wait_for("hung_up_by_them")

    assert caller.statuses() == [183, 200]
    picked_up_at = phone.response(200).at
    answered_at = caller.response(200).at
    assert picked_up_at < answered_at < picked_up_at + 0.5
    assert sum(at < picked_up_at for at in caller.sound.arrivals) > 2 * ENOUGH_PACKETS
    record = daemon.record(uuid)
    assert record["outcome"] == "served"
    assert abs(record["line_answered_at"].timestamp() - answered_at) < 0.1
    assert record["line_answered_at"] >= record["picked_up_at"]
    assert abs(record["picked_up_at"].timestamp() - picked_up_at) < 0.1
    assert record["faults"] == []


def test_ringback_until_an_agent_picks_up(watched, phones, callcore):
    """The caller hears the ringing tone of the own network (180 without SDP) and nothing else; the
    line is answered at pick-up, and then the two hear each other.
    """
    phone = phones.agent(answer_after_seconds=2, hang_up_after_seconds=2)
    daemon = callcore(
        **one_agent(
            phone.port,
            answer="at_pick_up",
            unanswered={"hears": "ringback"},
            ring_timeout_seconds=10,
        )
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    bridged(watched, uuid)
    assert caller.statuses()[0] == 180
    assert not caller.response(180).has_sdp
    heard(caller)
    caller.wait_for("hung_up_by_them")

    assert caller.statuses() == [180, 200]
    answered_at = caller.response(200).at
    assert phone.response(200).at < answered_at
    assert caller.sound.arrivals[0] > phone.response(200).at
    record = daemon.record(uuid)
    assert (record["outcome"], record["faults"]) == ("served", [])
    assert abs(record["line_answered_at"].timestamp() - answered_at) < 0.1
    assert record["talk_seconds"] > 1.5
    [visit] = daemon.visits(uuid)
    assert visit["announcements_count"] == 0


def test_picked_up_during_an_announcement(watched, phones, callcore, tmp_path):
    """An agent who picks up in the middle of a long announcement talks at once, not at its end."""
    file = prompts.record(tmp_path, "position/you-are-next", seconds=8)
    phone = phones.agent(answer_after_seconds=2, hang_up_after_seconds=1)
    daemon = callcore(
        sounds={"directory": str(tmp_path)},
        **one_agent(phone.port, answer="at_pick_up", ring_timeout_seconds=10),
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    playing(watched, uuid, file)
    bridged(watched, uuid)
    caller.wait_for("hung_up_by_them")
    assert 0 < caller.response(200).at - phone.response(200).at < 0.5
    record = daemon.record(uuid)
    assert (record["outcome"], record["faults"]) == ("served", [])
    assert (record["bridged_at"] - record["picked_up_at"]).total_seconds() < 0.5


@pytest.mark.parametrize(("hears", "first"), [("early_media", 183), ("ringback", 180)])
def test_limit_answers_the_line(watched, phones, callcore, hears, first):
    """Who has waited unanswered for as long as allowed is answered, hears music and waits on."""
    phone = phones.agent(answer_after_seconds=4, hang_up_after_seconds=0.5)
    daemon = callcore(
        **one_agent(
            phone.port,
            answer="at_pick_up",
            unanswered={"hears": hears, "limit_seconds": 1.5, "then": "answer"},
            ring_timeout_seconds=15,
        )
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    caller.wait_for("answered", 5)
    assert caller.statuses() == [first, 200]
    assert 1.4 <= caller.response(200).at - caller.response(100).at <= 2.5
    heard(caller)
    assert "picked_up" not in phone.milestones()
    bridged(watched, uuid)

    record = daemon.record(uuid)
    assert record["outcome"] == "served"
    assert abs(record["line_answered_at"].timestamp() - caller.response(200).at) < 0.1
    assert (record["picked_up_at"] - record["line_answered_at"]).total_seconds() > 1
    assert record["faults"] == []


def test_limit_sends_on_unanswered(watched, phones, callcore):
    """Who has waited unanswered for as long as allowed is sent on without having been answered: the
    phone that rings falls silent, and the caller's network is told why.
    """
    phone = phones.agent(answer_after_seconds=None)
    daemon = callcore(
        **one_agent(
            phone.port,
            answer="at_pick_up",
            unanswered={"limit_seconds": 2, "then": "overflow"},
            overflow={"unanswered_too_long": {"cause": "NO_ANSWER"}},
            ring_timeout_seconds=15,
        )
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    caller.ended_well()
    assert caller.statuses() == [183, 480]
    phone.wait_for("cancelled", 2)

    record = daemon.record(uuid)
    assert (record["outcome"], record["hung_up_by"]) == ("overflowed", "callcore")
    assert record["hangup_cause"] == "NO_ANSWER"
    assert record["line_answered_at"] is None
    [visit] = daemon.visits(uuid)
    assert (visit["leave_reason"], visit["treatment"]) == ("unanswered_too_long", "goodbye")
    assert 1.8 <= visit["waited_seconds"] <= 3
    [offer] = daemon.offers(uuid)
    assert offer["lost_reason"] == "caller_gone"
    daemon.wait_metric(1, "callcore_queue_free_agents", queue="support")


def test_caller_gives_up_unanswered(watched, phones, callcore):
    """A caller who cancels the call was never answered: an abandonment, and the phone that rings
    falls silent.
    """
    phone = phones.agent(answer_after_seconds=None)
    daemon = callcore(**one_agent(phone.port, answer="at_pick_up", ring_timeout_seconds=15))
    caller = phones.listening_caller("5001", give_up_after_seconds=2)
    uuid = arrival(watched)
    caller.ended_well()
    assert caller.statuses() == [183, 487]
    phone.wait_for("cancelled", 2)

    record = daemon.record(uuid)
    assert (record["outcome"], record["hung_up_by"]) == ("abandoned", "caller")
    assert record["line_answered_at"] is None
    assert 1.5 <= record["wait_seconds"] <= 3
    daemon.wait_metric(1, "callcore_queue_free_agents", queue="support")


def test_pick_up_that_comes_with_the_limit(watched, phones, callcore):
    """An agent who picks up when the time to wait unanswered is over gets the caller all the same,
    or the caller is gone before: never half of it.
    """
    limit = 1.0
    phone = phones.agent(answer_after_seconds=limit - 0.02, hang_up_after_seconds=0.5)
    daemon = callcore(
        **one_agent(
            phone.port,
            answer="at_pick_up",
            unanswered={"limit_seconds": limit, "then": "overflow"},
            overflow={"unanswered_too_long": {"cause": "NO_ANSWER"}},
            ring_timeout_seconds=15,
            wrap_up_seconds=0,
        )
    )
    for _ in range(3):
        caller = phones.listening_caller("5001")
        uuid = arrival(watched)
        caller.ended_well()
        record = daemon.record(uuid)
        was_served = record["outcome"] == "served"
        assert was_served or record["outcome"] == "overflowed"
        assert (200 in caller.statuses()) is was_served
        assert (record["line_answered_at"] is not None) is was_served
        until(lambda: not watched.channels(), 3, "no leg is left over")
        daemon.wait_metric(1, "callcore_queue_free_agents", queue="support")
    stays(lambda: not watched.channels(), 0.5, "nobody calls")
