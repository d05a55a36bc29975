"""The example menu of ``dialplans/`` on a real switch: a digit chooses the queue."""

from __future__ import annotations

import pytest

from tests.live.daemon import agent, phone_at, queue
from tests.live.watching import bridged

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

PROMPT = "%(150,250,660)"
WRONG = "%(300,100,330)"
TRIES = 3


def asked(watched):
    """The channel of the caller who hears the prompt now."""
    event = watched.wait_event(
        "PLAYBACK_START", 10, lambda event: PROMPT in event["Playback-File-Path"]
    )
    return event["Unique-ID"]


def told_wrong(watched):
    watched.wait_event("PLAYBACK_START", 10, lambda event: WRONG in event["Playback-File-Path"])


def parked(watched):
    return watched.wait_event("CHANNEL_PARK", 10)


def press(watched, uuid, digits):
    assert watched.api(f"uuid_recv_dtmf {uuid} {digits}").startswith("+OK")


@pytest.mark.parametrize(("digit", "queue_name"), [("1", "support"), ("2", "sales")])
def test_digit_chooses_the_queue(watched, phones, digit, queue_name):
    """The caller is parked for the queue of the digit, as a call to the number dialled, with the
    dead man's switch armed once.
    """
    phones.caller("5000")
    uuid = asked(watched)
    press(watched, uuid, digit)
    event = parked(watched)
    assert event["variable_callcore_queue"] == queue_name
    assert event["variable_callcore_parked"] == "true"
    assert event["Caller-Destination-Number"] == "5000"
    assert event["Answer-State"] == "answered"
    assert watched.api(f"sched_del {uuid}") == "+OK Deleted: 1"


def test_no_digit_leads_to_the_first_queue(watched, phones):
    """Who presses nothing is asked three times and then waits for support."""
    phones.caller("5000")
    for _ in range(TRIES):
        asked(watched)
        told_wrong(watched)
    assert parked(watched)["variable_callcore_queue"] == "support"


def test_wrong_digits_lead_to_the_first_queue(watched, phones):
    """Digits that are not offered, and keys that are none, choose nothing and go nowhere."""
    phones.caller("5000")
    for wrong in ("3", "*", "#"):
        press(watched, asked(watched), wrong)
        told_wrong(watched)
    event = parked(watched)
    assert event["variable_callcore_queue"] == "support"
    assert "variable_menu_choice" not in event


def test_wrong_digit_may_be_corrected(watched, phones):
    """A second try counts like a first one."""
    phones.caller("5000")
    press(watched, asked(watched), "9")
    told_wrong(watched)
    press(watched, asked(watched), "2")
    assert parked(watched)["variable_callcore_queue"] == "sales"


def test_earlier_choice_does_not_decide_about_the_next_visit(watched, phones):
    """A caller an agent transfers to the menu is asked anew."""
    phones.caller("5000")
    uuid = asked(watched)
    press(watched, uuid, "2")
    assert parked(watched)["variable_callcore_queue"] == "sales"
    watched.api(f"uuid_transfer {uuid} 5000")
    for _ in range(TRIES):
        told_wrong(watched)
    event = parked(watched)
    assert event["Unique-ID"] == uuid
    assert event["variable_callcore_queue"] == "support"
    assert watched.api(f"sched_del {uuid}") == "+OK Deleted: 1"


def test_fallback_takes_over_after_the_menu_too(watched, phones):
    """Without callcore the caller hears the apology and is hung up."""
    caller = phones.caller("5000")
    press(watched, asked(watched), "1")
    parked(watched)
    assert watched.wait_event("CHANNEL_HANGUP", 15)["Hangup-Cause"] == "NORMAL_TEMPORARY_FAILURE"
    caller.ended_well()


def test_caller_of_the_menu_is_served(watched, phones, callcore):
    """callcore follows the caller from the menu to the end, under the number dialled."""
    phone = phones.agent(hang_up_after_seconds=1)
    daemon = callcore(
        queues={"support": queue(), "sales": queue()},
        agents={"1001": agent("Anna Nowak", phone_at(phone.port), "sales", "support")},
    )
    caller = phones.caller("5000")
    uuid = asked(watched)
    press(watched, uuid, "2")
    bridged(watched, uuid)
    caller.wait_for("hung_up_by_them")
    record = daemon.record(uuid)
    assert (record["outcome"], record["queue"]) == ("served", "sales")
    assert record["dialled_number"] == "5000"
    assert record["is_adopted"] is False
    assert record["faults"] == []
