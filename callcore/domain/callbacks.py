"""A promised callback: what is held of it beside its place, and when the customer may be called."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from callcore.domain import callback_attempts
from callcore.domain.hours import OpeningHours
from callcore.domain.ids import MICROS_PER_SECOND, CallId, Micros, NodeName, seconds_between
from callcore.domain.outcomes import AttemptOutcome, CallbackOrigin, LeaveReason
from callcore.domain.policies import MOST_ATTEMPTS, CallbackPolicy, CallFirst, QueuePolicy
from callcore.domain.records import CallbackAttempt

CALLBACKS = NodeName("@callbacks")
"""Where the floor keeps calls that are on no switch yet; no node can be named so."""

NUMBER_PLACE = "{number}"
"""What a contact for callbacks has in place of the customer's number."""

LINE_ENDS_WITHIN_SECONDS = 200.0
"""Longer than anybody hears that a callback is promised: a process that dies in between must not
leave a promise that nobody lets begin."""

ON_HOOK_SECONDS = 5.0
"""After the end of the call in which it was promised: the phone called back must be free again."""

OUR_FAULT_SECONDS = 1.0
"""After a call to the customer that came to nothing by our own or the switch's doing."""

SOON_SECONDS = 15.0
"""A customer who may be called so soon counts as one who may be called now."""

LONGEST_CHECK_PROMPTS_SECONDS = 30.0
"""After so long what a customer is asked counts as heard."""


_WITHOUT_LINE = {
    CallbackOrigin.REQUEST,
    CallbackOrigin.ABANDONED,
    CallbackOrigin.SWITCH_LOST,
}
"""Promises to those who are on no line any more."""


def is_made_on_line(origin: CallbackOrigin) -> bool:
    """True of promises to callers who were on the line, which has to end before they are called."""
    return origin not in _WITHOUT_LINE


class Due(StrEnum):
    """Whether a customer may be called now, as far as is known in another process."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"
    """It depends on whose clock is right."""


def due_elsewhere(not_before: Micros, now: Micros, apart_seconds: float) -> Due:
    """Whether whoever makes the next call finds it to be time, by a clock that is not ours and
    differs from it by no more than ``apart_seconds``.
    """
    if now >= after(not_before, apart_seconds):
        return Due.YES
    return Due.NO if after(now, apart_seconds) < not_before else Due.UNSURE


class CallbackState(StrEnum):
    """How far a promise is from being kept."""

    WAITING = "waiting"
    """Its turn has not come."""
    NOT_DUE = "not_due"
    """Between two attempts, or before the time that was asked for."""
    OUTSIDE_HOURS = "outside_hours"
    OFFERED = "offered"
    """An agent is being rung, or kept, for it."""
    CALLING = "calling"
    """The customer's phone is being called."""
    ANSWERED = "answered"
    """The customer is on the line and talks to nobody yet."""
    TALKING = "talking"


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """What sets a promise apart from a caller on the line."""

    of_call: CallId
    """The call in which it was promised; empty for one asked for without a call."""
    origin: CallbackOrigin = CallbackOrigin.OVERFLOW
    node: NodeName
    """From where the customer is called while its link is up: first where that call was."""
    attempts: tuple[CallbackAttempt, ...] = ()
    """The calls to the customer so far, none of which led to a talk."""
    not_before: Micros
    """The next attempt; until then the promise keeps its place and nobody is asked to take it."""
    is_on_line: bool = False
    """True while the customer is on the line; kept for other workers, where there are any."""

    @property
    def attempts_count(self) -> int:
        """How often the customer was called in vain."""
        return len(self.attempts)

    def unreached(self, policy: CallbackPolicy, attempt: CallbackAttempt, now: Micros) -> Callback:
        """After an attempt in which they did not talk."""
        seconds = policy.retry_after.get(attempt.outcome, policy.retry_after_seconds)
        return replace(self, attempts=(*self.attempts, attempt), not_before=after(now, seconds))

    def let_begin(self, now: Micros) -> Callback:
        """Once the line of the call in which it was promised is being ended."""
        return replace(self, not_before=after(now, ON_HOOK_SECONDS))

    def put_off(self, now: Micros, seconds: float) -> Callback:
        """The customer is not to be called for so long, and it was no attempt."""
        return replace(self, not_before=max(self.not_before, after(now, seconds)))

    def is_used_up(self, policy: CallbackPolicy) -> bool:
        """True if the customer is not called again: so often in vain, or by a number that never
        leads to anybody. Who was there, and was told that we call later, is called once more.
        """
        last = self._last_attempt
        if last is not None and last.outcome is AttemptOutcome.LATER:
            return self.attempts_count >= MOST_ATTEMPTS
        is_impossible = last is not None and callback_attempts.is_impossible(last.hangup_cause)
        return is_impossible or self.attempts_count >= policy.attempts

    def end(self, policy: CallbackPolicy) -> LeaveReason | None:
        """Why it is over by its attempts; ``None`` if it is not."""
        last = self._last_attempt
        if last is not None and last.outcome is AttemptOutcome.DECLINED:
            return LeaveReason.CALLBACK_DECLINED
        return LeaveReason.CALLBACK_FAILED if self.is_used_up(policy) else None

    def waits_again(self, bridged_at: Micros) -> bool:
        """True if what was bridged then was no talk: the agent has heard a machine since, and the
        next attempt lies ahead.
        """
        last = self._last_attempt
        is_machine = last is not None and last.outcome is AttemptOutcome.MACHINE
        return is_machine and self.not_before > bridged_at

    def is_due(self, now: Micros) -> bool:
        """True if the customer may be called now."""
        return now >= self.not_before

    def awaits_line(self, promised_at: Micros, now: Micros) -> bool:
        """True until the line has ended on which it was promised, as far as is known."""
        if not is_made_on_line(self.origin) or self.attempts:
            return False
        latest = after(promised_at, LINE_ENDS_WITHIN_SECONDS)
        return after(now, ON_HOOK_SECONDS) < self.not_before <= latest

    def is_put_off(self, promised_at: Micros, now: Micros) -> bool:
        """True if its turn may come long before the customer may be called: at a time that was
        asked for, or after an attempt. Not so as long as only the call has to end in which it was
        promised.
        """
        if self.is_due(after(now, SOON_SECONDS)):
            return False
        is_on_line = is_made_on_line(self.origin) and not self.attempts
        return not is_on_line or self.not_before > after(promised_at, LINE_ENDS_WITHIN_SECONDS)

    @property
    def _last_attempt(self) -> CallbackAttempt | None:
        return self.attempts[-1] if self.attempts else None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursNow:
    """Whether customers may be called by these hours from ``since`` until ``until``."""

    hours: OpeningHours | None
    is_open: bool
    since: Micros
    until: Micros | None
    """``None``: for as far ahead as hours are looked at."""

    def holds(self, hours: OpeningHours | None, at: Micros) -> bool:
        """True if this is still so at that instant."""
        is_in_time = self.since <= at and (self.until is None or at < self.until)
        return hours is self.hours and is_in_time


