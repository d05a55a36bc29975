"""Promises that are not due keep their places and are ahead of nobody until they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.estimates import Wait
from callcore.domain.events import CallRefused
from callcore.domain.hours import Interval, OpeningHours
from callcore.domain.ids import CallId, LegId, Micros, QueueName
from callcore.domain.outcomes import AttemptOutcome, RefusalReason
from callcore.domain.policies import WaitingPerAgent
from callcore.flows import expecting
from callcore.ports.operations import CallbackRequest, QueueView
from callcore.ports.stores import QueueCounts, RescoreAnswer
from tests.fakes.clock import settle
from tests.fakes.switch import SILENT
from tests.flows.callbacks import ANSWERING, KEPT_BY, NUMBER, CallbackFloor, policy
from tests.flows.customers_first import UNCHECKED, CustomersFirst, customer_first
from tests.flows.estimating import learnt, seen_at_work
from tests.flows.floor import ANN, BOB, SALES, SUPPORT
from tests.flows.stories import come, line, move, start_break

OTHER = "+48200009"
HOUR = 3600.0
PATIENT = 100_000.0
LONG_KEPT = replace(KEPT_BY, expires_after_seconds=6 * HOUR)
EIGHT_TO_TEN_PAST = OpeningHours(
    name="early",
    timezone="UTC",
    week=dict.fromkeys(
        range(7),
        (
            Interval(opens=time(8, 0), closes=time(8, 10)),
            Interval(opens=time(8, 40), closes=time(9, 0)),
        ),
    ),
)
"""The clock of these stories begins at eight in the morning, on the minute."""


def site(**settings: Any) -> Any:
    """Nobody is made an offer: callers wait as long as it takes."""
    return policy(**{"callback": LONG_KEPT, "maximum_wait_seconds": PATIENT, **settings})


@pytest.fixture
def floor() -> CallbackFloor:
    return CallbackFloor(site())


def ask(floor: CallbackFloor, *, in_seconds: float, number: str = NUMBER) -> LegId:
    """Somebody asks for a callback in so long."""
    floor.clock.advance(0.001)
    not_before = Micros(floor.clock.now() + round(in_seconds * 1e6))
    asked = CallbackRequest(queue=SUPPORT, number=number, by="form", not_before=not_before)
    call_id = floor.worker.operating.request_callback(asked).call_id
    settle()
    assert call_id is not None
    return LegId(call_id)


def counts(floor: CallbackFloor, queue: QueueName = SUPPORT) -> QueueCounts:
    (found,) = floor.store.waiting_room.counts([queue])
    return found


def view(floor: CallbackFloor) -> QueueView:
    (found,) = [one for one in floor.worker.operating.queues() if one.queue == SUPPORT]
    return found


def is_deferred(floor: CallbackFloor) -> bool:
    """Of the one promise."""
    found = counts(floor)
    assert found.promises_count == 1
    return found.deferred_count == 1


def mean_wait(floor: CallbackFloor, caller: LegId) -> float:
    wait = expecting.of_call(floor.site, CallId(caller), SUPPORT)
    assert isinstance(wait, Wait)
    return wait.mean


def told_to_floor(floor: CallbackFloor, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What the floor is told of promises from now on."""
    room, told = floor.store.waiting_room, []
    as_ever = room.defer

    def defer(call_id: CallId, queue: QueueName, *, is_deferred: bool) -> RescoreAnswer:
        answer = as_ever(call_id, queue, is_deferred=is_deferred)
        told.append(is_deferred)
        return answer

    monkeypatch.setattr(room, "defer", defer)
    return told


