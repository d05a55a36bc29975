"""callcore is killed in the middle of a callback: it is kept after the start, once, at its turn."""

from __future__ import annotations

import time

import gevent
import pytest

from tests.live import calling_back
from tests.live.calling_back import (
    AGENT_FIRST,
    LONG_HOLD,
    calling,
    dialled,
    hears,
    instant,
    is_promised,
    joins,
    may_begin,
    number_of,
    rung_for,
    serve,
    talks,
)
from tests.live.test_operating import told

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

RING_SECONDS = 40
ANSWER_SECONDS = 20
"""Longer than a restart takes on a machine with much else to do."""
TALK_SECONDS = 9
BOTH = calling_back.of_both_kinds(LONG_HOLD)


@pytest.fixture
def centre(callcore, sounds):
    """One agent, and customers who answer after a while."""

    def start(agents_phone, customer, callback=LONG_HOLD, *, is_logged_in=False):
        return calling_back.centre(
            callcore,
            sounds,
            agents_phone,
            customer,
            callback={**callback, "ring_seconds": RING_SECONDS},
            is_logged_in=is_logged_in,
            ring_timeout_seconds=10,
        )

    return start


def restarted(daemon):
    daemon.kill()
    daemon.start()


@BOTH
def test_while_the_promise_waits(watched, phones, centre, callback):
    """All that wait keep their places, promise and callers."""
    agents_phone = phones.agent()
    customer = phones.agent(answer_after_seconds=0.5)
    daemon = centre(agents_phone, customer, callback)
    joins(watched, phones, 1)
    asking = is_promised(watched, phones, 2)
    joins(watched, phones, 3)
    restarted(daemon)
    may_begin(daemon)
    told(daemon, "agent", "login", "1001")
    serve(watched, 3)
    assert rung_for(agents_phone) == [number_of(place) for place in (1, 2, 3)]
    assert dialled(customer) == [number_of(2)]
    kept = daemon.callback_of(asking)
    assert (kept["outcome"], kept["is_adopted"], kept["faults"]) == ("served", True, [])


def test_while_the_customer_holds(watched, phones, centre):
    """The customer has answered and hears music, the agent still talks: the line is kept, the music
    goes on, and the customer is the next.
    """
    agents_phone = phones.agent(hang_up_after_seconds=1)
    customer = phones.agent(answer_after_seconds=0.5)
    daemon = centre(agents_phone, customer, is_logged_in=True)
    phones.crowd("5001", 8)
    daemon.wait_metric(8, "callcore_calls_ended_total", outcome="served")
    watched.drain()
    agents_phone.stop()
    slow = phones.agent(port=agents_phone.port)
    _, talking = joins(watched, phones, 1)
    slow.wait_for("picked_up")
    asking = is_promised(watched, phones, 2)
    joins(watched, phones, 3)
    leg = calling(watched, number_of(2))
    customer.wait_for("picked_up")
    hears(watched, leg, "local_stream://moh")
    restarted(daemon)
    assert customer.milestones()[-1] == "picked_up"
    watched.api(f"uuid_kill {talking}")
    talks(watched, leg)
    watched.api(f"uuid_kill {leg}")
    slow.wait_for("ringing", count=3)
    assert rung_for(slow) == [number_of(place) for place in (1, 2, 3)]
    assert dialled(customer) == [number_of(2)]
    kept = daemon.callback_of(asking)
    assert (kept["outcome"], kept["is_adopted"], kept["faults"]) == ("served", True, [])


def test_while_an_agent_is_kept_for_a_ringing_customer(watched, phones, centre):
    """The customer's phone rings on, and they are served before who came later; there is one call
    to them.
    """
    agents_phone = phones.agent()
    customer = phones.agent(answer_after_seconds=ANSWER_SECONDS)
    daemon = centre(agents_phone, customer)
    asking = is_promised(watched, phones, 1)
    may_begin(daemon)
    told(daemon, "agent", "login", "1001")
    calling(watched, number_of(1))
    joins(watched, phones, 2)
    restarted(daemon)
    serve(watched, 2, 90)
    assert rung_for(agents_phone) == [number_of(place) for place in (1, 2)]
    lived = [line for line in customer.milestones() if not line.startswith("ringing")]
    assert dialled(customer) == [number_of(1)]
    assert lived[:1] == ["picked_up"]
    kept = daemon.callback_of(asking)
    assert (kept["outcome"], kept["is_adopted"]) == ("served", True)


def test_while_agent_and_customer_talk(watched, phones, centre):
    """They talk on; the record has the whole of it, and nobody is called again."""
    agents_phone = phones.agent()
    customer = phones.agent()
    daemon = centre(agents_phone, customer, AGENT_FIRST)
    asking = is_promised(watched, phones, 1)
    may_begin(daemon)
    told(daemon, "agent", "login", "1001")
    leg = calling(watched, number_of(1))
    began = instant(talks(watched, leg))
    daemon.wait_metric(1, "callcore_agents", state="talking")
    restarted(daemon)
    assert customer.milestones()[-1] == "picked_up"
    gevent.sleep(max(0.0, began + TALK_SECONDS - time.time()))
    watched.api(f"uuid_kill {leg}")
    ended = instant(
        watched.wait_event("CHANNEL_HANGUP", 10, lambda event: event["Unique-ID"] == leg)
    )
    kept = daemon.callback_of(asking)
    assert (kept["outcome"], kept["agent_id"]) == ("served", "1001")
    assert kept["talk_seconds"] == pytest.approx(ended - began, abs=1)
    assert dialled(customer) == [number_of(1)]
