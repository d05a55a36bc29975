"""One call after another on a real switch: what callers and agents live through, and what callcore
keeps of it.
"""

from __future__ import annotations

import pytest

from tests.live.daemon import agent, one_agent, phone_at, queue
from tests.live.switch import DOMAIN
from tests.live.waiting import until
from tests.live.watching import MUSIC, arrival, bridged, playing

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]


def test_caller_waits_is_told_the_position_and_is_served(watched, phones, callcore):
    """The caller hears music, then the position, talks with the agent until the agent hangs up;
    record and metrics say so.
    """
    phone = phones.agent(answer_after_seconds=1.8, hang_up_after_seconds=2)
    daemon = callcore(**one_agent(phone.port, ring_timeout_seconds=10))
    caller = phones.caller("5001")
    uuid = arrival(watched)
    playing(watched, uuid, MUSIC)
    playing(watched, uuid, "tone_stream://")
    bridged(watched, uuid)
    caller.wait_for("hung_up_by_them")
    assert phone.milestones()[-2:] == ["picked_up", "hung_up_by_us"]

    record = daemon.record(uuid)
    assert record["outcome"] == "served"
    assert record["hung_up_by"] == "agent"
    assert record["hangup_cause"] == "NORMAL_CLEARING"
    assert (record["queue"], record["agent_id"]) == ("support", "1001")
    assert (record["caller_number"], record["dialled_number"]) == ("+48600700800", "5001")
    assert 1.5 <= record["wait_seconds"] <= 4
    assert 1.5 <= record["talk_seconds"] <= 3
    assert record["is_within_service_level"] is True
    assert record["is_adopted"] is False
    assert record["faults"] == []
    assert (
        record["arrived_at"]
        <= record["line_answered_at"]  # the switch stamps in steps of 20 ms
        < record["picked_up_at"]
        <= record["bridged_at"]
        < record["unbridged_at"]
        <= record["ended_at"]
    )
    [visit] = daemon.visits(uuid)
    assert (visit["leave_reason"], visit["position_at_join"]) == ("picked_up", 1)
    assert visit["announcements_count"] >= 1
    [offer] = daemon.offers(uuid)
    assert offer["bridged_at"] is not None
    assert offer["ringing_at"] < offer["picked_up_at"]

    assert daemon.metric("callcore_calls_arrived_total", node="fs1") == 1
    assert daemon.metric("callcore_calls_ended_total", outcome="served") == 1
    assert daemon.metric("callcore_queue_joined_total", queue="support") == 1
    assert daemon.metric("callcore_queue_picked_up_total", queue="support") == 1
    assert daemon.metric("callcore_queue_announcements_total", queue="support") >= 1
    assert daemon.metric("callcore_offers_ended_total", queue="support", outcome="won") == 1
    daemon.wait_metric(1, "callcore_agents", state="available")
    assert daemon.metric("callcore_queue_waiting", queue="support") == 0


def test_caller_hangs_up_after_talking(watched, phones, callcore):
    """The agent's phone is let go when the caller hangs up, and the record says who it was."""
    phone = phones.agent()
    daemon = callcore(**one_agent(phone.port))
    caller = phones.caller("5001", hang_up_after_seconds=2.5)
    uuid = arrival(watched)
    bridged(watched, uuid)
    caller.ended_well()
    phone.wait_for("hung_up_by_them")

    record = daemon.record(uuid)
    assert (record["outcome"], record["hung_up_by"]) == ("served", "caller")
    assert 1 <= record["talk_seconds"] <= 3
    daemon.wait_metric(1, "callcore_agents", state="available")


def test_caller_gives_up_waiting(watched, phones, callcore):
    """A caller for whom there is no agent waits with music and hangs up: an abandon."""
    daemon = callcore(
        queues={"support": queue()},
        agents={"1001": agent("Anna Nowak", phone_at(9), logged_in=False)},
    )
    caller = phones.caller("5001", hang_up_after_seconds=2)
    uuid = arrival(watched)
    playing(watched, uuid, MUSIC)
    caller.ended_well()

    record = daemon.record(uuid)
    assert (record["outcome"], record["hung_up_by"]) == ("abandoned", "caller")
    assert 1.5 <= record["wait_seconds"] <= 3.5
    assert record["talk_seconds"] == 0
    [visit] = daemon.visits(uuid)
    assert (visit["leave_reason"], visit["is_short_abandon"]) == ("abandoned", False)
    assert daemon.offers(uuid) == []
    assert daemon.metric("callcore_queue_abandoned_total", queue="support") == 1
    assert daemon.metric("callcore_queue_waiting", queue="support") == 0