def hours_now(hours: OpeningHours | None, now: Micros) -> HoursNow:
    """How it is with the hours; without any, customers may be called at any time."""
    if hours is None:
        return HoursNow(hours=None, is_open=True, since=now, until=None)
    is_open = hours.is_open(now)
    until = hours.closes_at(now) if is_open else hours.opens_at(now)
    return HoursNow(hours=hours, is_open=is_open, since=now, until=until)


def hours_of(queue: QueuePolicy) -> OpeningHours | None:
    """When customers of the queue are called: in the callbacks' own hours, else the queue's."""
    own = None if queue.callback is None else queue.callback.hours
    return own or queue.hours


def next_call_at(callback: Callback, hours: OpeningHours | None, now: Micros) -> Micros | None:
    """From when on the customer may be called; ``None`` if never, within a year and more."""
    earliest = max(callback.not_before, now)
    return earliest if hours is None else hours.opens_at(earliest)


def calls_customer_first(policy: CallbackPolicy) -> bool:
    """True if the customer's phone rings before the agent's."""
    return policy.call_first is CallFirst.CUSTOMER


def seconds_to_reach(policy: CallbackPolicy) -> float:
    """How long it may take until the customer is on the line and has been asked what is asked."""
    check = policy.check
    if check is None:
        return policy.ring_seconds
    return policy.ring_seconds + check.tries * (
        LONGEST_CHECK_PROMPTS_SECONDS + check.timeout_seconds
    )


def after(now: Micros, seconds: float) -> Micros:
    """The instant so long after ``now``."""
    return Micros(now + round(seconds * MICROS_PER_SECOND))


def seconds_left(policy: CallbackPolicy, promised_at: Micros, now: Micros) -> float:
    """How long a promise has until it expires; never negative."""
    return max(policy.expires_after_seconds - seconds_between(promised_at, now), 0.0)


def policy_of(queue: QueuePolicy) -> CallbackPolicy:
    """How promises are kept that wait in the queue; one that promises none may be given some."""
    return queue.callback or CallbackPolicy()


def contact(template: str, number: str) -> str:
    """What the switch dials for a customer with that normalised number."""
    return template.replace(NUMBER_PLACE, number)
