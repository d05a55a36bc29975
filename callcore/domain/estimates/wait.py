"""A wait as far as it is known, and the line that is waited in."""

from __future__ import annotations

from dataclasses import dataclass
from math import log1p, sqrt

from callcore.domain.estimates import levels
from callcore.domain.estimates.levels import UNCORRECTED, Levels


@dataclass(frozen=True, slots=True)
class UnknownWait:
    """There is too little to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Where a caller stands."""

    ahead_count: int
    """Callers and promised callbacks that are served before, those being offered not counted."""
    priority: int = 0
    """The caller's own, with what was gained by waiting: those who come with a higher one overtake.
    """
    waited_seconds: float = 0.0
    """The caller's own wait so far."""
    head_waited_seconds: float | None = None
    """The wait so far of the first in line, whose priority is not higher; ``None`` if unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A wait still to come as far as it is known: seconds, and seconds squared.

    It is taken to be distributed as the gamma of that mean and variance, whose levels experience
    may stretch.
    """

    mean: float
    variance: float
    reckoned_mean: float | None = None
    """The mean before experience has corrected it; ``None`` if nothing is to be learnt from it."""
    levels: Levels = UNCORRECTED

    def quantile_seconds(self, share: float) -> float:
        """So long wait at most so many of the callers; ``share`` is between 0 and 1."""
        return self.seconds_at(self.levels.reckoned(-log1p(-share)))

    def seconds_at(self, level: float) -> float:
        """The time of a reckoned level.

        By the approximation of Wilson and Hilferty (1931): within 2 % of the exact one for a share
        of 0.5 and more.
        """
        if self.mean <= 0:
            return 0.0
        spread = self.variance / (9 * self.mean**2)
        root = 1 - spread + levels.score(level) * sqrt(spread)
        return self.mean * max(root, 0.0) ** 3

    def level_of(self, seconds: float) -> float:
        """The inverse of ``seconds_at``; the mean and the variance must be greater than 0."""
        spread = self.variance / (9 * self.mean**2)
        root = (seconds / self.mean) ** (1 / 3)
        return levels.of_score((root - 1 + spread) / sqrt(spread))
