"""Customers who call while they are promised a callback: they have its place, once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain import phone_numbers
from callcore.domain.agents import AgentState
from callcore.domain.events import CallerJoined
from callcore.domain.ids import CallId, LegId
from callcore.domain.outcomes import CallOutcome, LeaveReason
from callcore.domain.policies import CallFirst
from callcore.domain.records import CallRecord
from callcore.ports.operations import CallbackRequest
from callcore.ports.stores import (
    FloorCallState,
    Joined,
    Joining,
    OfferAnswer,
    StoreUnavailableError,
)
from tests.fakes.clock import settle
from tests.fakes.switch import SILENT
from tests.flows.callbacks import (
    ANSWERING,
    KEPT_BY,
    NUMBER,
    ON_HOOK,
    QUICK,
    CallbackFloor,
    policy,
)
from tests.flows.floor import ANN, BOB, SALES, SUPPORT
from tests.flows.many_workers import WorkersFloor

ROOMY = {"maximum_wait_seconds": 600.0}
OTHER = "+48200009"


@pytest.fixture
def floor() -> CallbackFloor:
    return CallbackFloor()


def promise_record(floor: CallbackFloor) -> CallRecord:
    """The record of the promise, which is over."""
    floor.clock.advance(1)
    return floor.callback_record()


def record_of(floor: CallbackFloor, caller: LegId) -> CallRecord:
    (record,) = [one for one in floor.records() if one.call_id == caller]
    return record


class TestThePlace:
    """The promise's, whatever the queue has become."""

    def test_is_theirs_from_the_first_call(self, floor: CallbackFloor) -> None:
        """Before who came in between; one of the two stands in line; both records say so."""
        floor.promised()
        promise = floor.promise()
        between = floor.call_in(number=OTHER)
        caller = floor.call_in(number="0048 200 100")
        assert [floor.position(caller), floor.position(between)] == [1, 2]
        assert floor.promises() == [] or floor.promise().state is FloorCallState.ENDED
        back = floor.store.waiting_room.call(CallId(caller))
        assert back is not None
        assert back.first_joined_at == promise.first_joined_at
        over = promise_record(floor)
        assert over.call_id == promise.call_id
        assert over.outcome is CallOutcome.CALLBACK_RANG_IN
        assert [visit.leave_reason for visit in over.visits] == [LeaveReason.RANG_IN]
        floor.switch.end(caller)
        settle()
        assert record_of(floor, caller).visits[0].is_resumed
        assert [joined.is_resumed for joined in floor.told(CallerJoined)][-1]
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        floor.clock.advance(60)
        assert floor.dialled_count() == 0

    def test_is_theirs_while_nobody_follows_the_promise(self) -> None:
        """Its worker is dead, and the other one has not taken it up: both records say so."""
        floor = WorkersFloor("1", "2")
        one, two = floor.named("1"), floor.named("2")
        request = CallbackRequest(queue=SUPPORT, number=NUMBER, by="eve")
        promise = two.worker.operating.request_callback(request).call_id
        assert two.follows(promise)
        two.kill()
        caller = floor.call_to(one, number=NUMBER)
        floor.clock.advance(5)
        assert not two.is_alive
        over = floor.kept()[promise]
        assert over.outcome is CallOutcome.CALLBACK_RANG_IN
        assert [visit.leave_reason for visit in over.visits] == [LeaveReason.RANG_IN]
        assert floor.position(caller) == 1

    def test_is_theirs_though_the_queue_is_full(self) -> None:
        """It was theirs before."""
        floor = CallbackFloor(policy(maximum_waiting=2))
        floor.promised()
        first = floor.call_in(number=OTHER)
        caller = floor.call_in(number=NUMBER)
        assert [floor.position(caller), floor.position(first)] == [1, 2]

    def test_has_the_higher_priority_of_both(self, floor: CallbackFloor) -> None:
        """What an operator gave the promise is the caller's."""
        floor.promised()
        floor.worker.operating.set_priority(floor.promise().call_id, 7, by="eve")
        caller = floor.call_in()
        kept = floor.store.waiting_room.call(CallId(caller))
        assert kept is not None
        assert kept.own_priority == 7

    def test_of_another_queue_is_left_alone(self, floor: CallbackFloor) -> None:
        """There a promise is a promise."""
        floor.promised()
        caller = floor.call_in("8002")
        assert floor.position(caller, SALES) == 1
        assert floor.promise().state is FloorCallState.WAITING

    @pytest.mark.parametrize("number", ["+48200101", "", "anonymous"])
    def test_is_not_anybody_elses(self, floor: CallbackFloor, number: str) -> None:
        """Of another number, or of none."""
        floor.promised()
        caller = floor.call_in(number=number)
        assert floor.position(caller) == 2
        assert floor.promise().state is FloorCallState.WAITING

    def test_stays_the_promises_while_the_queue_is_closed(self, floor: CallbackFloor) -> None:
        """Limits do not keep them out, but a closed door does; the callback is kept."""
        floor.promised()
        floor.worker.operating.close_queue(SUPPORT, until=None, reason="", by="eve")
        floor.call_in()
        floor.clock.advance(5)
        assert floor.promise().state is FloorCallState.WAITING

    def test_is_used_once(self, floor: CallbackFloor) -> None:
        """A second call of the number is one like any other."""
        floor.promised()
        between = floor.call_in(number=OTHER)
        first, second = floor.call_in(), floor.call_in()
        assert [floor.position(one) for one in (first, between, second)] == [1, 2, 3]

    def test_follows_the_promise_that_was_moved(self, floor: CallbackFloor) -> None:
        """To the queue where it waits now; at the old one the caller is a caller."""
        floor.promised()
        floor.worker.operating.move(floor.promise().call_id, SALES, by="eve")
        assert floor.position(floor.call_in("8001")) == 1
        assert floor.promise().state is FloorCallState.WAITING
        floor.call_in("8002", number=OTHER)
        caller = floor.call_in("8002")
        assert floor.position(caller, SALES) == 1
        assert promise_record(floor).outcome is CallOutcome.CALLBACK_RANG_IN


