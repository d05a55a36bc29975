"""Several phones ring for one caller: one gets the call, the others learn that it was picked up."""

from __future__ import annotations

import pytest

from tests.live.daemon import agents_at, queue
from tests.live.waiting import stays, until
from tests.live.watching import arrival, bridged

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

NO_MISSED_CALL = 'SIP;cause=200;text="Call completed elsewhere"'
"""RFC 3326: phones that read it show no missed call."""

AT_ONCE_SECONDS = 0.5
RACES = 20


def ring_all(*phones, **more):
    """Settings of a queue that rings all these phones."""
    settings = {"strategy": "ring_all", "ring_timeout_seconds": 15, "wrap_up_seconds": 0, **more}
    return {
        "queues": {"support": queue(**settings)},
        "agents": agents_at(*(phone.port for phone in phones)),
    }


def rang_at(phone):
    """When the phone's first call came, seconds since the epoch."""
    phone.wait_for("ringing", 5)
    return phone.requests("INVITE")[0].at


def free_agents(daemon):
    return daemon.metric("callcore_queue_free_agents", queue="support")


def lost_and_won(daemon, uuid):
    """Why offers of the call were lost, and how many were won."""
    offers = daemon.offers(uuid)
    lost = sorted(offer["lost_reason"] for offer in offers if offer["bridged_at"] is None)
    return lost, len(offers) - len(lost)


def test_one_of_three_picks_up(watched, phones, callcore):
    """Three phones ring at once, one is picked up: the two others stop ringing without a missed
    call, their agents are free at once, and nothing is left of their legs.
    """
    quick = phones.agent(answer_after_seconds=1, hang_up_after_seconds=2.5)
    slow, slower = (phones.agent(answer_after_seconds=None) for _ in range(2))
    daemon = callcore(**ring_all(slow, quick, slower, answer="at_pick_up"))
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    times = sorted(rang_at(phone) for phone in (slow, quick, slower))
    assert times[-1] - times[0] < AT_ONCE_SECONDS
    bridged(watched, uuid)
    for phone in (slow, slower):
        phone.wait_for("cancelled", 2)
        [cancelled] = phone.requests("CANCEL")
        assert cancelled.headers["Reason"] == NO_MISSED_CALL
        assert 0 <= cancelled.at - quick.response(200).at < AT_ONCE_SECONDS
    until(lambda: free_agents(daemon) == 2, 1, "the two others are free")
    until(lambda: len(watched.channels()) == 2, 1, "two legs are left: who talk")
    caller.wait_for("hung_up_by_them")
    until(lambda: not watched.channels(), 2, "no leg is left")
    until(lambda: free_agents(daemon) == 3, 2, "all are free")

    assert caller.statuses() == [183, 200]
    record = daemon.record(uuid)
    assert (record["outcome"], record["agent_id"]) == ("served", "1002")
    assert record["faults"] == []
    assert lost_and_won(daemon, uuid) == (["picked_up_elsewhere"] * 2, 1)
    assert {row["trigger"] for row in daemon.rows("decisions", uuid)} == {"caller_joined"}
    assert len(daemon.rows("decisions", uuid)) == 3
    assert daemon.metric("callcore_offers_ended_total", outcome="picked_up_elsewhere") == 2


def test_phones_that_cannot_ring_do_not_end_the_ringing(watched, phones, callcore):
    """Of three phones one is busy and one is not there: the third goes on ringing and is picked up;
    the others are asked again while it rings, as their queue says.
    """
    phone = phones.agent(answer_after_seconds=3, hang_up_after_seconds=0.5)
    busy = phones.refusing_agent(486)
    gone = phones.refusing_agent(480)
    daemon = callcore(**ring_all(busy, phone, gone, retry_after_miss_seconds=1))
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    bridged(watched, uuid)
    assert len(phone.requests("INVITE")) == 1
    assert len(busy.requests("INVITE")) >= 2
    caller.wait_for("hung_up_by_them")

    assert daemon.record(uuid)["agent_id"] == "1002"
    lost, won_count = lost_and_won(daemon, uuid)
    assert won_count == 1
    assert {"busy", "no_answer"} <= set(lost) or {"busy", "unreachable"} <= set(lost)
    until(lambda: free_agents(daemon) == 3, 3, "all are free")


@pytest.mark.timeout(180)
def test_two_pick_up_in_the_same_instant(watched, phones, callcore):
    """Two phones are picked up the moment they ring, again and again: each time exactly one gets
    the caller, the other's leg is ended, and both agents are free afterwards.
    """
    pair = [phones.agent(answer_after_seconds=0.001) for _ in range(2)]
    daemon = callcore(**ring_all(*pair))
    both_picked_up_count = 0
    for number in range(RACES):
        caller = phones.listening_caller("5001", hang_up_after_seconds=0.3)
        uuid = arrival(watched)
        bridged(watched, uuid)
        until(lambda: len(watched.channels()) <= 2, 1, "the loser's leg is ended")
        caller.ended_well()
        until(lambda: not watched.channels(), 2, f"no leg is left in round {number}")
        until(lambda: free_agents(daemon) == 2, 2, f"both are free in round {number}")
        record = daemon.record(uuid)
        assert (record["outcome"], record["faults"]) == ("served", [])
        assert lost_and_won(daemon, uuid) == (["picked_up_elsewhere"], 1)
        picked_up_count = sum(phone.milestones().count("picked_up") for phone in pair)
        both_picked_up_count += picked_up_count - number - 1 > both_picked_up_count
    ended_count = sum(len(phone.requests("BYE")) for phone in pair)
    cancelled_count = sum(len(phone.requests("CANCEL")) for phone in pair)
    assert (ended_count, cancelled_count) == (
        RACES + both_picked_up_count,
        RACES - both_picked_up_count,
    )
    assert both_picked_up_count > RACES / 2, "the race was not run"


