"""What ends a promise or puts it off besides its attempts: hours, rules, time, the customer."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.callbacks import CallbackState
from callcore.domain.events import CallbackUnreached, SelfHealed
from callcore.domain.hours import Interval, OpeningHours
from callcore.domain.ids import CallId, HookName
from callcore.domain.outcomes import AttemptOutcome, CallOutcome, LeaveReason
from callcore.domain.policies import (
    CallableNumbers,
    CallerList,
    CallFirst,
    DialplanPolicy,
    NoticeKind,
    SitePolicy,
)
from callcore.domain.policies.hook import HookPolicy
from callcore.flows.messages import RangIn, WentToFallback
from callcore.ports.stores import Reservation, ReserveAnswer
from callcore.runtime.identifiers import RandomIds
from tests.fakes.clock import settle
from tests.fakes.switch import SILENT, Phone
from tests.flows.callbacks import ANSWERING, DIALPLAN, KEPT_BY, NUMBER
from tests.flows.customers_first import UNCHECKED, CustomersFirst, customer_first
from tests.flows.floor import ANN, SUPPORT, TESTED

BOTH = [CallFirst.AGENT, CallFirst.CUSTOMER]
WEEK = range(7)
MORNING = OpeningHours(
    name="morning",
    timezone="UTC",
    week=dict.fromkeys(
        WEEK,
        (
            Interval(opens=time(8, 0), closes=time(8, 10)),
            Interval(opens=time(8, 40), closes=time(9, 0)),
        ),
    ),
)
"""The clock of these stories begins at eight in the morning, on the minute."""


def site(first: CallFirst, **settings: Any) -> SitePolicy:
    """The site that calls them first, with these settings of its callbacks."""
    return customer_first(replace(UNCHECKED, call_first=first, **settings))


def with_numbers(policy: SitePolicy, numbers: CallableNumbers, *lists: CallerList) -> SitePolicy:
    """The site with these rules."""
    dialplan = replace(DIALPLAN, callable_numbers=numbers)
    return replace(policy, dialplan=dialplan, caller_lists=lists)


@pytest.mark.parametrize("first", BOTH)
class TestHours:
    """Customers are called in the hours of the callbacks, or of the queue."""

    def test_nobody_is_asked_for_it_outside(self, first: CallFirst) -> None:
        """It keeps its place, and does not block those behind; it is due when the hours begin."""
        floor = CustomersFirst(site(first, expires_after_seconds=6 * 86_400, hours=MORNING))
        floor.promised()
        floor.customer(ANSWERING)
        floor.clock.advance(700)
        behind = floor.call_in(number="+48200300")
        floor.log_in(ANN)
        assert floor.agent(ANN).call_id == behind
        floor.clock.advance(5)
        assert floor.position(floor.promise().leg_id) == 1
        ((_, visit),) = floor.worker.service.callbacks.kept()
        assert visit is not None
        assert visit.state is CallbackState.OUTSIDE_HOURS
        floor.switch.end(behind)
        floor.clock.advance(600)
        assert floor.dialled_count() == 0
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        due_at = visit.due_at
        assert due_at is not None
        floor.clock.advance((due_at - floor.clock.now()) / 1e6 - 1)
        assert floor.dialled_count() == 0
        floor.clock.advance(8)
        assert floor.agent(ANN).state is AgentState.TALKING

    def test_by_the_hours_of_the_queue(self, first: CallFirst) -> None:
        """Where the callbacks have none of their own."""
        floor = CustomersFirst(
            customer_first(
                replace(UNCHECKED, call_first=first, expires_after_seconds=6 * 86_400),
                hours=MORNING,
            )
        )
        floor.promised()
        floor.clock.advance(700)
        floor.log_in(ANN)
        floor.clock.advance(60)
        assert floor.dialled_count() == 0
        assert floor.agent(ANN).state is AgentState.AVAILABLE

    def test_hours_that_are_changed_count_at_once(self, first: CallFirst) -> None:
        """Read again, customers may be called all day."""
        closed = site(first, hours=MORNING)
        floor = CustomersFirst(closed)
        floor.promised()
        floor.customer(ANSWERING)
        floor.clock.advance(700)
        floor.log_in(ANN)
        floor.clock.advance(5)
        assert floor.dialled_count() == 0
        floor.reload(site(first))
        floor.clock.advance(8)
        assert floor.agent(ANN).state is AgentState.TALKING

    def test_hours_that_are_changed_to_begin_soon(self, first: CallFirst) -> None:
        """Kept to on the minute, though nothing else happens then."""
        floor = CustomersFirst(site(first, hours=MORNING))
        floor.promised()
        floor.customer(ANSWERING)
        floor.clock.advance(700)
        floor.log_in(ANN)
        soon = (Interval(opens=time(8, 20), closes=time(9, 0)),)
        floor.reload(site(first, hours=replace(MORNING, week=dict.fromkeys(WEEK, soon))))
        floor.clock.advance(450)
        assert floor.dialled_count() == 0
        floor.clock.advance(30)
        assert floor.agent(ANN).state is AgentState.TALKING


@pytest.mark.parametrize("first", BOTH)
class TestRules:
    """What may be called is asked again when it would be."""

    def test_who_is_not_to_be_called_by_now(self, first: CallFirst) -> None:
        """Put on the list after the promise: over, nobody is rung, the agent is free."""
        before = site(first)
        floor = CustomersFirst(before)
        floor.promised()
        blocked = CallerList(name="blocked", numbers=frozenset({NUMBER}))
        floor.reload(with_numbers(before, CallableNumbers(do_not_call=("blocked",)), blocked))
        floor.log_in(ANN)
        floor.clock.advance(5)
        assert floor.switch.requests == []
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.agent(ANN).miss_count == 0
        record = floor.callback_record()
        assert record.outcome is CallOutcome.CALLBACK_FAILED
        assert record.visits[0].leave_reason is LeaveReason.NUMBER_REFUSED
        assert record.hangup_cause == "do_not_call"
        assert floor.promises() == []

    def test_a_prefix_that_is_refused_by_now(self, first: CallFirst) -> None:
        """The same."""
        before = site(first)
        floor = CustomersFirst(before)
        floor.promised()
        floor.reload(with_numbers(before, CallableNumbers(refused=("+482",))))
        floor.log_in(ANN)
        floor.clock.advance(5)
        assert floor.switch.requests == []
        assert floor.callback_record().visits[0].leave_reason is LeaveReason.NUMBER_REFUSED

    @pytest.mark.parametrize("cause", ["UNALLOCATED_NUMBER", "INVALID_NUMBER_FORMAT"])
    def test_a_number_that_is_none(self, first: CallFirst, cause: str) -> None:
        """Is not dialled again and again: over with the first attempt."""
        floor = CustomersFirst(site(first, attempts=5))
        floor.promised()
        floor.customer(Phone(answers_after_seconds=None, is_ringing=False, fails_with=cause))
        floor.log_in(ANN)
        floor.clock.advance(400)
        assert floor.dialled_count() == 1
        record = floor.callback_record()
        assert record.visits[0].leave_reason is LeaveReason.CALLBACK_FAILED
        (attempt,) = record.callback_attempts
        assert (attempt.outcome, attempt.hangup_cause) == (AttemptOutcome.UNREACHABLE, cause)

    def test_a_switch_that_calls_nobody(self, first: CallFirst) -> None:
        """It is shutting down: no attempts, and not one call after another either."""
        floor = CustomersFirst(site(first))
        floor.promised()
        phone = Phone(
            answers_after_seconds=None,
            is_ringing=False,
            fails_after_seconds=0.0,
            fails_with="SYSTEM_SHUTDOWN",
        )
        floor.customer(phone)
        floor.log_in(ANN)
        floor.clock.advance(10)
        assert 1 <= floor.dialled_count() <= 11
        assert floor.told(CallbackUnreached) == []
        callback = floor.promise().callback
        assert callback is not None
        assert callback.attempts == ()

    def test_nothing_to_dial(self, first: CallFirst) -> None:
        """The contact was taken out of the settings: nobody is asked for it until it is back."""
        before = site(first)
        floor = CustomersFirst(before)
        floor.promised()
        floor.customer(ANSWERING)
        floor.reload(replace(before, dialplan=DialplanPolicy()))
        floor.log_in(ANN)
        floor.clock.advance(20)
        assert floor.told(CallbackUnreached) == []
        assert floor.switch.requests == []
        floor.reload(before)
        floor.clock.advance(8)
        assert floor.agent(ANN).state is AgentState.TALKING


@pytest.mark.parametrize("first", BOTH)
class TestRangIn:
    """The customer has called in and has the place."""

    @pytest.mark.parametrize("seconds", [0, 0.5, 1.5, 2.5, 4])
    def test_agent_and_line_are_let_go(self, first: CallFirst, seconds: float) -> None:
        """However far it was."""
        floor = CustomersFirst(site(first))
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.5))
        floor.clock.advance(seconds)
        call_id = floor.promise().call_id
        floor.worker.crew.switchboard.post(call_id, RangIn(by=CallId("other")))
        settle()
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.agent(ANN).miss_count == 0
        assert floor.switch.legs_by_id == {}
        assert floor.promises() == []
        record = floor.callback_record()
        assert record.outcome is CallOutcome.CALLBACK_RANG_IN
        assert record.visits[0].leave_reason is LeaveReason.RANG_IN


class TestClaims:
    """An agent is claimed for it, and nothing follows."""

    @pytest.mark.parametrize("first", BOTH)
    def test_a_claim_that_stalls_returns_to_its_place(self, first: CallFirst) -> None:
        """Reserved by a process that was not heard of again: the lease ends it, and the promise is
        kept after all, on its place.
        """
        floor = CustomersFirst(site(first))
        floor.promised()
        floor.customer(ANSWERING)
        promise = floor.promise()
        ids = RandomIds()
        floor.store.roster.log_in(ANN, ids.request_id(), TESTED)
        claim = Reservation(
            offer_id=ids.offer_id(),
            call_id=promise.call_id,
            agent_id=ANN,
            queue=SUPPORT,
            leg_id=ids.leg_id(beside=promise.leg_id),
            lease_seconds=30,
        )
        assert floor.store.roster.reserve(claim) is ReserveAnswer.RESERVED
        floor.clock.advance(20)
        assert floor.promise().state == "offered"
        floor.clock.advance(25)
        assert ("agent", "lease_expired") in [
            (fact.what, fact.reason) for fact in floor.told(SelfHealed)
        ]
        assert floor.promise().score == promise.score
        assert floor.agent(ANN).state is AgentState.TALKING
        assert floor.dialled_count() == 1

    def test_an_agent_is_kept_for_as_long_as_the_customer_takes(self) -> None:
        """The lease of a claim that is followed outlasts the customer's phone and the questions."""
        kept_by = replace(UNCHECKED, ring_seconds=60.0, attempts=1)
        floor = CustomersFirst(customer_first(kept_by))
        floor.promised()
        floor.customer(Phone(answers_after_seconds=55))
        floor.log_in(ANN, phone=Phone(answers_after_seconds=14))
        lease_until = floor.agent(ANN).lease_until
        assert lease_until is not None
        assert (lease_until - floor.clock.now()) / 1e6 > 60 + 15, "its phone rings after that"
        floor.clock.advance(54)
        assert floor.agent(ANN).state is AgentState.RESERVED
        floor.clock.advance(20)
        assert floor.agent(ANN).state is AgentState.TALKING
        assert not [fact for fact in floor.told(SelfHealed) if fact.what == "agent"]


