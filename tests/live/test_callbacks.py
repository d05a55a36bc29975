"""A callback on a real switch: promised, and kept at the caller's old place."""

from __future__ import annotations

import pytest

from tests.live.daemon import agent, phone_at, queue
from tests.live.ports import HOST
from tests.live.waiting import stays, until
from tests.live.watching import MUSIC, arrival, bridged, playing

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

NUMBER = "+48600700800"
OFFERED = "tone_stream://%(200"
RINGING = "tone_stream://%(1000"
OFFER = {"callback": {"prompts": ["callback/offer"], "promised_prompts": ["callback/promised"]}}
"""Without recordings both are tones."""


def settings(agents_port, customers_port):
    """One agent, one customer, a queue in which callers wait two seconds."""
    return {
        "queues": {
            "support": queue(
                maximum_wait_seconds=2,
                announce_position="false",
                overflow={"maximum_wait": OFFER},
                callback={
                    "ring_seconds": 8,
                    "retry_after_seconds": 2,
                    "confirms_number": "false",
                },
            )
        },
        "agents": {"1001": agent("Anna Nowak", phone_at(agents_port))},
        "dialplan": {"callback_contact": f"sofia/internal/{{number}}@{HOST}:{customers_port}"},
    }


def someone_who_talks(watched, phones):
    """Keeps the agent busy."""
    phone = phones.caller("5001", from_user="+48600000001")
    uuid = arrival(watched)
    bridged(watched, uuid)
    return phone, uuid


def promised(watched, phones):
    """The channel id of a caller who was promised a callback and has been hung up."""
    caller = phones.caller("5001", from_user=NUMBER)
    uuid = arrival(watched)
    playing(watched, uuid, MUSIC)
    playing(watched, uuid, OFFERED)
    assert watched.api(f"uuid_recv_dtmf {uuid} 1").startswith("+OK")
    caller.wait_for("hung_up_by_them")
    return uuid


def calling(watched, user):
    """Waits until the switch calls a phone; its channel."""
    event = watched.wait_event(
        "CHANNEL_OUTGOING", 20, lambda event: user in event["Caller-Destination-Number"]
    )
    return event["Unique-ID"]


def heard_by(watched, uuid):
    return watched.variable(uuid, "current_application_data") or ""


@pytest.mark.parametrize("is_killed", [False, True], ids=["", "killed"])
def test_a_promise_is_kept_when_an_agent_is_free(watched, phones, callcore, is_killed):
    """Overflow, key, hang-up; then the agent's phone rings, then the customer's, and both talk. A
    process that dies meanwhile changes nothing.
    """
    agents_phone = phones.agent()
    customer = phones.agent(answer_after_seconds=1.5, hang_up_after_seconds=2)
    daemon = callcore(**settings(agents_phone.port, customer.port))
    first, first_uuid = someone_who_talks(watched, phones)
    uuid = promised(watched, phones)
    daemon.wait_metric(1, "callcore_callbacks_promised_total", queue="support")
    daemon.wait_metric(1, "callcore_queue_waiting", queue="support")
    if is_killed:
        daemon.kill()
        daemon.start()
    assert customer.milestones() == []
    watched.api(f"uuid_kill {first_uuid}")
    first.wait_for("hung_up_by_them")
    agents_leg = calling(watched, "1001")
    customers_leg = calling(watched, NUMBER.removeprefix("+"))
    until(lambda: RINGING in heard_by(watched, agents_leg), 2, "the agent hears that it rings")
    bridged(watched, customers_leg)
    customer.wait_for("ringing from")
    assert "5001" in customer.milestones()[0]
    assert NUMBER in agents_phone.milestones()[-2]
    customer.wait_for("hung_up_by_us")

    kept = daemon.callback_of(uuid)
    assert (kept["outcome"], kept["hung_up_by"]) == ("served", "caller")
    assert (kept["is_callback"], kept["is_adopted"]) == (True, is_killed)
    assert (kept["caller_number"], kept["dialled_number"]) == (NUMBER, "5001")
    assert (kept["caller_leg_id"], kept["agent_id"]) == (customers_leg, "1001")
    assert 1.5 <= kept["talk_seconds"] <= 3
    assert kept["faults"] == []
    [waited] = daemon.visits(kept["call_id"])
    record = daemon.record(uuid)
    assert (record["outcome"], record["hung_up_by"]) == ("callback_promised", "callcore")
    [visit] = daemon.visits(uuid)
    assert (visit["leave_reason"], visit["treatment"]) == ("maximum_wait", "callback:support")
    assert [row["digit"] for row in daemon.rows("digit_presses", uuid)] == ["1"]
    assert waited["leave_reason"] == "picked_up"
    assert waited["joined_at"] == visit["joined_at"]
    daemon.wait_metric(1, "callcore_agents", state="available")
    until(lambda: not watched.channels(), 5, "no leg is left")


def test_a_customer_who_is_busy_is_called_again(watched, phones, callcore):
    """The agent is free in between; then the attempts are used up, and the record says so."""
    agents_phone = phones.agent()
    customer = phones.refusing_agent(486)
    daemon = callcore(**settings(agents_phone.port, customer.port))
    _, first_uuid = someone_who_talks(watched, phones)
    uuid = promised(watched, phones)
    watched.api(f"uuid_kill {first_uuid}")
    daemon.wait_metric(1, "callcore_callbacks_unreached_total", queue="support")
    daemon.wait_metric(1, "callcore_agents", state="available")
    kept = daemon.callback_of(uuid)
    assert (kept["outcome"], kept["hangup_cause"]) == ("callback_failed", "USER_BUSY")
    lost = [offer["lost_reason"] for offer in daemon.offers(kept["call_id"])]
    assert lost == ["caller_unreached"] * 2
    assert daemon.metric("callcore_callbacks_dialled_total", queue="support") == 2
    until(lambda: not watched.channels(), 5, "no leg is left")
    stays(lambda: not watched.channels(), 1, "nobody is called any more")


def test_an_agent_who_hangs_up_lets_the_customers_phone_fall_silent(watched, phones, callcore):
    """Before the customer has answered; the agent's next pick-up calls the customer again."""
    agents_phone = phones.agent(hang_up_after_seconds=2.5)
    customer = phones.agent(answer_after_seconds=None)
    daemon = callcore(**settings(agents_phone.port, customer.port))
    someone_who_talks(watched, phones)
    uuid = promised(watched, phones)
    customer.wait_for("ringing from", 20)
    customer.wait_for("cancelled", 5)
    customer.wait_for("ringing from", 20, count=2)
    assert daemon.metric("callcore_callbacks_unreached_total", queue="support") == 0
    assert daemon.rows("call_records", uuid, key="callback_of") == []
