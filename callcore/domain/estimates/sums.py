"""The sums that lessons add to and rates are read from; old parts of them fade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A sum becomes what was ``kept`` of it, as a fraction, and what is ``added``."""

    name: str
    """Letters, digits, ``_``, ``-`` and ``:``."""
    kept: float
    added: float


Lesson: TypeAlias = tuple[Term, ...]


class Lessons:
    """Lessons in their order, as the one lesson that teaches the same."""

    def __init__(self) -> None:
        self._terms: dict[str, tuple[float, float]] = {}

    def add(self, lesson: Lesson) -> None:
        """One more, after those before."""
        for term in lesson:
            kept, added = self._terms.get(term.name, (1.0, 0.0))
            self._terms[term.name] = kept * term.kept, added * term.kept + term.added

    def as_one(self) -> Lesson:
        """All of them."""
        return tuple(
            Term(name=name, kept=kept, added=added) for name, (kept, added) in self._terms.items()
        )


LARGEST_SUM = 1e18
LONGEST_SECONDS = 1e6
"""What is larger is no count, and no time, of callers and agents."""


def amount(sums: Mapping[str, float], name: str) -> float:
    """The sum of that name; 0 if it is missing or no sum of what is counted here."""
    value = sums.get(name, 0.0)
    return value if 0 < value <= LARGEST_SUM else 0.0


def usable(seconds: float) -> float:
    """Seconds as they are reckoned with: at least 0, which is also what no number is."""
    return min(seconds, LONGEST_SECONDS) if seconds > 0 else 0.0
