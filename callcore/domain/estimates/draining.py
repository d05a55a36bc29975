"""How long a line takes to empty: so many callers ahead, served and giving up.

With constant patience and i callers ahead the next leaves after ``1 / (s mu + i alpha)`` on
average, whence QLm, the Markovian queue-length predictor (Whitt 1999; Ibrahim and Whitt 2009). With
patience that depends on age, those ahead are followed as they grow older: they came evenly spread
over the time since the head of the line came, fewer of the older ones being left, and i of them are
left when the line has moved on that far. Their loss to impatience then follows from the ages at
both ends. In a steady queue that is QLa of the same authors with the ages of those who are left; it
holds in a growing or shrinking line too, and is exactly QLm where patience has no age.

Callers of higher priority who come meanwhile, at rate lambda, are served before: a step takes as
long as a busy period, ``1 / (rate - lambda)``, of which the variance is
``(rate + lambda) / (rate - lambda)^3``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import log1p

from callcore.domain.estimates.patience import Staying

SHORT_LINE = 32
SHORT_PARTS = 8
FURTHER_PARTS = 8
"""The first of the line and those behind them, in so many parts, in each of which the rate is taken
to be linear.
"""

STEEP = 1.5
MOST_PARTS = 64
"""A part at the ends of which the rates differ by a larger factor is halved, while there are not
more parts.
"""

FEW_STEPS = 8
"""Not more are added up one by one."""

SLOW_GROWTH = 1 / 32
"""By this part of the rate it may grow from step to step for a sum to be had by a formula."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Mean and variance of a time."""

    mean: float
    variance: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast callers leave the head of the line."""

    serving: float
    """Callers a second."""
    overtaking: float = 0.0
    """So many of them are of those who overtake."""

    def steps(self, lost: float, growth: float, count: int) -> Spent:
        """So many steps; during the last of them ``lost`` callers a second give up, ``growth`` more
        in each one before.
        """
        rate = self.serving - self.overtaking + lost
        spent = _steps(rate, growth, count)
        if not self.overtaking:
            return spent
        middle = rate + growth * (count - 1) / 2
        return Spent(spent.mean, spent.variance * (1 + 2 * self.overtaking / middle))


def markovian(ahead_count: int, pace: Pace, abandoning_rate: float) -> Spent:
    """With patience that has no age."""
    return pace.steps(0.0, abandoning_rate, ahead_count + 1)


def aged(ahead_count: int, pace: Pace, staying: Staying, head_waited_seconds: float) -> Spent:
    """With patience by age; ``staying`` begins at the caller's own wait so far, and the head has
    waited longer.
    """
    own = pace.steps(0.0, 0.0, 1)
    mean, variance = 0.0, own.variance
    serving = pace.serving - pace.overtaking
    share, area = staying.until(head_waited_seconds)
    density = ahead_count / area
    lost = density * (1 - share)
    count, *ends = _parts(ahead_count)
    ends.reverse()
    most_parts = MOST_PARTS
    while ends:
        left_count = ends[-1]
        steps_count = count - left_count
        later = staying.since + mean + steps_count / (serving + lost)
        left_lost = _lost(staying, later, left_count, density)
        slower, faster = sorted((serving + lost, serving + left_lost))
        if faster > STEEP * slower and steps_count > 1 and len(ends) < most_parts:
            ends.append(left_count + steps_count // 2)
            continue
        growth = (lost - left_lost) / steps_count
        part = pace.steps(left_lost + growth, growth, steps_count)
        mean, variance = mean + part.mean, variance + part.variance
        count, lost = left_count, left_lost
        ends.pop()
        most_parts -= 1
    return Spent(mean + own.mean, variance)


def _lost(staying: Staying, own_age: float, count: int, density: float) -> float:
    """How many give up in a second while so many are ahead of a caller of that age."""
    share, area = staying.until(own_age)
    head_share = staying.share_after(area + count / density)
    if head_share > 0:
        return max(density * (share - head_share), 0.0)
    # So many cannot be as patient: they are of all ages from there on.
    return count / staying.left(own_age)


def _parts(ahead_count: int) -> Iterator[int]:
    """From all who are ahead down to none."""
    short = min(ahead_count, SHORT_LINE)
    further = ahead_count - short
    yield ahead_count
    parts = min(FURTHER_PARTS, further)
    yield from (short + further * part // parts for part in reversed(range(parts)))
    parts = min(SHORT_PARTS, short)
    yield from (short * part // parts for part in reversed(range(parts)))


def _steps(rate: float, growth: float, count: int) -> Spent:
    """The sums over i = 0 to ``count - 1`` of ``1 / (rate + i growth)`` and of its square."""
    counted = 0
    if abs(growth) > SLOW_GROWTH * rate:
        # A rate that grows by itself grows slowly once it is so many times the growth.
        counted = min(count, round(1 / SLOW_GROWTH))
    if count - counted <= FEW_STEPS:
        counted = count
    times = [1 / (rate + i * growth) for i in range(counted)]
    mean, variance = sum(times), sum(time * time for time in times)
    if count > counted:
        further = _further(rate + counted * growth, growth, count - counted - 1)
        mean, variance = mean + further.mean, variance + further.variance
    return Spent(mean, variance)


def _further(rate: float, growth: float, last: int) -> Spent:
    """The same for i = 0 to ``last`` by the formula of Euler and Maclaurin. The rate is many times
    the growth: off by less than 1e-7.
    """
    end_rate = rate + last * growth
    ends, squared_ends = 1 / rate + 1 / end_rate, 1 / rate**2 + 1 / end_rate**2
    grown = last * growth / rate
    # Not over the growth itself, which may be too small to be divided by.
    area = last / rate * (log1p(grown) / grown if grown != 0 else 1.0)
    squared_area = last / (rate * end_rate)
    slope = growth * (1 / rate**2 - 1 / end_rate**2)
    squared_slope = 2 * growth * (1 / rate**3 - 1 / end_rate**3)
    return Spent(area + ends / 2 + slope / 12, squared_area + squared_ends / 2 + squared_slope / 12)
