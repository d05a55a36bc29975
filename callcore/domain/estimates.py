"""How long a caller will wait: the Markovian queue-length predictor with abandonment (QLm).

With n callers ahead, s effective agents, each serving mu callers a second, and every waiting caller
giving up at rate alpha, the mean wait is ``sum_{i=0..n} 1 / (s mu + i alpha)`` (Whitt 1999, Ibrahim
and Whitt 2009). It is a sum of exponential times, whose variance is ``sum 1 / (s mu + i alpha)^2``.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from math import log1p, sqrt
from statistics import NormalDist

LEAST_SERVED_WEIGHT = 5.0
"""So many served callers tell how long serving one takes; fewer do not."""

_COUNTED = 32
"""So many terms of a sum are added up one by one, however long the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What a queue has taught so far, recent callers counting more; weights need not be whole."""

    served_weight: float = 0.0
    served_seconds: float = 0.0
    """Talk and wrap-up of those served, summed by weight."""
    abandoned_weight: float = 0.0
    waited_seconds: float = 0.0
    """The waits of all callers, served or not, summed by weight."""


@dataclass(frozen=True, slots=True)
class UnknownWait:
    """There is too little to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A wait as far as it is known: seconds, and seconds squared."""

    mean: float
    variance: float

    def quantile_seconds(self, share: float) -> float:
        """So long wait at most so many of the callers; ``share`` is between 0 and 1.

        That of the gamma distribution of the same mean and variance, by the approximation of Wilson
        and Hilferty (1931): within 2 % of the exact one for a share of 0.5 and more.
        """
        spread = self.variance / (9 * self.mean**2)
        root = 1 - spread + NormalDist().inv_cdf(share) * sqrt(spread)
        return self.mean * max(root, 0.0) ** 3


def mean_wait_seconds(
    ahead_count: int, effective_agents: float, rates: Rates
) -> float | UnknownWait:
    """The mean wait of a caller with ``ahead_count`` callers ahead, all agents being busy."""
    found = wait(ahead_count, effective_agents, rates)
    return found if isinstance(found, UnknownWait) else found.mean


def wait(ahead_count: int, effective_agents: float, rates: Rates) -> Wait | UnknownWait:
    """The wait of a caller with ``ahead_count`` callers ahead, all agents being busy."""
    if not _is_known(effective_agents, rates):
        return UnknownWait()
    return _wait(ahead_count, effective_agents, rates)


def places_within(
    seconds: float, effective_agents: float, rates: Rates, most: int
) -> int | UnknownWait:
    """How many callers may stand in line so that the last one's mean wait is at most ``seconds``;
    no more than ``most`` are looked at. All agents being busy.
    """
    if not _is_known(effective_agents, rates):
        return UnknownWait()
    return bisect_right(
        range(most), seconds, key=lambda ahead: _wait(ahead, effective_agents, rates).mean
    )


def _is_known(effective_agents: float, rates: Rates) -> bool:
    return (
        effective_agents > 0
        and rates.served_weight >= LEAST_SERVED_WEIGHT
        and rates.served_seconds > 0
    )


def _wait(ahead_count: int, effective_agents: float, rates: Rates) -> Wait:
    leaving_rate, abandoning_rate = _rates_a_second(effective_agents, rates)
    counted = min(ahead_count + 1, _COUNTED)
    times = [1 / (leaving_rate + i * abandoning_rate) for i in range(counted)]
    mean, variance = sum(times), sum(time * time for time in times)
    if ahead_count >= counted:
        further = _further(
            leaving_rate + counted * abandoning_rate, abandoning_rate, ahead_count - counted
        )
        mean, variance = mean + further[0], variance + further[1]
    return Wait(mean=mean, variance=variance)


def _further(rate: float, growth: float, last: int) -> tuple[float, float]:
    """The sums over i = 0 to ``last`` of ``1 / (rate + i growth)`` and of its square, by the
    formula of Euler and Maclaurin. The rate is many times the growth: off by less than 1e-7.
    """
    end_rate = rate + last * growth
    ends, squared_ends = 1 / rate + 1 / end_rate, 1 / rate**2 + 1 / end_rate**2
    grown = last * growth / rate
    # Not over the growth itself, which may be too small to be divided by.
    area = last / rate * (log1p(grown) / grown if grown > 0 else 1.0)
    squared_area = last / (rate * end_rate)
    slope = growth * (1 / rate**2 - 1 / end_rate**2)
    squared_slope = 2 * growth * (1 / rate**3 - 1 / end_rate**3)
    return area + ends / 2 + slope / 12, squared_area + squared_ends / 2 + squared_slope / 12


def _rates_a_second(effective_agents: float, rates: Rates) -> tuple[float, float]:
    """How many callers the agents serve, and how many of each caller ahead give up."""
    abandoning_rate = (
        rates.abandoned_weight / rates.waited_seconds if rates.waited_seconds > 0 else 0.0
    )
    return effective_agents * rates.served_weight / rates.served_seconds, abandoning_rate