class TestAtHome:
    """Numbers of the own country are written with and without its code."""

    def test_who_asked_by_another_form_of_the_number_has_the_place(self) -> None:
        """A web form has it as it is dialled at home, the switch shows it with the code."""
        floor = CallbackFloor()
        at_home = phone_numbers.Home(country_code="48")
        floor.store.know_by(lambda number: phone_numbers.identified(number, at_home))
        request = CallbackRequest(queue=SUPPORT, number="601 100 200", by="web form")
        asked = floor.worker.operating.request_callback(request)
        between = floor.call_in(number=OTHER)
        caller = floor.call_in(number="+48601100200")
        assert [floor.position(caller), floor.position(between)] == [1, 2]
        over = promise_record(floor)
        assert (over.call_id, over.outcome) == (asked.call_id, CallOutcome.CALLBACK_RANG_IN)


class TestWhileItIsBeingKept:
    """The agent or the customer's phone is being rung."""

    def test_the_agent_is_rung_for_the_caller(self, floor: CallbackFloor) -> None:
        """Let go without a miss, free for who has the place: the same customer."""
        floor.promised()
        floor.log_in(ANN, phone=SILENT)
        floor.clock.advance(1)
        assert floor.agent(ANN).call_id == floor.promise().call_id
        caller = floor.call_in()
        floor.clock.advance(1)
        assert floor.agent(ANN).call_id == caller
        assert floor.agent(ANN).miss_count == 0
        assert promise_record(floor).outcome is CallOutcome.CALLBACK_RANG_IN

    def test_the_customers_phone_stops_ringing(self, floor: CallbackFloor) -> None:
        """Who calls us cannot pick up; the agent has who was wanted."""
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(5)
        assert len(floor.customers_legs()) == 1
        caller = floor.call_in()
        floor.clock.advance(5)
        assert floor.customers_legs() == []
        assert floor.agent(ANN).call_id == caller
        assert floor.agent(ANN).state is AgentState.TALKING

    def test_who_talks_is_not_taken_over(self, floor: CallbackFloor) -> None:
        """Somebody else calls from the same number: at the end of the line."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(10)
        assert floor.agent(ANN).state is AgentState.TALKING
        first = floor.call_in(number=OTHER)
        caller = floor.call_in()
        assert [floor.position(first), floor.position(caller)] == [1, 2]
        assert floor.agent(ANN).state is AgentState.TALKING

    def test_who_talks_is_not_taken_over_though_the_floor_knows_it_late(
        self, floor: CallbackFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The note of the bridge did not come through so far: to the floor the promise is open."""
        floor.promised()
        floor.customer(ANSWERING)
        roster, win = floor.store.roster, floor.store.roster.win

        def lost(*_: object) -> OfferAnswer:
            raise StoreUnavailableError("a hiccup")

        monkeypatch.setattr(roster, "win", lost)
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(10)
        promise = floor.promise()
        assert promise.state is FloorCallState.OFFERED
        caller = floor.call_in()
        monkeypatch.setattr(roster, "win", win)
        floor.clock.advance(10)
        assert floor.position(caller) == 1
        talking = floor.agent(ANN)
        assert (talking.state, talking.call_id) == (AgentState.TALKING, promise.call_id)

    def test_who_holds_the_line_is_not_taken_over(self) -> None:
        """The customer has answered and waits for an agent: the other caller is another person."""
        first = replace(KEPT_BY, call_first=CallFirst.CUSTOMER, longest_hold_seconds=20)
        floor = CallbackFloor(policy(callback=first))
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=SILENT)
        floor.clock.advance(5)
        assert len(floor.customers_legs()) == 1
        promise = floor.promise()
        caller = floor.call_in()
        floor.clock.advance(1)
        assert floor.position(caller) == 2
        assert len(floor.customers_legs()) == 1
        assert floor.promise().call_id == promise.call_id