class TestInOtherHands:
    """The dead man's switch has taken the customer elsewhere."""

    @pytest.mark.parametrize(
        ("maximum_wait_seconds", "is_over"), [(900, True), (30, False)], ids=["held", "given up"]
    )
    def test_while_the_link_was_down(self, maximum_wait_seconds: float, *, is_over: bool) -> None:
        """For longer than customers are left with the music: found when it is back, and left where
        they are, be it that the line was to be ended meanwhile.
        """
        policy = customer_first(UNCHECKED, maximum_wait_seconds=30)
        support = replace(policy.queues[SUPPORT], maximum_wait_seconds=maximum_wait_seconds)
        floor = CustomersFirst(policy)
        floor.promised()
        floor.reload(replace(policy, queues={**policy.queues, SUPPORT: support}))
        floor.restart()
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=SILENT)
        leg = floor.until_customer_answers()
        floor.clock.advance(1)
        floor.switch.lose_link()
        floor.clock.advance(floor.policy.fallback.waiting_after_seconds + 1)
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert leg.leg_id in floor.switch.legs_by_id
        assert leg.playing is None
        assert (floor.promises() == []) is is_over
        if is_over:
            assert floor.callback_record().visits[0].leave_reason is LeaveReason.FALLBACK

    def test_the_line_is_left_alone(self) -> None:
        """Nobody hangs up on who is served elsewhere, and nobody calls them again."""
        floor = CustomersFirst(site(CallFirst.CUSTOMER))
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=SILENT)
        leg = floor.until_customer_answers()
        floor.clock.advance(1)
        floor.worker.crew.switchboard.post(floor.promise().call_id, WentToFallback())
        floor.clock.advance(1)
        assert leg.leg_id in floor.switch.legs_by_id
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.callback_record().visits[0].leave_reason is LeaveReason.FALLBACK


