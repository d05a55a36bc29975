"""A promise is kept exactly when its caller would have been served, on a real switch."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from functools import partial

import pytest

from tests.live import calling_back
from tests.live.calling_back import (
    AGENT_FIRST,
    CUSTOMER_FIRST,
    LONG_HOLD,
    calling,
    dialled,
    hears,
    is_promised,
    joins,
    may_begin,
    number_of,
    rung_for,
    serve,
    talks,
)
from tests.live.ports import HOST
from tests.live.test_operating import asked, told
from tests.live.waiting import stays, until
from tests.live.watching import arrival

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

BOTH = calling_back.of_both_kinds(CUSTOMER_FIRST)


@pytest.fixture
def centre(callcore, sounds):
    """One agent, and customers who can be called back."""
    return partial(calling_back.centre, callcore, sounds)


@BOTH
def test_place_among_live_callers(watched, phones, centre, callback):
    """Two callers, a promise between them and one more: a single agent is rung for them in the
    order in which they came, whoever's phone rings first.
    """
    agents_phone = phones.agent()
    customer = phones.agent(answer_after_seconds=1)
    daemon = centre(agents_phone, customer, callback=callback, is_logged_in=False)
    _, first = joins(watched, phones, 1)
    asking = is_promised(watched, phones, 2)
    _, third = joins(watched, phones, 3)
    _, last = joins(watched, phones, 4)
    may_begin(daemon)
    told(daemon, "agent", "login", "1001")
    served = serve(watched, 4)
    assert rung_for(agents_phone) == [number_of(place) for place in (1, 2, 3, 4)]
    assert dialled(customer) == [number_of(2)]
    [agents_ringing] = [
        request.at
        for request in agents_phone.requests("INVITE")
        if number_of(2) in request.headers["From"]
    ]
    if callback is AGENT_FIRST:
        assert customer.requests("INVITE")[0].at > agents_ringing
    else:
        assert customer.response(200).at < agents_ringing

    kept = daemon.callback_of(asking)
    assert (kept["outcome"], kept["agent_id"], kept["faults"]) == ("served", "1001", [])
    assert served == [first, kept["caller_leg_id"], third, last]
    [visit] = daemon.visits(asking)
    assert visit["leave_reason"] == "callback_asked"
    [waited] = daemon.visits(kept["call_id"])
    assert waited["joined_at"] == visit["joined_at"]


@BOTH
def test_who_rings_in_gets_the_place(watched, phones, centre, callback):
    """The customer of a promise calls before it is kept: served between those who came before and
    after the first call, and the promise is over; nobody is called.
    """
    agents_phone = phones.agent()
    customer = phones.agent()
    daemon = centre(agents_phone, customer, callback=callback, is_logged_in=False)
    joins(watched, phones, 1)
    asking = is_promised(watched, phones, 2)
    joins(watched, phones, 3)
    may_begin(daemon)
    joins(watched, phones, 2)
    over = daemon.callback_of(asking)
    assert over["outcome"] == "callback_rang_in"
    told(daemon, "agent", "login", "1001")
    serve(watched, 3)
    assert rung_for(agents_phone) == [number_of(place) for place in (1, 2, 3)]
    assert dialled(customer) == []
    assert asked(daemon, "callback", "list")["callbacks"] == []


def test_who_gave_up_is_called_back(watched, phones, centre):
    """A caller who hangs up while waiting keeps the place, and is called when its turn comes."""
    agents_phone = phones.agent()
    customer = phones.agent()
    daemon = centre(
        agents_phone,
        customer,
        callback={"call_first": "agent", "abandoned": {"after_seconds": 1, "delay_seconds": 1}},
        is_logged_in=False,
    )
    joins(watched, phones, 1)
    gave_up, uuid = joins(watched, phones, 2, hang_up_after_seconds=1.5)
    gave_up.ended_well()
    joins(watched, phones, 3)
    assert may_begin(daemon)["origin"] == "abandoned"
    told(daemon, "agent", "login", "1001")
    serve(watched, 3)
    assert rung_for(agents_phone) == [number_of(place) for place in (1, 2, 3)]
    assert dialled(customer) == [number_of(2)]
    assert daemon.record(uuid)["outcome"] == "abandoned"
    kept = daemon.callback_of(uuid)
    assert (kept["outcome"], kept["callback_origin"]) == ("served", "abandoned")


def test_requests_are_kept(watched, phones, centre, monkeypatch):
    """Asked for at a shell, and by another system over HTTP: both are called in that order, after
    those who came before; a second request for a number has the first one's place.
    """
    monkeypatch.setenv("CALLCORE_API_TOKEN", "word-of-this-test")
    agents_phone = phones.agent()
    customer = phones.agent()
    daemon = centre(agents_phone, customer, callback=AGENT_FIRST, is_logged_in=False)

    def posted(number, token="word-of-this-test"):
        request = urllib.request.Request(
            f"http://{HOST}:{daemon.http_port}/v1/callbacks",
            json.dumps({"queue": "support", "number": number}).encode(),
            {"Content-Type": "application/json", "Authorization": f"Bearer {token}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, {}

    joins(watched, phones, 1)
    first = asked(daemon, "callback", "request", "--queue", "support", "--number", number_of(2))
    assert posted(number_of(3), "another word")[0] == 401
    status, second = posted(number_of(3))
    assert status in {200, 201}
    assert (first["position"], second["position"]) == (2, 3)
    _, again = posted(number_of(2))
    assert (again["end"], again["call_id"]) == ("already_promised", first["call_id"])
    told(daemon, "agent", "login", "1001")
    serve(watched, 3)
    assert rung_for(agents_phone) == [number_of(place) for place in (1, 2, 3)]
    assert dialled(customer) == [number_of(place) for place in (2, 3)]
    kept = daemon.record(first["call_id"])
    assert (kept["outcome"], kept["callback_origin"]) == ("served", "request")


def test_estimate_is_spoken_and_judged(watched, phones, centre):
    """Once the queue knows how long serving takes, callers are told a wait; when they are served,
    how wrong it was is in the metrics.
    """
    agents_phone = phones.agent(hang_up_after_seconds=1)
    customer = phones.agent()
    daemon = centre(
        agents_phone,
        customer,
        callback=AGENT_FIRST,
        announce_estimate={"first_after_seconds": 1, "interval_seconds": 60},
    )
    phones.crowd("5001", 8)
    daemon.wait_metric(8, "callcore_calls_ended_total", outcome="served")
    watched.drain()
    agents_phone.stop()
    phones.agent(port=agents_phone.port, hang_up_after_seconds=4)
    phones.listening_caller("5001", from_user=number_of(1))
    talks(watched, arrival(watched))
    before_count = lived_count(daemon)
    _, uuid = joins(watched, phones, 2)
    hears(watched, uuid, "wait/")
    talks(watched, uuid)
    until(lambda: lived_count(daemon) == before_count + 1, 5, "it is judged")
    in_metrics = daemon.metric("callcore_queue_estimate_error_seconds_count", queue="support")
    assert in_metrics == before_count + 1


def lived_count(daemon):
    """How many announced estimates were judged so far, within what was told or beyond."""
    return sum(
        daemon.metric("callcore_queue_estimates_lived_total", queue="support", upper_end=end)
        for end in ("within", "beyond")
    )


def test_an_agent_is_about_to_be_free(watched, phones, centre):
    """Once the queue knows how long serving takes, the customer is called while the agent still
    talks, hears music, and is the next: rung for at once, before one who came later.
    """
    agents_phone = phones.agent(hang_up_after_seconds=1)
    customer = phones.agent(answer_after_seconds=0.5)
    daemon = centre(agents_phone, customer, callback=LONG_HOLD)
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
    stays(lambda: rung_for(slow) == [number_of(1)], 1, "the agent talks")
    watched.api(f"uuid_kill {talking}")
    talks(watched, leg)
    assert rung_for(slow) == [number_of(place) for place in (1, 2)]
    watched.api(f"uuid_kill {leg}")
    slow.wait_for("ringing", count=3)
    assert rung_for(slow)[-1] == number_of(3)
    assert dialled(customer) == [number_of(2)]
    assert daemon.callback_of(asking)["outcome"] == "served"
