"""What customers do whose phone rings before an agent's: answer, or not, or press a key."""

from __future__ import annotations

import pytest

from tests.live import calling_back
from tests.live.calling_back import (
    CHECK,
    calling,
    dialled,
    hears,
    is_promised,
    joins,
    number_of,
    rung_for,
    talks,
)
from tests.live.test_operating import told
from tests.live.waiting import stays, until

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

TRIES = 2
LATER_SECONDS = 3


@pytest.fixture
def centre(watched, phones, callcore, sounds):
    """One promise, and an agent who comes to work once it waits; another caller is behind it."""

    def start(customer, *, agents_phone=None, **callback):
        phone = agents_phone or phones.agent(hang_up_after_seconds=1.5)
        daemon = callcore(
            **calling_back.site(
                (phone,),
                customer.port,
                callback={
                    "call_first": "customer",
                    "ring_seconds": 2,
                    "attempts": TRIES,
                    "retry_after_seconds": 1.5,
                    "check": {"timeout_seconds": 1, "tries": 1},
                    **callback,
                },
                is_logged_in=False,
                sounds=sounds.settings,
            )
        )
        asking = is_promised(watched, phones, 1)
        calling_back.may_begin(daemon)
        told(daemon, "agent", "login", "1001")
        return phone, daemon, asking

    return start


def attempts(daemon, kept):
    """What came of each call to the customer."""
    rows = daemon.rows("callback_attempts", kept["call_id"], "attempt_number")
    return [row["outcome"] for row in rows]


def test_pressed_at_the_check(watched, phones, centre):
    """The customer's phone rings, the customer presses the key, and only then the agent's rings;
    the agent is kept meanwhile.
    """
    customer = phones.listening_agent(answer_after_seconds=0.5)
    phone, daemon, asking = centre(customer, check={"timeout_seconds": 5})
    leg = calling(watched, number_of(1))
    hears(watched, leg, CHECK)
    stays(lambda: not phone.milestones(), 1, "the agent's phone is silent")
    assert daemon.metric("callcore_queue_free_agents", queue="support") == 0
    customer.sound.press("1")
    talks(watched, leg)
    customer.wait_for("hung_up_by_them")
    kept = daemon.callback_of(asking)
    assert (kept["outcome"], kept["agent_id"], kept["faults"]) == ("served", "1001", [])
    assert attempts(daemon, kept) == ["talked"]
    assert daemon.metric("callcore_agents", state="available") + daemon.metric(
        "callcore_agents", state="wrapping_up"
    )


@pytest.mark.parametrize(("status", "outcome"), [(486, "busy"), (480, "no_answer")])
def test_a_phone_that_takes_no_call(watched, phones, centre, status, outcome):
    """Called again after a while, as often as the queue says; the agent is never rung, has missed
    nothing, and is free for others.
    """
    customer = phones.refusing_agent(status)
    phone, daemon, asking = centre(customer)
    kept = daemon.callback_of(asking)
    assert kept["outcome"] == "callback_failed"
    assert attempts(daemon, kept) == [outcome] * TRIES
    assert len(dialled(customer)) == TRIES
    assert phone.milestones() == []
    assert daemon.metric("callcore_queue_free_agents", queue="support") == 1
    joins(watched, phones, 2)
    phone.wait_for("picked_up")
    assert rung_for(phone) == [number_of(2)]


def test_a_phone_that_is_not_answered(watched, phones, centre):
    """It falls silent after the time; the caller behind is served while the promise waits."""
    customer = phones.agent(answer_after_seconds=None)
    phone, daemon, asking = centre(customer, attempts=1, check="false")
    customer.wait_for("ringing")
    _, behind = joins(watched, phones, 2)
    customer.wait_for("cancelled", 5)
    talks(watched, behind)
    kept = daemon.callback_of(asking)
    assert (kept["outcome"], attempts(daemon, kept)) == ("callback_failed", ["no_answer"])
    assert rung_for(phone) == [number_of(2)]


def test_nobody_says_anything(watched, phones, centre):
    """A line that is answered and on which no key is pressed is hung up: no agent hears it."""
    customer = phones.agent()
    phone, daemon, asking = centre(customer)
    customer.wait_for("hung_up_by_them", 15, count=2)
    kept = daemon.callback_of(asking)
    assert (kept["outcome"], attempts(daemon, kept)) == ("callback_failed", ["silent"] * 2)
    assert phone.milestones() == []


def test_who_answers_and_hangs_up(watched, phones, centre):
    """Is called again, not at once; no agent hears it."""
    customer = phones.agent(hang_up_after_seconds=0.3)
    phone, daemon, asking = centre(customer)
    kept = daemon.callback_of(asking)
    assert (kept["outcome"], attempts(daemon, kept)) == ("callback_failed", ["hung_up"] * 2)
    assert phone.milestones() == []


def test_a_bad_moment(watched, phones, centre):
    """The key says so: told, hung up, and called again later, when it is a good one."""
    customer = phones.listening_agent()
    _, daemon, asking = centre(
        customer, retry_after={"later": LATER_SECONDS}, check={"timeout_seconds": 5}
    )
    leg = calling(watched, number_of(1))
    hears(watched, leg, CHECK)
    customer.sound.press("2")
    hears(watched, leg, "callback/later")
    customer.wait_for("hung_up_by_them")
    first, again = leg, calling(watched, number_of(1))
    assert first != again
    until(lambda: len(customer.requests("INVITE")) > 1, 10, "the phone is called again")
    assert customer.requests("INVITE")[1].at - customer.requests("BYE")[0].at >= LATER_SECONDS - 0.6
    hears(watched, again, CHECK)
    customer.sound.press("1")
    talks(watched, again)
    watched.api(f"uuid_kill {again}")
    assert attempts(daemon, daemon.callback_of(asking)) == ["later", "talked"]


def test_no_longer_wanted(watched, phones, centre):
    """The key says so: told, hung up, and over."""
    customer = phones.listening_agent()
    phone, daemon, asking = centre(customer, check={"timeout_seconds": 5})
    leg = calling(watched, number_of(1))
    hears(watched, leg, CHECK)
    customer.sound.press("3")
    hears(watched, leg, "callback/cancelled")
    customer.wait_for("hung_up_by_them")
    kept = daemon.callback_of(asking)
    assert (kept["outcome"], attempts(daemon, kept)) == ("callback_failed", ["declined"])
    [visit] = daemon.visits(kept["call_id"])
    assert visit["leave_reason"] == "callback_declined"
    assert dialled(customer) == [number_of(1)]
    assert phone.milestones() == []


def test_an_agent_who_hears_a_machine(watched, phones, centre):
    """Presses the key: the line ends, the promise waits again on its place and is called again;
    the agent is free.
    """
    customer = phones.agent()
    agents_phone = phones.listening_agent()
    _, daemon, asking = centre(
        customer, agents_phone=agents_phone, check="false", machine_key="7", retry_after_seconds=2
    )
    first = calling(watched, number_of(1))
    talks(watched, first)
    agents_phone.sound.press("7")
    customer.wait_for("hung_up_by_them")
    agents_phone.wait_for("hung_up_by_them")
    again = calling(watched, number_of(1))
    talks(watched, again)
    watched.api(f"uuid_kill {again}")
    kept = daemon.callback_of(asking)
    assert (kept["outcome"], attempts(daemon, kept)) == ("served", ["machine", "talked"])
    until(lambda: daemon.metric("callcore_queue_free_agents", queue="support") == 1, 5, "is free")