def test_phone_stops_ringing_when_the_caller_gives_up(watched, phones, callcore):
    """A caller who hangs up while the agent's phone rings: it stops at once, and the agent is free
    again without a miss.
    """
    phone = phones.agent(answer_after_seconds=None)
    daemon = callcore(**one_agent(phone.port, ring_timeout_seconds=20))
    caller = phones.caller("5001", hang_up_after_seconds=2)
    uuid = arrival(watched)
    phone.wait_for("ringing")
    caller.ended_well()
    phone.wait_for("cancelled", 3)

    record = daemon.record(uuid)
    assert record["outcome"] == "abandoned"
    [offer] = daemon.offers(uuid)
    assert offer["lost_reason"] == "caller_gone"
    daemon.wait_metric(1, "callcore_queue_free_agents", queue="support")


def test_busy_agent_is_passed_over(watched, phones, callcore):
    """The first agent's phone is busy: the caller goes on waiting and gets the second."""
    busy = phones.refusing_agent(486)
    phone = phones.agent(answer_after_seconds=0.5, hang_up_after_seconds=1)
    daemon = callcore(
        queues={"support": queue(retry_after_miss_seconds=30)},
        agents={
            "1001": agent("Anna Nowak", phone_at(busy.port)),
            "1002": agent("Jan Kowalski", phone_at(phone.port, "1002")),
        },
    )
    caller = phones.caller("5001")
    uuid = arrival(watched)
    bridged(watched, uuid)
    caller.wait_for("hung_up_by_them")

    record = daemon.record(uuid)
    assert (record["outcome"], record["agent_id"]) == ("served", "1002")
    lost, won = daemon.offers(uuid)
    assert (lost["agent_id"], lost["lost_reason"]) == ("1001", "busy")
    assert lost["hangup_cause"] == "USER_BUSY"
    assert won["bridged_at"] is not None
    assert len(daemon.visits(uuid)) == 1


def test_caller_keeps_the_place_after_lost_offers(watched, phones, callcore):
    """Of two callers the first keeps the first place though an agent declined the call, and is
    served before the second.
    """
    declining = phones.refusing_agent(603)
    daemon = callcore(**one_agent(declining.port))
    phones.caller("5001", from_user="+48600000001")
    first = arrival(watched)
    declining.wait_for("refused 603")
    phones.caller("5001", from_user="+48600000002")
    second = arrival(watched)
    declining.wait_for("refused 603", count=3)
    declining.stop()
    phones.agent(port=declining.port, hang_up_after_seconds=1)
    bridged(watched, first)
    bridged(watched, second)

    records = daemon.record(first), daemon.record(second)
    assert [record["outcome"] for record in records] == ["served", "served"]
    assert records[0]["bridged_at"] < records[1]["bridged_at"]
    offers = daemon.offers(first)
    assert {offer["lost_reason"] for offer in offers[:-1]} <= {"refused", "unreachable"}
    [visit] = daemon.visits(first)
    assert (visit["joined_at"] - records[0]["arrived_at"]).total_seconds() < 0.5


def test_agent_who_does_not_answer(watched, phones, callcore):
    """A phone that is not picked up rings for as long as the queue says; the caller stays and is
    served when the agent is asked again.
    """
    phone = phones.agent(answer_after_seconds=None)
    daemon = callcore(**one_agent(phone.port, ring_timeout_seconds=3))
    phones.caller("5001", hang_up_after_seconds=20)
    uuid = arrival(watched)
    phone.wait_for("cancelled", 8)
    phone.stop()
    phones.agent(port=phone.port, hang_up_after_seconds=1)
    bridged(watched, uuid)

    record = daemon.record(uuid)
    assert record["outcome"] == "served"
    offers = daemon.offers(uuid)
    assert offers[0]["lost_reason"] == "no_answer"
    # The switch counts whole seconds of the clock, so it may ring up to one less.
    assert 1.9 <= (offers[0]["ended_at"] - offers[0]["ringing_at"]).total_seconds() <= 4.5
    assert offers[-1]["bridged_at"] is not None


def test_agent_whose_phone_is_not_registered(watched, phones, callcore):
    """Asked all the same, where the settings say so, an unregistered phone is a miss with its own
    reason; once it registers, it is called.
    """
    anna = agent("Anna Nowak", f"user/1001@{DOMAIN}") | {"must_be_registered": False}
    daemon = callcore(queues={"support": queue()}, agents={"1001": anna})
    phones.caller("5001")
    uuid = arrival(watched)
    daemon.wait_metric(1, "callcore_offers_ended_total", queue="support", outcome="unregistered")
    phones.agent("1001", hang_up_after_seconds=1)
    bridged(watched, uuid)

    record = daemon.record(uuid)
    assert record["outcome"] == "served"
    first, *_ = daemon.offers(uuid)
    assert (first["lost_reason"], first["hangup_cause"]) == ("unregistered", "USER_NOT_REGISTERED")
    assert first["ringing_at"] is None


