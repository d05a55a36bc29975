"""How soon callers give up, by how long they have waited, and how that shortens a line.

What is learnt is the hazard: how many of those who have waited so long give up in the next second.
It is counted in ranges of ages, as those who gave up over the time that all spent there, whatever
became of them: who is served, or sent elsewhere, is censored. Promised callbacks count like
everybody and never give up, so that the hazard is that of the line as it is made up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import exp, expm1, inf

from callcore.domain.estimates.sums import Term, amount

AGES = (
    *(0.0, 15.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 240.0, 360.0, 480.0, 720.0),
    *(960.0, 1440.0, 1920.0, 2880.0, 3840.0, 5760.0, 7680.0),
)
"""Where the ranges begin, in seconds; the last one has no end."""

REMEMBERED = 5000.0
"""So many callers in a range of ages until those of before have faded to about a third."""

LEAST_HAZARD = 1e-12
"""Less is nothing: in thirty thousand years nobody gives up."""

MOST_IMPATIENT = 1.0
"""No more than that are said to give up in a second, of each who waits."""

SUPPOSED = 5.0
"""So many callers are supposed to have behaved in a range as in the one before it."""

_ENDS = (*AGES[1:], 2 * AGES[-1])
"""As if the last one had an end."""


def lesson(seconds: float, *, is_abandoned: bool) -> Iterator[Term]:
    """A stay has ended after ``seconds``; each range fades only by those who have been in it."""
    for index, (begin, end) in enumerate(zip(AGES, _ENDS, strict=True)):
        last = index == len(AGES) - 1 or seconds < end
        exposure = seconds - begin if last else end - begin
        kept = exp(-exposure / (end - begin) / REMEMBERED)
        yield Term(name=f"waited:{index}", kept=kept, added=exposure)
        yield Term(name=f"abandoned:{index}", kept=kept, added=float(is_abandoned and last))
        if last:
            return


def hazards(sums: Mapping[str, float], mean_hazard: float) -> tuple[float, ...]:
    """Of each range, a second; where hardly anybody has been, that of the range before.
    () if nobody is known to have been anywhere.
    """
    if "waited:0" not in sums:
        return ()
    found = []
    hazard = mean_hazard
    for index, (begin, end) in enumerate(zip(AGES, _ENDS, strict=True)):
        supposed = SUPPOSED * (end - begin)
        waited = amount(sums, f"waited:{index}")
        abandoned = amount(sums, f"abandoned:{index}")
        hazard = min((abandoned + hazard * supposed) / (waited + supposed), MOST_IMPATIENT)
        found.append(hazard)
    return tuple(found)


class Staying:
    """The share of callers who are still there, of those who have waited ``since`` seconds."""

    __slots__ = ("_ages", "_areas", "_hazards", "_lefts", "_shares", "since")

    def __init__(self, hazards: tuple[float, ...], since: float) -> None:
        self.since = since
        index = bisect_right(AGES, since) - 1
        self._hazards = tuple(h if h > LEAST_HAZARD else 0.0 for h in hazards[index:])
        self._ages = (since, *AGES[index + 1 :])
        passing = [
            (exp(-hazard * (end - begin)), _lasting(hazard, end - begin))
            for hazard, (begin, end) in zip(self._hazards, pairwise(self._ages), strict=False)
        ]
        shares, areas = [1.0], [0.0]
        for kept, lasting in passing:
            areas.append(areas[-1] + shares[-1] * lasting)
            shares.append(shares[-1] * kept)
        last_hazard = self._hazards[-1]
        lefts = [1 / last_hazard if last_hazard > 0 else inf]
        for kept, lasting in reversed(passing):
            lefts.append(lasting + kept * lefts[-1])
        self._shares, self._areas, self._lefts = shares, areas, lefts[::-1]

    def until(self, age: float) -> tuple[float, float]:
        """The part that is still there at that age, and the seconds that each of all who were there
        spends waiting on average until then.
        """
        index = bisect_right(self._ages, age) - 1
        further, hazard, share = age - self._ages[index], self._hazards[index], self._shares[index]
        area = self._areas[index] + share * _lasting(hazard, further)
        return share * exp(-hazard * further), area

    def share_after(self, area: float) -> float:
        """The part that is still there when so many seconds were spent; 0 if never so many are."""
        index = bisect_right(self._areas, area) - 1
        # Who is there in a range spends, and who spends gives up.
        gone = self._hazards[index] * (area - self._areas[index])
        return max(self._shares[index] - gone, 0.0)

    def left(self, age: float) -> float:
        """The seconds that one of that age will wait on average; infinite if without end."""
        index = bisect_right(self._ages, age) - 1
        hazard = self._hazards[index]
        if index == len(self._ages) - 1:
            return self._lefts[index]
        further = self._ages[index + 1] - age
        return _lasting(hazard, further) + exp(-hazard * further) * self._lefts[index + 1]


def _lasting(hazard: float, seconds: float) -> float:
    """The mean of what is spent of the seconds at that hazard."""
    gone = hazard * seconds
    return seconds * (-expm1(-gone) / gone if gone > 0 else 1.0)
