"""The sums that lessons add to and rates are read from; old parts of them fade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A sum becomes what was ``kept`` of it, as a fraction, and what is ``added``."""

    name: str
    """Letters, digits, ``_``, ``-`` and ``:``."""
    kept: float
    added: float


Lesson: TypeAlias = tuple[Term, ...]


def amount(sums: Mapping[str, float], name: str) -> float:
    """The sum of that name; 0 if it is missing, negative or no number."""
    value = sums.get(name, 0.0)
    return value if isfinite(value) and value > 0 else 0.0


def usable(seconds: float) -> float:
    """Seconds as they are added; what is negative or no number is nothing."""
    return seconds if isfinite(seconds) and seconds > 0 else 0.0
