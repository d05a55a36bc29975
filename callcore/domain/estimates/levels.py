"""How sure it is that a wait is over, and what experience makes of that.

The level of a time is ``-log`` of the share of callers who are supposed to wait longer: the
cumulative hazard of being served. Over levels, that hazard is 1 wherever waits are distributed as
reckoned. Where it has been another one, the levels are stretched.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate, pairwise
from math import erfc, expm1, log, sqrt
from statistics import NormalDist

_SCORES = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0)
_NORMAL = NormalDist()
_LEAST_SHARE = 1e-12


def of_score(score: float) -> float:
    """The level at so many standard deviations of the normal distribution."""
    return -log(max(erfc(score / sqrt(2)) / 2, _LEAST_SHARE))


def score(level: float) -> float:
    """The inverse of ``of_score``."""
    return _NORMAL.inv_cdf(min(max(-expm1(-level), _LEAST_SHARE), 1 - _LEAST_SHARE))


EDGES = (0.0, *map(of_score, _SCORES))
"""Where the ranges of levels begin; the last one has no end."""


@dataclass(frozen=True, slots=True)
class Levels:
    """Reckoned levels beside those that they turned out to be, at ``EDGES``."""

    hazards: tuple[float, ...] = ()
    """Of being served, in each range of reckoned levels; () where it is taken to be 1."""

    def lived(self, reckoned: float) -> float:
        """What a reckoned level turns out to be."""
        if not self.hazards:
            return reckoned
        index = bisect_right(EDGES, reckoned) - 1
        return self._lived_edges()[index] + self.hazards[index] * (reckoned - EDGES[index])

    def reckoned(self, lived: float) -> float:
        """The inverse of ``lived``."""
        if not self.hazards:
            return lived
        edges = self._lived_edges()
        index = bisect_right(edges, lived) - 1
        return EDGES[index] + (lived - edges[index]) / self.hazards[index]

    def _lived_edges(self) -> tuple[float, ...]:
        widths = (end - begin for begin, end in pairwise(EDGES))
        steps = (hazard * width for hazard, width in zip(self.hazards, widths, strict=False))
        return tuple(accumulate(steps, initial=0.0))


UNCORRECTED = Levels()