class TestALaterTime:
    """A callback is asked for at a time that is far off."""

    def test_nobody_stands_or_waits_behind_it(self, floor: CallbackFloor) -> None:
        """Three for the afternoon: callers hear of the place and the wait that are theirs, before
        whom those promises come once they are due.
        """
        learnt(floor)
        come(floor, ANN)
        floor.call_in(number="+48200001")
        floor.clock.advance(2)
        seen_at_work(floor, ANN)
        asked = [ask(floor, in_seconds=HOUR, number=f"+4820010{n}") for n in range(3)]
        first, second = (floor.call_in(number=f"+4820020{n}") for n in range(2))
        assert line(floor, *asked, first, second) == [1, 1, 1, 1, 2]
        waits = mean_wait(floor, first), mean_wait(floor, second)
        assert waits == (pytest.approx(60, rel=0.05), pytest.approx(120, rel=0.05))
        floor.clock.advance(HOUR)
        assert line(floor, *asked, first, second) == [1, 2, 3, 4, 5]
        assert mean_wait(floor, first) == pytest.approx(240, rel=0.05)

    def test_it_is_kept_on_its_place_when_due(self, floor: CallbackFloor) -> None:
        """Before a caller who came later."""
        floor.customer(ANSWERING)
        promised = ask(floor, in_seconds=HOUR)
        floor.call_in(number=OTHER)
        floor.clock.advance(HOUR + 1)
        come(floor, ANN)
        floor.clock.advance(8)
        assert floor.agent(ANN).call_id == promised

    def test_no_queue_is_full_of_such(self) -> None:
        """It is once they are due: those who came meanwhile stay."""
        floor = CallbackFloor(site(maximum_waiting=1))
        ask(floor, in_seconds=HOUR)
        caller = floor.call_in(number=OTHER)
        assert floor.position(caller) == 1
        floor.switch.end(caller)
        floor.clock.advance(HOUR + 1)
        floor.call_in(number=OTHER)
        (refused,) = floor.told(CallRefused)
        assert (refused.reason, refused.limit) == (RefusalReason.QUEUE_FULL, 1)

    def test_who_is_on_the_line_leaves_when_agents_go(self) -> None:
        """A promise takes room like any other, and is not turned out of it."""
        per_agent = WaitingPerAgent(ratio=1.5, floor=1, ceiling=4)
        floor = CallbackFloor(site(waiting_per_agent=per_agent, wrap_up_seconds=600))
        come(floor, ANN, BOB)
        for number in ("+48200001", "+48200002"):
            floor.call_in(number=number)
        floor.clock.advance(3)
        callers = [floor.call_in(number=f"+4820001{number}") for number in range(2)]
        promised = ask(floor, in_seconds=0)
        floor.switch.end(floor.offered_leg_of(ANN))
        settle()
        start_break(floor, ANN)
        settle()
        assert [floor.knows(caller) for caller in (*callers, promised)] == [True, False, True]

    def test_it_makes_no_long_wait(self, floor: CallbackFloor) -> None:
        """Neither shown to operators nor counted; all promises are."""
        ask(floor, in_seconds=HOUR)
        shown = view(floor)
        assert (shown.waiting_count, shown.oldest_joined_at) == (0, None)
        assert (shown.promises_count, shown.deferred_count) == (1, 1)
        floor.clock.advance(60)
        floor.call_in(number=OTHER)
        at = floor.clock.now()
        shown = view(floor)
        assert (shown.waiting_count, shown.oldest_joined_at) == (1, pytest.approx(at, abs=1000))
        floor.clock.advance(HOUR)
        shown = view(floor)
        assert (shown.waiting_count, shown.promises_count, shown.deferred_count) == (2, 1, 0)
        assert shown.oldest_joined_at == pytest.approx(at - 60e6, abs=10_000)

    @pytest.mark.parametrize("seconds", [0.0, 10.0])
    def test_soon_counts_as_now(self, floor: CallbackFloor, seconds: float) -> None:
        """A few seconds make no difference."""
        ask(floor, in_seconds=seconds)
        assert not is_deferred(floor)

    def test_the_floor_is_told_once_a_change(
        self, floor: CallbackFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Whatever else happens in between."""
        told = told_to_floor(floor, monkeypatch)
        promised = ask(floor, in_seconds=HOUR)
        floor.call_in(number=OTHER)
        floor.worker.operating.set_priority(CallId(promised), 3, by="eve")
        come(floor, ANN)
        floor.clock.advance(60)
        assert told == [True]
        floor.clock.advance(HOUR)
        assert told == [True, False]
        ask(floor, in_seconds=0, number="+48200555")
        floor.clock.advance(10)
        assert told == [True, False]


class TestBetweenAttempts:
    """The customer was called in vain."""

    @pytest.mark.parametrize("make", [CallbackFloor, CustomersFirst])
    def test_the_promise_is_ahead_of_nobody_until_the_next(self, make: type[CallbackFloor]) -> None:
        """Then it stands where it stood."""
        kept_by = {CallbackFloor: LONG_KEPT, CustomersFirst: replace(UNCHECKED, attempts=3)}[make]
        floor = make(site(callback=replace(kept_by, retry_after_seconds=120, ring_seconds=20)))
        floor.customer(SILENT)
        promised = ask(floor, in_seconds=0)
        come(floor, ANN)
        served = floor.call_in(number="+48200001")
        behind = floor.call_in(number=OTHER)
        assert not is_deferred(floor)
        floor.clock.advance(28)
        assert floor.agent(ANN).call_id == served
        assert line(floor, promised, behind) == [1, 1]
        assert is_deferred(floor)
        floor.clock.advance(90)
        assert line(floor, promised, behind) == [1, 1]
        floor.clock.advance(30)
        assert line(floor, promised, behind) == [1, 2]

    def test_a_machine_is_such_an_attempt(self) -> None:
        """The promise waits again, and counts only when it is due."""
        kept_by = replace(
            UNCHECKED, machine_key="7", retry_after={AttemptOutcome.MACHINE: 120.0}, attempts=3
        )
        floor = CustomersFirst(customer_first(kept_by))
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        floor.until_customer_answers()
        floor.clock.advance(5)
        floor.switch.press(floor.offered_leg_of(ANN), "7")
        floor.clock.advance(0.2)
        assert is_deferred(floor)
        floor.clock.advance(125)
        assert floor.dialled_count() == 2


def test_a_caller_who_is_promised_one_goes_on_counting() -> None:
    """From the promise on, while the phone is not free yet: nobody hears of a nearer place that is
    not so.
    """
    floor = CallbackFloor()
    caller = floor.call_in()
    floor.overflow(caller)
    behind = floor.call_in(number=OTHER)
    for _ in range(100):
        floor.clock.advance(0.1)
        assert counts(floor).deferred_count == 0
        assert floor.position(behind) == 2


class TestHours:
    """Customers are called in the hours of the callbacks."""

    def test_outside_them_it_is_ahead_of_nobody(self) -> None:
        """It is again when they begin, and was until they ended."""
        kept_by = replace(LONG_KEPT, hours=EIGHT_TO_TEN_PAST)
        floor = CallbackFloor(site(callback=kept_by))
        promised = ask(floor, in_seconds=0)
        behind = floor.call_in(number=OTHER)
        floor.clock.advance(590)
        assert line(floor, promised, behind) == [1, 2]
        floor.clock.advance(20)
        assert line(floor, promised, behind) == [1, 1]
        floor.clock.advance(29 * 60)
        assert is_deferred(floor)
        floor.clock.advance(60)
        assert line(floor, promised, behind) == [1, 2]

    def test_a_customer_on_the_line_counts(self) -> None:
        """Though the hours have ended since they were called; so it is for the next process."""
        floor = CustomersFirst(customer_first(replace(UNCHECKED, hours=EIGHT_TO_TEN_PAST)))
        floor.teach(8.0)
        floor.customer(ANSWERING)
        come(floor, ANN, BOB)
        for number in ("+48200001", "+48200002"):
            floor.call_in(number=number)
        floor.clock.advance(5)
        seen_at_work(floor, ANN, BOB)
        floor.clock.advance(585)
        ask(floor, in_seconds=0)
        floor.until_customer_answers()
        assert floor.agent(ANN).state is AgentState.TALKING
        floor.clock.advance(15)
        assert floor.customers_leg().is_answered
        assert not is_deferred(floor)
        floor.restart_at_once()
        floor.clock.advance(1)
        assert floor.customers_leg().is_answered
        assert not is_deferred(floor)

    def test_hours_that_are_changed_count_at_once(self) -> None:
        """Both ways."""
        closed = site(callback=replace(LONG_KEPT, hours=EIGHT_TO_TEN_PAST))
        floor = CallbackFloor(site())
        floor.clock.advance(700)
        ask(floor, in_seconds=0)
        assert not is_deferred(floor)
        floor.reload(closed)
        assert is_deferred(floor)
        floor.reload(site())
        assert not is_deferred(floor)

    def test_nor_does_one_count_that_nobody_can_dial(self) -> None:
        """While the settings do not say how."""
        floor = CallbackFloor(site())
        ask(floor, in_seconds=0)
        without = replace(site().dialplan, callback_contact=None)
        floor.reload(replace(site(), dialplan=without))
        assert is_deferred(floor)
        floor.reload(site())
        assert not is_deferred(floor)


class TestItsEnd:
    """What ends a promise that is not due leaves nothing behind."""

    def test_a_caller_who_rings_in_counts(self, floor: CallbackFloor) -> None:
        """On the promise's place."""
        ask(floor, in_seconds=HOUR)
        behind = floor.call_in(number=OTHER)
        assert floor.position(behind) == 1
        caller = floor.call_in(number=NUMBER)
        assert line(floor, caller, behind) == [1, 2]
        assert (counts(floor).promises_count, counts(floor).deferred_count) == (0, 0)

    def test_one_that_is_withdrawn(self, floor: CallbackFloor) -> None:
        """The counts are as before."""
        promised = ask(floor, in_seconds=HOUR)
        floor.worker.operating.withdraw(CallId(promised), by="eve")
        settle()
        assert (counts(floor).promises_count, counts(floor).deferred_count) == (0, 0)
        assert counts(floor).present_count == 0

    def test_one_that_is_moved(self, floor: CallbackFloor) -> None:
        """It is as little ahead of anybody there; and is when due."""
        promised = ask(floor, in_seconds=HOUR)
        move(floor, promised, SALES)
        assert counts(floor).present_count == 0
        assert counts(floor, SALES).deferred_count == 1
        floor.clock.advance(HOUR + 1)
        assert counts(floor, SALES).deferred_count == 0
        assert counts(floor, SALES).waiting_count == 1

    def test_a_queue_with_such_is_not_empty(self, floor: CallbackFloor) -> None:
        """Taken out of the settings, it stays until the promise is kept or over."""
        promised = ask(floor, in_seconds=HOUR)
        queues = {name: queue for name, queue in site().queues.items() if name != SUPPORT}
        agents = {
            name: replace(agent, queues=tuple(one for one in agent.queues if one != SUPPORT))
            for name, agent in site().agents.items()
        }
        numbers = {n: route for n, route in site().numbers.items() if route.queue != SUPPORT}
        without = replace(site(), queues=queues, agents=agents, numbers=numbers)
        answer = floor.reload(without)
        assert any(
            "support is no longer in the settings while 1 wait" in w for w in answer.warnings
        )
        assert floor.knows(promised)


def lose_process(floor: CallbackFloor) -> None:
    floor.restart()


def lose_data(floor: CallbackFloor) -> None:
    floor.store.lose_data()
    floor.clock.advance(20)


def lose_process_and_redis(floor: CallbackFloor) -> None:
    floor.store.go_down()
    floor.clock.advance(2)
    floor.store.come_up()
    floor.restart()


LOSSES = [lose_process, lose_data, lose_process_and_redis]


class TestALoss:
    """Processes, Redis and its data come and go."""

    @pytest.mark.parametrize("lose", LOSSES)
    def test_it_is_not_due_afterwards_either(
        self, floor: CallbackFloor, lose: Callable[[CallbackFloor], None]
    ) -> None:
        """Until it is."""
        promised = ask(floor, in_seconds=HOUR)
        behind = floor.call_in(number=OTHER)
        lose(floor)
        assert line(floor, promised, behind) == [1, 1]
        assert is_deferred(floor)
        floor.clock.advance(HOUR)
        assert line(floor, promised, behind) == [1, 2]

    def test_it_becomes_due_while_nobody_is_there(self, floor: CallbackFloor) -> None:
        """The next process has it counted."""
        ask(floor, in_seconds=HOUR)
        floor.kill_worker()
        floor.clock.advance(HOUR + 1)
        assert is_deferred(floor)
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        settle()
        assert not is_deferred(floor)

    def test_it_becomes_due_while_redis_is_away(self, floor: CallbackFloor) -> None:
        """Told as soon as it is back."""
        ask(floor, in_seconds=100)
        assert is_deferred(floor)
        floor.clock.advance(95)
        floor.store.go_down()
        floor.clock.advance(10)
        floor.store.come_up()
        assert is_deferred(floor)
        floor.clock.advance(2)
        assert not is_deferred(floor)
