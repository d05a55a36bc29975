"""Promises that are not due keep their places and are ahead of nobody until they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import CallRefused
from callcore.domain.ids import CallId
from callcore.domain.outcomes import AttemptOutcome, RefusalReason
from callcore.domain.policies import WaitingPerAgent
from tests.fakes.clock import settle
from tests.fakes.switch import SILENT
from tests.flows.callbacks import ANSWERING, CallbackFloor
from tests.flows.customers_first import UNCHECKED, CustomersFirst, customer_first
from tests.flows.estimating import learnt, seen_at_work
from tests.flows.floor import ANN, BOB
from tests.flows.put_off import (
    EIGHT_TO_TEN_PAST,
    HOUR,
    LONG_KEPT,
    OTHER,
    ask,
    counts,
    is_deferred,
    mean_wait,
    site,
    told_to_floor,
    view,
)
from tests.flows.stories import come, line, start_break


@pytest.fixture
def floor() -> CallbackFloor:
    return CallbackFloor(site())


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
