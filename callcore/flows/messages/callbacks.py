"""What is told to a promised callback, and of its customer's line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from callcore.domain.ids import CallId, LegId, Micros
from callcore.domain.records import CallbackAttempt
from callcore.ports.switch_events import LegSnapshot


@dataclass(frozen=True, slots=True)
class CallbackDue:
    """The customer of a promised callback may be called from now on."""


@dataclass(frozen=True, slots=True)
class CallbackExpired:
    """A promised callback is not to be kept any more."""


@dataclass(frozen=True, slots=True)
class CallerOff:
    """The line on which the callback was promised has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RangIn:
    """The customer of the promise has called: the call ``by`` has its place, the floor knows."""

    by: CallId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceGiven:
    """The customer of the promise gives up another place in the queue: the better of the two."""

    first_joined_at: Micros
    own_priority: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerTimedOut:
    """The customer's phone has rung as long as the queue allows."""

    leg_id: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerUnreached:
    """The customer's line has ended before they talked, or never came to be."""

    cause: str
    attempt: CallbackAttempt | None
    """What is noted of it; ``None`` if the customer had no part in it: it does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerFound:
    """A customer is being called, or has answered and talks to nobody, on a line that another
    process began.
    """

    leg: LegSnapshot


@dataclass(frozen=True, slots=True)
class PromiseLineLookDue:
    """It is time to see whether the line has ended on which the promise was made."""


@dataclass(frozen=True, slots=True)
class DialLookDue:
    """It is time to see whether the customer's turn is so near that the phone is to ring."""


@dataclass(frozen=True, slots=True)
class HeldTooLong:
    """The customer who was called has held the line for as long as callers may wait."""


CallbackMessage: TypeAlias = (
    CallbackDue
    | CallbackExpired
    | CallerOff
    | RangIn
    | PlaceGiven
    | CustomerTimedOut
    | CustomerUnreached
    | CustomerFound
    | PromiseLineLookDue
    | DialLookDue
    | HeldTooLong
)
