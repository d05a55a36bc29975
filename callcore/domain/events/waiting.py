"""Callers in queues: how they come in, what they are told, how they go."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.events.facts import CallFact
from callcore.domain.ids import QueueName
from callcore.domain.outcomes import LeaveReason, RefusalReason

BY_AGEING = "ageing"
BY_CALLER = "caller"
"""Who changed a priority, where no operator did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRefused(CallFact):
    """A caller was not admitted to the queue asked for."""

    queue: QueueName
    reason: RefusalReason
    remedy: str = ""
    """What an operator can do about it, if anything."""
    limit: int | None = None
    """How many might have waited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerJoined(CallFact):
    """A caller waits in a queue, at ``position`` from 1."""

    queue: QueueName
    position: int
    is_adopted: bool = False
    is_callback: bool = False
    """True for a promised callback, which waits with nobody on the line."""
    is_resumed: bool = False
    """True if the place is that of an earlier call of the same number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionAnnounced(CallFact):
    """A waiting caller is being told the position."""

    queue: QueueName
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateAnnounced(CallFact):
    """A waiting caller is being told how long the wait may still be, in whole minutes.

    ``low_minutes`` is 0 for "up to" and the same as ``high_minutes`` for "more than".
    """

    queue: QueueName
    low_minutes: int
    """0 if only the upper end is told."""
    high_minutes: int
    """The lower end, if it is told that the wait is longer than that."""
    mean_seconds: float
    has_grown: bool = False
    """True if it is longer than what was told before, which was said too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimateLived(CallFact):
    """A caller who was told an estimate waits no more: announced against lived.

    One who left unserved has lived it only if the wait was over by what was told.
    """

    queue: QueueName
    error_seconds: float | None
    """The wait lived since it was told less the mean; ``None`` if it was not lived to its end."""
    is_beyond: bool | None
    """True if the wait was longer than the upper end told; ``None`` if that is not known, or none
    was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAnnounced(CallFact):
    """A waiting caller is being told a message of the rotation; ``number`` counts from 1."""

    queue: QueueName
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityChanged(CallFact):
    """A waiting caller's priority changed, by ageing or by an operator."""

    queue: QueueName
    priority: int
    by: str
    """``BY_AGEING``, ``BY_CALLER``, or the operator who asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerLeft(CallFact):
    """A caller left a queue after ``waited_seconds`` since first joining."""

    queue: QueueName
    reason: LeaveReason
    waited_seconds: float
    is_short: bool
    is_callback: bool = False
