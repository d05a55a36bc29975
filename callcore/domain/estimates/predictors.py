"""How long a caller will wait: from the line and the rates where they are known, else from how long
others wait.
"""

from __future__ import annotations

from bisect import bisect_right

from callcore.domain.estimates import draining, overtaking
from callcore.domain.estimates.draining import Pace, Spent
from callcore.domain.estimates.patience import Staying
from callcore.domain.estimates.rates import Rates
from callcore.domain.estimates.sums import usable
from callcore.domain.estimates.wait import Line, UnknownWait, Wait

LEAST_AGENTS, MOST_AGENTS = 0.001, 1e6
"""Of less nothing is served, and more are nowhere."""

SETTLED = 100.0
SETTLED_PER_AGENT = 5.0
"""So many callers served tell how long talks last. In the first hours short talks have ended and
long ones have not: what is reckoned from them is no experience.
"""

LEAST_SPREAD_SECONDS = 1.0
"""Those ahead have not come closer together: only how many they are is of matter then."""

LEAST_HISTORY_SECONDS = 15.0
"""Where the last who was served waited less there was no line: a phone rang."""


def wait(line: Line, effective_agents: float | None, rates: Rates) -> Wait | UnknownWait:
    """The wait still to come of a caller in ``line``, all agents being busy.

    ``effective_agents`` is ``None`` if it is not known how many there are.
    """
    if effective_agents is not None and not LEAST_AGENTS <= effective_agents <= MOST_AGENTS:
        return UnknownWait()
    if effective_agents is None or not rates.is_service_known:
        return _as_others(line, rates)
    return _reckoned(line, effective_agents, rates)


def places_within(
    seconds: float, effective_agents: float | None, rates: Rates, most: int
) -> int | UnknownWait:
    """How many callers may stand in line so that the last one's mean wait is at most ``seconds``;
    no more than ``most`` are looked at. All agents being busy.
    """
    if effective_agents is None or not LEAST_AGENTS <= effective_agents <= MOST_AGENTS:
        return UnknownWait()
    if not rates.is_service_known:
        return UnknownWait()
    return bisect_right(
        range(most),
        seconds,
        key=lambda ahead: _reckoned(Line(ahead_count=ahead), effective_agents, rates).mean,
    )


def _reckoned(line: Line, effective_agents: float, rates: Rates) -> Wait:
    serving = effective_agents / rates.mean_service_seconds
    above = overtaking.share_above(rates.served_by_class, line.priority)
    coming_above = above * rates.busy_share * serving
    spent = _drained(line, Pace(serving=serving, overtaking=coming_above), rates)
    settled_weight = max(SETTLED, SETTLED_PER_AGENT * effective_agents)
    return rates.experience.corrected(
        spent.mean + rates.mean_answer_seconds,
        spent.variance + rates.answer_variance,
        is_settled=rates.served_weight >= settled_weight,
    )


def _drained(line: Line, pace: Pace, rates: Rates) -> Spent:
    ahead_count = max(line.ahead_count, 0)
    if not rates.hazards or not ahead_count:
        return draining.markovian(ahead_count, pace, rates.abandoning_rate)
    waited = usable(line.waited_seconds)
    staying = Staying(rates.hazards, waited)
    head_waited = usable(line.head_waited_seconds or 0.0)
    if head_waited > waited:
        head_waited = max(head_waited, waited + LEAST_SPREAD_SECONDS)
        return draining.aged(ahead_count, pace, staying, head_waited)
    # In a steady queue the head has waited as long as the caller will have.
    markovian = draining.markovian(ahead_count, pace, rates.abandoning_rate)
    first = draining.aged(ahead_count, pace, staying, waited + markovian.mean)
    return draining.aged(ahead_count, pace, staying, waited + first.mean)


def _as_others(line: Line, rates: Rates) -> Wait | UnknownWait:
    """As long as the last waited who was served (LES), or the head of the line by now (HOL) if that
    is longer, less what the caller has waited. Such an error is that of two waits, so its variance
    is twice as large (Ibrahim and Whitt 2009).
    """
    last = rates.last_wait_seconds
    if last is None or last < LEAST_HISTORY_SECONDS:
        return UnknownWait()
    whole = max(last, usable(line.head_waited_seconds or 0.0))
    left = whole - usable(line.waited_seconds)
    if left <= 0:
        return UnknownWait()
    return Wait(mean=left, variance=2 * left**2 / (max(line.ahead_count, 0) + 1))
