"""Callbacks that other systems ask for: how they stand in line and are kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.callbacks import CallbackState
from callcore.domain.events import CallbackPromised
from callcore.domain.hours import OpeningHours
from callcore.domain.ids import CallId, Language, LegId, Micros
from callcore.domain.outcomes import AskingEnd, CallbackOrigin, CallOutcome
from callcore.domain.policies import CallerList, NumberRoute
from callcore.domain.records import CallStory
from tests.fakes.clock import START
from tests.flows.callback_requests import OTHER, ask, listed
from tests.flows.callbacks import ANSWERING, KEPT_BY, NUMBER, QUICK, CallbackFloor, policy
from tests.flows.estimating import learnt, seen_at_work
from tests.flows.floor import ANN, SUPPORT


@pytest.fixture
def floor() -> CallbackFloor:
    return CallbackFloor()


class TestARequest:
    """Somebody fills in a form."""

    def test_stands_in_line_from_now(self, floor: CallbackFloor) -> None:
        """Behind those who wait, before who comes later; there was no call, and no line now."""
        ahead = floor.call_in(number=OTHER)
        answer = ask(floor)
        behind = floor.call_in(number=OTHER)
        assert (answer.end, answer.position) == (AskingEnd.PROMISED, 2)
        promise = floor.promise()
        assert promise.call_id == answer.call_id
        assert promise.callback is not None
        assert (promise.callback.of_call, promise.callback.origin) == (
            CallId(""),
            CallbackOrigin.REQUEST,
        )
        assert [floor.position(one) for one in (ahead, behind)] == [1, 3]
        (told,) = floor.told(CallbackPromised)
        assert (told.of_call, told.origin) == ("", CallbackOrigin.REQUEST)

    def test_is_kept_like_any_promise(self, floor: CallbackFloor) -> None:
        """At once, as no line has to end first; the record has the origin and no call before."""
        answer = ask(floor, name="Zażółć", account="A-7", language=Language("pl"))
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(10)
        assert floor.agent(ANN).state is AgentState.TALKING
        assert floor.agent(ANN).call_id == answer.call_id
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert record.outcome is CallOutcome.SERVED
        assert (record.callback_of, record.callback_origin) == (None, CallbackOrigin.REQUEST)
        assert (record.caller_name, record.account, record.language) == ("Zażółć", "A-7", "pl")

    def test_is_explained_with_what_keeps_it_waiting(
        self, floor: CallbackFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As far as it is: in line, in the talk; nothing once it is over."""
        later = Micros(floor.clock.now() + 60_000_000)
        answer = ask(floor, not_before=later)

        def state() -> tuple[CallbackState, Micros | None] | None:
            promise = floor.worker.operating.explain(answer.call_id).promise
            return None if promise is None else (promise.state, promise.due_at)

        assert state() == (CallbackState.NOT_DUE, later)
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(70)
        assert state() == (CallbackState.TALKING, None)
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        past = {answer.call_id: CallStory()}
        monkeypatch.setattr(floor.worker.operating, "_past_stories", past.get)
        assert state() is None

    def test_brings_what_its_caller_would_have_brought(self) -> None:
        """The priorities of number and list, and what is asked for besides; the number dialled is
        shown to the customer.
        """
        vip = CallerList(name="vip", numbers=frozenset({NUMBER}), priority=5, account="V-1")
        routes = {"8001": NumberRoute(queue=SUPPORT, priority=2, language=Language("ru"))}
        floor = CallbackFloor(replace(policy(), caller_lists=(vip,), numbers=routes))
        ask(floor, priority=10)
        promise = floor.promise()
        assert (promise.own_priority, promise.account, promise.language) == (17, "V-1", "ru")
        assert promise.dialled_number == "8001"

    def test_is_not_called_before_its_time(self, floor: CallbackFloor) -> None:
        """The place counts from the request; who comes later is served meanwhile."""
        at = Micros(floor.clock.now() + 60_000_000)
        answer = ask(floor, not_before=at)
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(55)
        assert floor.dialled_count() == 0
        (shown,) = listed(floor)
        assert (shown.state, shown.due_at) == (CallbackState.NOT_DUE, at)
        floor.clock.advance(10)
        assert floor.agent(ANN).call_id == answer.call_id

    def test_is_told_the_wait_that_callers_are_told(self, floor: CallbackFloor) -> None:
        """As a range of minutes, once there is enough to know."""
        assert ask(floor, number=OTHER).low_minutes is None
        learnt(floor)
        floor.log_in(ANN)
        seen_at_work(floor, ANN)
        for _ in range(3):
            floor.call_in(number="+48200777")
        floor.clock.advance(2)
        answer = ask(floor)
        assert answer.high_minutes is not None
        assert answer.low_minutes is not None
        assert 0 < answer.low_minutes < answer.high_minutes

    def test_no_wait_is_told_of_a_call_that_comes_later_than_its_turn(self) -> None:
        """Put off by who asked, or by the hours in which customers are called."""
        night = OpeningHours(name="night", timezone="UTC", week={})
        for hours, put_off_seconds in ((None, 1200), (night, 0)):
            floor = CallbackFloor(policy(callback=replace(KEPT_BY, hours=hours)))
            learnt(floor)
            floor.log_in(ANN)
            seen_at_work(floor, ANN)
            for _ in range(3):
                floor.call_in(number="+48200777")
            floor.clock.advance(2)
            not_before = Micros(floor.clock.now() + put_off_seconds * 1_000_000)
            answer = ask(floor, not_before=not_before if put_off_seconds else None)
            assert (answer.low_minutes, answer.high_minutes) == (None, None)
            assert not floor.store.waiting_room.told_estimates(answer.call_id)

    def test_survives_a_restart(self, floor: CallbackFloor) -> None:
        """With its place and without a call before."""
        answer = ask(floor)
        behind = floor.call_in(number=OTHER)
        floor.restart()
        assert floor.position(behind) == 2
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(10)
        assert floor.agent(ANN).call_id == answer.call_id
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert (record.callback_of, record.callback_origin) == (None, CallbackOrigin.REQUEST)

    def test_is_taken_over_by_its_customer(self, floor: CallbackFloor) -> None:
        """Who asked on the web and calls all the same has the place."""
        ask(floor)
        floor.call_in(number=OTHER)
        assert floor.position(floor.call_in()) == 1


class TestACallerWithAnOlderPromise:
    """Somebody waits on the line, has asked on the web meanwhile, and asks again by phone."""

    def test_does_not_lose_the_wait_by_asking(self) -> None:
        """The promise that holds has the better of both places from then on, restarts included."""
        floor = CallbackFloor(policy())
        caller = floor.call_in()
        floor.clock.advance(10)
        behind = floor.call_in(number=OTHER)
        answer = ask(floor)
        assert floor.position(LegId(answer.call_id)) == 3
        floor.worker.operating.set_priority(CallId(caller), 2, by="eve")
        floor.overflow(caller)
        floor.clock.advance(5)
        promise = floor.promise()
        assert promise.call_id == answer.call_id
        assert [floor.position(LegId(answer.call_id)), floor.position(behind)] == [1, 2]
        assert (promise.first_joined_at, promise.own_priority) == (START + 1000, 2)
        floor.restart()
        assert floor.position(LegId(answer.call_id)) == 1