class TestNotices:
    """What customers are told outside of calls."""

    HOOK = HookPolicy(name=HookName("sms"), url="https://sms.test/")

    def test_in_their_order(self) -> None:
        """We call, did not reach, call again; it came to nothing."""
        every = dict.fromkeys(NoticeKind, self.HOOK.name)
        policy = replace(
            customer_first(replace(UNCHECKED, notices=every)), hooks={self.HOOK.name: self.HOOK}
        )
        floor = CustomersFirst(policy)
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN)
        floor.clock.advance(150)
        told = [(notice.kind, notice.reason) for _, notice in floor.notices.told]
        assert told == [
            (NoticeKind.PROMISED, ""),
            (NoticeKind.CALLING, ""),
            (NoticeKind.UNREACHED, "no_answer"),
            (NoticeKind.CALLING, ""),
            (NoticeKind.OVER, "callback_failed"),
        ]

    def test_none_of_a_talk(self) -> None:
        """That one they know of."""
        every = dict.fromkeys((NoticeKind.UNREACHED, NoticeKind.OVER), self.HOOK.name)
        policy = replace(
            customer_first(replace(KEPT_BY, notices=every)), hooks={self.HOOK.name: self.HOOK}
        )
        floor = CustomersFirst(policy)
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        floor.clock.advance(10)
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        assert floor.notices.told == []
