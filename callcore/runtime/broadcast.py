"""Telling every observer every fact, without letting one of them break a call."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from callcore.domain.events import Fact

Observer = Callable[[Fact], None]
Complaint = Callable[[str, Exception], None]


class Broadcast:
    """Implements ``ports.surroundings.EventSink``.

    An observer that raises is complained of, by name, and heard again with the next fact.
    """

    def __init__(self, observers: Sequence[tuple[str, Observer]], complain: Complaint) -> None:
        self._observers = tuple(observers)
        self._complain = complain

    def publish(self, fact: Fact) -> None:
        """Tells every observer; raises nothing."""
        for name, observe in self._observers:
            try:
                observe(fact)
            except Exception as error:  # noqa: BLE001 - an observer must never break a call
                self._complain(name, error)