class TestRaces:
    """Two things in the same instant."""

    def test_two_calls_of_the_number_at_once(
        self, floor: CallbackFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One has the place, the other joins behind; neither is turned away."""
        floor.promised()
        between = floor.call_in(number=OTHER)
        room, join = floor.store.waiting_room, floor.store.waiting_room.join
        others: list[LegId] = []

        def first_the_other(joining: Joining, request_id: str) -> Joined:
            if joining.takes_over is not None and not others:
                others.append(floor.switch.call_in("8001", number=NUMBER))
                settle()
            return join(joining, request_id)

        monkeypatch.setattr(room, "join", first_the_other)
        caller = floor.call_in()
        (other,) = others
        places = {floor.position(caller), floor.position(other)}
        assert (places, floor.position(between)) == ({1, 3}, 2)

    @pytest.mark.parametrize("happened", [True, False])
    def test_an_answer_that_is_lost_leaves_the_promise(
        self, floor: CallbackFloor, monkeypatch: pytest.MonkeyPatch, *, happened: bool
    ) -> None:
        """Redis may have done it: the caller goes to the fallback, the promise stands as before."""
        floor.promised()
        between = floor.call_in(number=OTHER)
        room, join = floor.store.waiting_room, floor.store.waiting_room.join
        promise = floor.promise()

        def lose_answer(joining: Joining, request_id: str) -> Joined:
            if joining.takes_over is None:
                return join(joining, request_id)
            if happened:
                join(joining, request_id)
            raise StoreUnavailableError("the answer is lost")

        monkeypatch.setattr(room, "join", lose_answer)
        caller = floor.call_in()
        floor.clock.advance(2)
        assert not floor.knows(caller)
        assert floor.promise().state is FloorCallState.WAITING
        assert [floor.position(LegId(promise.call_id)), floor.position(between)] == [1, 2]
        floor.clock.advance(ON_HOOK)
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(10)
        assert floor.agent(ANN).call_id == promise.call_id

    def test_the_agent_picks_up_as_the_customer_rings_in(self, floor: CallbackFloor) -> None:
        """At whatever instant: one talk with that agent, and at most one call to the customer."""
        for tenth in range(0, 60, 3):
            floor = CallbackFloor()
            floor.promised()
            floor.customer(ANSWERING)
            floor.log_in(ANN, phone=QUICK)
            floor.clock.advance(tenth / 10)
            caller = floor.call_in()
            floor.clock.advance(10)
            agent = floor.agent(ANN)
            assert agent.state is AgentState.TALKING, tenth
            is_kept = agent.call_id != caller
            assert is_kept == (floor.position(caller) is not None), tenth
            assert floor.dialled_count() <= 1, tenth
            floor.switch.end(caller)
            if is_kept:
                floor.switch.end(floor.customers_leg().leg_id)
            floor.clock.advance(60)
            assert [one.state for one in floor.promises()] in ([], [FloorCallState.ENDED]), tenth
            assert len(floor.records()) == 3, tenth


class TestAfterRestart:
    """Another process goes on."""

    def test_a_promise_taken_over_is_not_made_again(self, floor: CallbackFloor) -> None:
        """The caller is adopted on the place; nobody is called back."""
        floor.promised()
        caller = floor.call_in()
        floor.restart()
        floor.clock.advance(5)
        assert floor.position(caller) == 1
        floor.customer(ANSWERING)
        floor.log_in(ANN, BOB)
        floor.clock.advance(30)
        assert floor.dialled_count() == 0
        assert floor.agent(ANN).call_id == caller or floor.agent(BOB).call_id == caller

    def test_a_promise_of_a_dead_process_is_taken_over(self, floor: CallbackFloor) -> None:
        """Found on the floor by its number; its record is written."""
        floor.promised()
        promise = floor.promise()
        between = floor.call_in(number=OTHER)
        floor.restart()
        caller = floor.call_in()
        assert [floor.position(caller), floor.position(between)] == [1, 2]
        floor.clock.advance(30)
        assert promise.call_id in {record.call_id for record in floor.records()}

    def test_a_floor_that_lost_its_data_has_the_caller_once(self, floor: CallbackFloor) -> None:
        """On the old place, told by the process that lives; the promise is over."""
        floor.promised()
        between = floor.call_in(number=OTHER)
        caller = floor.call_in()
        floor.clock.advance(1)
        floor.store.lose_data()
        floor.clock.advance(20)
        assert [floor.position(caller), floor.position(between)] == [1, 2]
        assert floor.promises() == []
