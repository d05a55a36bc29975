"""Time, ids and the ear that facts are told to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from callcore.domain.events import Fact
from callcore.domain.ids import LegId, Micros, OfferId


class Timer(Protocol):
    """Something that will happen unless cancelled."""

    def cancel(self) -> None:
        """Stops it; harmless when it has happened."""


class Clock(Protocol):
    """The instant, and waiting."""

    def now(self) -> Micros:
        """The instant, in epoch microseconds."""

    def after(self, seconds: float, run: Callable[[], None]) -> Timer:
        """Runs ``run`` once, in a greenlet of its own, after ``seconds``."""

    def sleep(self, seconds: float) -> None:
        """Waits ``seconds`` while others run."""


class IdSource(Protocol):
    """Fresh identifiers."""

    def offer_id(self) -> OfferId:
        """A new offer id, unique in the site."""

    def leg_id(self, beside: LegId) -> LegId:
        """A channel id for a leg to originate, in the shard of the leg ``beside``."""

    def request_id(self) -> str:
        """An id that makes one change to the floor idempotent."""


class EventSink(Protocol):
    """Where flows tell what happened. Observers behind it can never break a call."""

    def publish(self, fact: Fact) -> None:
        """Tells every observer; returns when all have heard. Raises nothing."""