def test_hostile_caller_is_served_and_does_no_harm(watched, phones, callcore):
    """A caller whose name and number hold line feeds, commands, expansions and the signs of dial
    strings is served like any other; nothing of it is carried out anywhere.
    """
    phone = phones.agent(hang_up_after_seconds=1)
    daemon = callcore(**one_agent(phone.port))
    phones.caller(
        "5001",
        from_name="bob%0A%0Aapi global_setvar PWNED=yes%0A%0A",
        from_user="+48200%0AEvent-Name%3A%20FORGED%0A%0A1%24%7Bglobal_setvar%20PWNED%3Dx%7D%2C%5B%5D",
        x_note="%0AEvent-Name: FORGED",
    )
    uuid = arrival(watched)
    bridged(watched, uuid)

    record = daemon.record(uuid)
    assert record["outcome"] == "served"
    for text in (record["caller_number"], record["caller_name"]):
        assert text.isprintable()
    assert record["caller_number"].startswith("+48200")
    assert record["caller_name"].startswith("bob")
    assert watched.api("global_getvar PWNED") in {"", "-ERR no reply"}
    [ringing] = [line for line in phone.milestones() if line.startswith("ringing")]
    assert "FORGED" not in ringing
    assert "${" not in ringing
    assert "FORGED" not in daemon.log_text().replace(record["caller_number"], "")
    assert daemon.metric("callcore_link_up", node="fs1") == 1


def test_wrong_queue_is_refused_and_named(watched, phones, callcore):
    """The dialplan names a queue that callcore does not have: the caller is hung up as at a wrong
    number, and log and record name the queue.
    """
    daemon = callcore(queues={"sales": queue()}, agents={})
    caller = phones.caller("5001")
    uuid = arrival(watched)
    caller.ended_well()
    assert caller.milestones() == ["refused 404"]

    record = daemon.record(uuid)
    assert (record["outcome"], record["hung_up_by"]) == ("refused", "callcore")
    [visit] = daemon.visits(uuid)
    assert (visit["queue"], visit["refusal_reason"]) == ("support", "unknown_queue")
    assert any(
        "unknown_queue" in line and "support" in line for line in daemon.log_text().splitlines()
    )
    assert daemon.metric("callcore_calls_refused_total", reason="unknown_queue") == 1


def test_number_leads_to_its_queue_by_the_settings(watched, phones, callcore):
    """A number without a queue in the dialplan has one in the settings; one that has none there
    either is hung up as at a wrong number.
    """
    phone = phones.agent(hang_up_after_seconds=1)
    daemon = callcore(numbers={"+48221001000": {"queue": "support"}}, **one_agent(phone.port))
    phones.caller("+48221001000")
    uuid = arrival(watched)
    bridged(watched, uuid)
    stranger = phones.caller("+48221001999")
    stranger.ended_well()
    assert stranger.milestones() == ["refused 404"]
    record = daemon.record(uuid)
    assert (record["outcome"], record["queue"]) == ("served", "support")
    assert record["dialled_number"] == "+48221001000"


def test_transferred_caller_is_the_same_call(watched, phones, callcore):
    """An agent sends the caller on to a queue: the same call visits it, and has one record."""
    phone = phones.agent()
    daemon = callcore(**one_agent(phone.port, wrap_up_seconds=0))
    caller = phones.caller("5001")
    uuid = arrival(watched)
    bridged(watched, uuid)
    assert watched.api(f"uuid_transfer {uuid} 5001").startswith("+OK")
    phone.wait_for("hung_up_by_them")
    bridged(watched, uuid)
    phone.wait_for("picked_up", count=2)
    caller.stop()
    watched.api(f"uuid_kill {uuid}")

    record = daemon.record(uuid)
    assert record["outcome"] == "served"
    assert [visit["leave_reason"] for visit in daemon.visits(uuid)] == ["picked_up", "picked_up"]
    assert len(daemon.offers(uuid)) == 2


def test_callers_are_served_in_order_by_one_agent(watched, phones, callcore):
    """Three callers, one agent: first come, first served, each when the agent has wrapped up."""
    phone = phones.agent(answer_after_seconds=0.3, hang_up_after_seconds=1)
    daemon = callcore(**one_agent(phone.port))
    uuids = []
    for number in range(3):
        phones.caller("5001", from_user=f"+4860000000{number}")
        uuids.append(arrival(watched))
    for uuid in uuids:
        bridged(watched, uuid)
    records = [daemon.record(uuid) for uuid in uuids]
    assert [record["outcome"] for record in records] == ["served"] * 3
    starts = [record["bridged_at"] for record in records]
    assert starts == sorted(starts)
    until(lambda: daemon.metric("callcore_agents", state="available") == 1, 5, "the agent is free")
