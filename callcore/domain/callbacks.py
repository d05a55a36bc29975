"""A promised callback: what is held of it beside its place, and when the customer may be called."""

from __future__ import annotations

from dataclasses import dataclass, replace

from callcore.domain.ids import MICROS_PER_SECOND, CallId, Micros, NodeName, seconds_between
from callcore.domain.policies import CallbackPolicy, QueuePolicy

CALLBACKS = NodeName("@callbacks")
"""Where the floor keeps calls that are on no switch yet; no node can be named so."""

NUMBER_PLACE = "{number}"
"""What a contact for callbacks has in place of the customer's number."""

LINE_ENDS_WITHIN_SECONDS = 90.0
"""Longer than anybody hears that a callback is promised: a process that dies in between must not
leave a promise that nobody lets begin."""

ON_HOOK_SECONDS = 5.0
"""After the end of the call in which it was promised: the phone called back must be free again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """What sets a promise apart from a caller on the line."""

    of_call: CallId
    """The call in which it was promised."""
    node: NodeName
    """From where the customer is called while its link is up: first where that call was."""
    attempts_count: int = 0
    """How often the customer could not be reached."""
    not_before: Micros
    """The next attempt; until then the promise keeps its place and nobody is asked to take it."""

    def unreached(self, policy: CallbackPolicy, now: Micros) -> Callback:
        """After an attempt in which the customer was not reached."""
        return replace(
            self,
            attempts_count=self.attempts_count + 1,
            not_before=after(now, policy.retry_after_seconds),
        )

    def let_begin(self, now: Micros) -> Callback:
        """Once the line of the call in which it was promised is being ended."""
        return replace(self, not_before=after(now, ON_HOOK_SECONDS))

    def is_used_up(self, policy: CallbackPolicy) -> bool:
        """True if the customer is not called again."""
        return self.attempts_count >= policy.attempts

    def is_due(self, now: Micros) -> bool:
        """True if the customer may be called now."""
        return now >= self.not_before


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
