"""Queues: their doors, their limits, their end."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.events.facts import Fact
from callcore.domain.ids import QueueName

BY_HOURS = "hours"
"""Who opened or closed a queue, where no operator did."""
BY_SETTINGS = "settings"
"""Who closed a queue that a reload has taken out of the settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDoorChanged(Fact):
    """A queue opened or closed, by its hours or by command."""

    queue: QueueName
    is_open: bool
    by: str
    """``BY_HOURS``, ``BY_SETTINGS``, or who asked for it."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueGone(Fact):
    """Nobody is left in a queue that was taken out of the settings: it is no more."""

    queue: QueueName


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitChanged(Fact):
    """How many may wait in a queue has changed, with the agents who are staffed."""

    queue: QueueName
    limit: int
    setting: str
    staffed_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLooked(Fact):
    """How a queue is, as this worker sees it: looked at whenever agents come or go or a door opens
    or closes, and at least every 15 seconds.
    """

    queue: QueueName
    is_open: bool
    limit: int
    """How many may wait."""
    estimate_seconds: float | None
    """The mean wait of a caller who would join now, behind all; ``None`` if it is unknown."""
