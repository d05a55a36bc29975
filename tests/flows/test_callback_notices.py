"""What customers are told of their callbacks outside of calls, and what stays of it in records."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest

from callcore.domain.callback_notices import CallbackNotice
from callcore.domain.callbacks import Callback
from callcore.domain.events import LegsBridged
from callcore.domain.ids import CallId, HookName, Language, LegId, Micros, NodeName
from callcore.domain.ledger import Caller
from callcore.domain.outcomes import AttemptOutcome, CallbackOrigin, LeaveReason
from callcore.domain.policies import HookPolicy, NoticeKind, SitePolicy
from callcore.domain.records import CallbackAttempt
from callcore.domain.wait_telling import ToldWait
from callcore.domain.wishes import Wishes
from callcore.flows import callback_telling
from callcore.flows.call import Call
from callcore.runtime.mailbox import Mailbox
from tests.fakes.clock import START
from tests.fakes.switch import BUSY, NODE, SILENT
from tests.flows.callbacks import ANSWERING, KEPT_BY, NUMBER, CallbackFloor, policy
from tests.flows.floor import ANN, SUPPORT, TestFloor

SMS = HookName("sms")


def with_hooks(*kinds: NoticeKind, **settings: object) -> SitePolicy:
    """The site, whose support queue tells these."""
    kept_by = replace(KEPT_BY, notices=dict.fromkeys(kinds, SMS), **settings)  # type: ignore[arg-type]  # whatever a case varies
    return replace(
        policy(callback=kept_by), hooks={SMS: HookPolicy(name=SMS, url="http://sms.example/")}
    )


def told(floor: TestFloor) -> list[tuple[NoticeKind, str]]:
    """What the hook was told, with the reasons."""
    assert {name for name, _ in floor.notices.told} <= {SMS}
    return [(notice.kind, notice.reason) for _, notice in floor.notices.told]


class TestStories:
    """A customer, and what the other system is told meanwhile."""

    def test_each_step_of_a_promise_is_told(self) -> None:
        """Promised, called in vain, called again; nothing more once they talk."""
        floor = CallbackFloor(with_hooks(*NoticeKind))
        caller = floor.promised()
        promise = floor.promise()
        floor.customer(BUSY)
        floor.log_in(ANN)
        floor.clock.advance(5)
        (_, unreached) = floor.notices.told[-1]
        floor.customer(ANSWERING)
        floor.clock.advance(70)
        assert floor.agent(ANN).call_id == promise.call_id
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        assert told(floor) == [
            (NoticeKind.PROMISED, ""),
            (NoticeKind.CALLING, ""),
            (NoticeKind.UNREACHED, "busy"),
            (NoticeKind.CALLING, ""),
        ]
        assert {notice.number for _, notice in floor.notices.told} == {NUMBER}
        assert {notice.call_id for _, notice in floor.notices.told} == {promise.call_id}
        assert {notice.of_call for _, notice in floor.notices.told} == {caller}
        assert unreached.attempts_count == 1
        assert unreached.next_attempt_at is not None
        assert unreached.next_attempt_at >= unreached.at + 60_000_000

    def test_the_record_and_the_facts_say_the_same(self) -> None:
        """Every attempt, and how long it took from the promise and from the answer."""
        floor = CallbackFloor(with_hooks())
        caller = floor.promised()
        floor.customer(BUSY)
        floor.log_in(ANN)
        floor.clock.advance(5)
        floor.customer(ANSWERING)
        floor.clock.advance(70)
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert (record.callback_of, record.callback_origin) == (caller, CallbackOrigin.OVERFLOW)
        assert [one.outcome for one in record.callback_attempts] == [
            AttemptOutcome.BUSY,
            AttemptOutcome.TALKED,
        ]
        last = record.callback_attempts[-1]
        (bridged,) = floor.told(LegsBridged)
        assert last.answered_at is not None
        assert bridged.promised_seconds == pytest.approx((bridged.at - record.arrived_at) / 1e6)
        assert bridged.held_seconds == pytest.approx((bridged.at - last.answered_at) / 1e6, abs=0.1)
        (asking_call,) = [one for one in floor.records() if one.call_id == caller]
        assert [(one.origin, one.number, one.promise) for one in asking_call.callback_askings] == [
            (CallbackOrigin.OVERFLOW, NUMBER, record.call_id)
        ]

    def test_the_last_attempt_is_told_as_the_end(self) -> None:
        """The customer is not told of another one that will not be made."""
        floor = CallbackFloor(with_hooks(NoticeKind.UNREACHED, NoticeKind.OVER))
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN)
        floor.clock.advance(200)
        assert floor.promises() == []
        assert told(floor) == [
            (NoticeKind.UNREACHED, "no_answer"),
            (NoticeKind.OVER, "callback_failed"),
        ]
        assert floor.notices.told[-1][1].attempts_count == 2
        assert floor.callback_record().visits[-1].leave_reason is LeaveReason.CALLBACK_FAILED

    def test_an_end_without_any_attempt_is_told_too(self) -> None:
        """Nobody was there to keep it."""
        floor = CallbackFloor(with_hooks(NoticeKind.OVER))
        floor.promised()
        floor.clock.advance(KEPT_BY.expires_after_seconds + 1)
        assert told(floor) == [(NoticeKind.OVER, "callback_expired")]

    def test_who_has_no_hook_is_told_nothing(self) -> None:
        """Or one that the settings do not have any more."""
        floor = CallbackFloor(replace(with_hooks(*NoticeKind), hooks={}))
        floor.promised()
        floor.clock.advance(KEPT_BY.expires_after_seconds + 1)
        assert floor.notices.told == []


class TestNotice:
    """What is in it."""

    @pytest.fixture
    def floor(self) -> TestFloor:
        return TestFloor(with_hooks(*NoticeKind))

    def call(self, floor: TestFloor, number: str = "0048 200-100", of_call: str = "c0") -> Call:
        """A promise of which nothing else happens."""
        call_id = CallId(str(uuid.UUID(int=1)))
        caller = Caller(
            call_id=call_id,
            leg_id=LegId(call_id),
            node=NODE,
            number=number,
            name="",
            dialled_number="8001",
            arrived_at=Micros(START),
            is_callback=True,
            callback_of=CallId(of_call),
        )
        call = Call(floor.site, caller, Mailbox(floor.clock), lambda _: None)
        call.bring(Wishes(language=Language("pl"), account="K-4711"))
        return call

    def last(self, floor: TestFloor) -> CallbackNotice:
        return floor.notices.told[-1][1]

    @pytest.mark.parametrize(
        ("range_told", "minutes"),
        [
            (None, (None, None)),
            (ToldWait(low_minutes=5, high_minutes=10), (5, 10)),
            (ToldWait(low_minutes=0, high_minutes=5), (0, 5)),
            (ToldWait(low_minutes=60, high_minutes=None), (None, None)),
        ],
    )
    def test_of_a_promise_with_the_wait_if_it_has_an_upper_end(
        self,
        floor: TestFloor,
        range_told: ToldWait | None,
        minutes: tuple[int | None, int | None],
    ) -> None:
        """The whole number as it is dialled, in the caller's language, under the account."""
        queue = floor.policy.queues[SUPPORT]
        callback_telling.promised(self.call(floor), queue, range_told)
        notice = self.last(floor)
        assert (notice.low_minutes, notice.high_minutes) == minutes
        assert (notice.number, notice.language, notice.account) == ("+48200100", "pl", "K-4711")
        assert (notice.queue, notice.of_call, notice.at) == (SUPPORT, "c0", floor.clock.now())

    def test_of_a_promise_without_a_call(self, floor: TestFloor) -> None:
        """Of none, rather than of an empty one."""
        queue = floor.policy.queues[SUPPORT]
        callback_telling.promised(self.call(floor, of_call=""), queue, None)
        assert self.last(floor).of_call is None

    @pytest.mark.parametrize("number", ["", "anonymous", "0000000"])
    def test_nobody_is_told_without_a_number(self, floor: TestFloor, number: str) -> None:
        """There is nowhere to send it."""
        queue = floor.policy.queues[SUPPORT]
        callback_telling.over(self.call(floor, number), queue, LeaveReason.CALLBACK_EXPIRED)
        assert floor.notices.told == []

    def test_of_an_attempt_only_if_another_follows(self, floor: TestFloor) -> None:
        """Until the promise holds as many as the queue allows."""
        queue = floor.policy.queues[SUPPORT]
        call = self.call(floor)
        callback = Callback(of_call=CallId("c0"), node=NodeName(NODE), not_before=Micros(START))
        callback_telling.unreached(call, queue, AttemptOutcome.BUSY)
        assert floor.notices.told == [], "the promise is over, or was never made"
        call.callback = callback
        callback_telling.unreached(call, queue, AttemptOutcome.LATER)
        assert self.last(floor).next_attempt_at == START
        assert self.last(floor).reason == "later"
        attempt = CallbackAttempt(at=Micros(START), outcome=AttemptOutcome.BUSY)
        call.callback = replace(callback, attempts=(attempt,) * KEPT_BY.attempts)
        callback_telling.unreached(call, queue, AttemptOutcome.BUSY)
        assert len(floor.notices.told) == 1
