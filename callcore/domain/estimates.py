"""How long a caller will wait: the Markovian queue-length predictor with abandonment (QLm).

With n callers ahead, s effective agents, each serving mu callers a second, and every waiting caller
giving up at rate alpha, the mean wait is ``sum_{i=0..n} 1 / (s mu + i alpha)`` (Whitt 1999, Ibrahim
and Whitt 2009).
"""

from __future__ import annotations

from dataclasses import dataclass


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
    raise NotImplementedError