def test_two_have_picked_up_before_callcore_hears_of_either(watched, phones, callcore):
    """callcore stalls while both phones are picked up: it finds two agents on the line, joins one
    with the caller and hangs up the other.
    """
    pair = [phones.agent(answer_after_seconds=0.5) for _ in range(2)]
    daemon = callcore(**ring_all(*pair, answer="at_pick_up"))
    caller = phones.listening_caller("5001", hang_up_after_seconds=1)
    uuid = arrival(watched)
    for phone in pair:
        phone.wait_for("ringing")
    daemon.freeze()
    for phone in pair:
        phone.wait_for("picked_up")
    assert caller.statuses() == [183]
    daemon.thaw()
    bridged(watched, uuid)
    until(lambda: len(watched.channels()) == 2, 1, "the loser's leg is ended")
    caller.ended_well()
    until(lambda: free_agents(daemon) == 2, 2, "both are free")
    assert lost_and_won(daemon, uuid) == (["picked_up_elsewhere"], 1)
    assert daemon.record(uuid)["faults"] == []


def test_caller_gives_up_while_all_ring(watched, phones, callcore):
    """A caller who cancels stops all phones at once, and no agent has missed a call."""
    ringing = [phones.agent(answer_after_seconds=None) for _ in range(3)]
    daemon = callcore(**ring_all(*ringing, answer="at_pick_up"))
    caller = phones.listening_caller("5001", give_up_after_seconds=1.5)
    uuid = arrival(watched)
    caller.ended_well()
    for phone in ringing:
        phone.wait_for("cancelled", 2)
    until(lambda: free_agents(daemon) == 3, 2, "all are free")
    until(lambda: not watched.channels(), 2, "no leg is left")
    assert daemon.record(uuid)["outcome"] == "abandoned"
    assert lost_and_won(daemon, uuid) == (["caller_gone"] * 3, 0)


def test_caller_gives_up_as_an_agent_picks_up(watched, phones, callcore):
    """The caller cancels at the moment at which both phones are picked up: whichever comes first,
    nobody is left on the line and both agents are free.
    """
    pair = [phones.agent(answer_after_seconds=0.5) for _ in range(2)]
    daemon = callcore(**ring_all(*pair, answer="at_pick_up"))
    for later_seconds in (0.48, 0.52, 0.56, 0.6):
        caller = phones.listening_caller(
            "5001", give_up_after_seconds=later_seconds, hang_up_after_seconds=0.1
        )
        uuid = arrival(watched)
        caller.wait_for_end()
        until(lambda: not watched.channels(), 3, "no leg is left")
        until(lambda: free_agents(daemon) == 2, 3, "both are free")
        record = daemon.record(uuid)
        assert record["outcome"] in {"served", "abandoned"}
        assert (record["outcome"] == "served") == (lost_and_won(daemon, uuid)[1] == 1)


def test_two_callers_share_three_phones(watched, phones, callcore):
    """While all phones ring for the first caller the second waits; the phones that fall silent ring
    for the second at once.
    """
    quick = phones.agent(answer_after_seconds=0.5, hang_up_after_seconds=3.5)
    others = [phones.agent(answer_after_seconds=1, hang_up_after_seconds=1) for _ in range(2)]
    daemon = callcore(**ring_all(quick, *others))
    phones.listening_caller("5001", from_user="+48600000001")
    first = arrival(watched)
    phones.listening_caller("5001", from_user="+48600000002")
    second = arrival(watched)
    bridged(watched, first)
    bridged(watched, second)
    until(lambda: len(watched.channels()) == 4, 1, "two talks and nothing else")
    until(lambda: not watched.channels(), 8, "all have hung up")
    records = daemon.record(first), daemon.record(second)
    assert [record["outcome"] for record in records] == ["served", "served"]
    assert records[0]["agent_id"] == "1001"
    assert lost_and_won(daemon, first) == (["picked_up_elsewhere"] * 2, 1)
    assert lost_and_won(daemon, second) == (["picked_up_elsewhere"], 1)
    until(lambda: free_agents(daemon) == 3, 2, "all are free")


def test_second_phone_joins_in(watched, phones, callcore):
    """Ringing progressively, the second phone rings so long after the first, which rings on, and
    gets the call; the first shows no missed call.
    """
    first = phones.agent(answer_after_seconds=None)
    second = phones.agent(answer_after_seconds=1, hang_up_after_seconds=0.5)
    third = phones.agent(answer_after_seconds=None)
    daemon = callcore(
        **ring_all(
            *(first, second, third), strategy="ring_progressively", ring_more_after_seconds=2
        )
    )
    caller = phones.listening_caller("5001")
    uuid = arrival(watched)
    began_at = rang_at(first)
    assert 1.9 <= rang_at(second) - began_at <= 2.6
    assert "cancelled" not in first.milestones()
    bridged(watched, uuid)
    first.wait_for("cancelled", 2)
    [cancelled] = first.requests("CANCEL")
    assert cancelled.headers["Reason"] == NO_MISSED_CALL
    caller.wait_for("hung_up_by_them")
    stays(lambda: not third.milestones(), 2, "the third phone was not needed")

    assert daemon.record(uuid)["agent_id"] == "1002"
    assert lost_and_won(daemon, uuid) == (["picked_up_elsewhere"], 1)
    triggers = [row["trigger"] for row in daemon.rows("decisions", uuid, "decision_number")]
    assert triggers == ["caller_joined", "relaxation"]
