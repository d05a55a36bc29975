"""How long a caller will wait: the Markovian queue-length predictor with abandonment (QLm).

With n callers ahead, s effective agents, each serving mu callers a second, and every waiting caller
giving up at rate alpha, the mean wait is ``sum_{i=0..n} 1 / (s mu + i alpha)`` (Whitt 1999, Ibrahim
and Whitt 2009).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, takewhile

LEAST_SERVED_WEIGHT = 5.0
"""So many served callers tell how long serving one takes; fewer do not."""


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


def mean_wait_seconds(
    ahead_count: int, effective_agents: float, rates: Rates
) -> float | UnknownWait:
    """The mean wait of a caller with ``ahead_count`` callers ahead, all agents being busy."""
    if not _is_known(effective_agents, rates):
        return UnknownWait()
    return next(islice(_mean_waits(effective_agents, rates), ahead_count, None))


def places_within(
    seconds: float, effective_agents: float, rates: Rates, most: int
) -> int | UnknownWait:
    """How many callers may stand in line so that the last one's mean wait is at most ``seconds``;
    no more than ``most`` are looked at. All agents being busy.
    """
    if not _is_known(effective_agents, rates):
        return UnknownWait()
    waits = islice(_mean_waits(effective_agents, rates), most)
    return sum(1 for _ in takewhile(lambda wait: wait <= seconds, waits))


def _is_known(effective_agents: float, rates: Rates) -> bool:
    return (
        effective_agents > 0
        and rates.served_weight >= LEAST_SERVED_WEIGHT
        and rates.served_seconds > 0
    )


def _mean_waits(effective_agents: float, rates: Rates) -> Iterator[float]:
    """The mean waits with nobody ahead, with one, and so on."""
    leaving_rate = effective_agents * rates.served_weight / rates.served_seconds
    abandoning_rate = (
        rates.abandoned_weight / rates.waited_seconds if rates.waited_seconds > 0 else 0.0
    )
    wait = 0.0
    while True:
        wait += 1 / leaving_rate
        yield wait
        leaving_rate += abandoning_rate
