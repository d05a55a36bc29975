"""From the class of a fact to what it counts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from callcore.domain import events

_F = TypeVar("_F", bound=events.Fact)


class FactTable:
    """Filled once; each subject says what its facts count."""

    def __init__(self) -> None:
        self._counted: dict[type[events.Fact], Callable[[events.Fact], None]] = {}

    def count(self, fact_class: type[_F], counted: Callable[[_F], None]) -> None:
        """Has facts of exactly this class counted so."""
        # The key is the exact class of the facts given to the handler.
        self._counted[fact_class] = counted  # type: ignore[assignment]  # see the line above

    def count_nothing(self, fact_class: type[events.Fact]) -> None:
        """Says that facts of this class count nothing, on purpose."""
        self._counted[fact_class] = _nothing

    def observe(self, fact: events.Fact) -> None:
        """Counts the fact; a class that the table does not know counts nothing."""
        counted = self._counted.get(type(fact))
        if counted is not None:
            counted(fact)

    def knows(self, fact_class: type[events.Fact]) -> bool:
        """True if the table says what facts of the class count, if only nothing."""
        return fact_class in self._counted


def _nothing(_: events.Fact) -> None:
    """Counts nothing, on purpose."""
