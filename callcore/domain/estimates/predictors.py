"""How long a caller will wait: from the line and the rates where they are known, else from how long
others wait.
"""

from __future__ import annotations

from bisect import bisect_right
from math import isfinite

from callcore.domain.estimates import draining, overtaking
from callcore.domain.estimates.draining import Pace, Spent
from callcore.domain.estimates.patience import Staying
from callcore.domain.estimates.rates import Rates
from callcore.domain.estimates.wait import Line, UnknownWait, Wait

SETTLED=5.0
SETTLED_LEAST=100.0

def wait(line: Line, effective_agents: float | None, rates: Rates) -> Wait | UnknownWait:
    """The wait still to come of a caller in ``line``, all agents being busy.

    ``effective_agents`` is ``None`` if it is not known how many there are.
    """
    if effective_agents is not None and not effective_agents > 0:
        return UnknownWait()
    if effective_agents is None or not rates.is_service_known:
        return _as_others(line, rates)
    return _reckoned(line, _pace(line.priority, effective_agents, rates), rates)


def places_within(
    seconds: float, effective_agents: float, rates: Rates, most: int
) -> int | UnknownWait:
    """How many callers may stand in line so that the last one's mean wait is at most ``seconds``;
    no more than ``most`` are looked at. All agents being busy.
    """
    if not effective_agents > 0 or not rates.is_service_known:
        return UnknownWait()
    pace = _pace(0, effective_agents, rates)
    return bisect_right(
        range(most), seconds, key=lambda ahead: _reckoned(Line(ahead_count=ahead), pace, rates).mean
    )


def _pace(priority: int, effective_agents: float, rates: Rates) -> Pace:
    serving = effective_agents / rates.mean_service_seconds()
    share = overtaking.share_above(rates.served_by_class, priority)
    return Pace(serving=serving, overtaking=share * serving, agents=effective_agents)


def _reckoned(line: Line, pace: Pace, rates: Rates) -> Wait:
    spent = _drained(line, pace, rates)
    answer = rates.answer_seconds / rates.served_weight
    answer_variance = max(rates.answer_squares / rates.served_weight - answer**2, 0.0)
    spent += Spent(answer, answer_variance)
    teaches = rates.served_weight >= max(SETTLED * pace.agents, SETTLED_LEAST)
    return rates.experience.corrected(spent.mean, spent.variance, teaches=teaches)


def _drained(line: Line, pace: Pace, rates: Rates) -> Spent:
    markovian = draining.markovian(line.ahead_count, pace, rates.abandoning_rate)
    if not rates.hazards or line.ahead_count <= 0:
        return markovian
    staying = Staying(rates.hazards, line.waited_seconds)
    head = line.head_waited_seconds
    if head is not None and head > line.waited_seconds:
        return draining.aged(line.ahead_count, pace, staying, head)
    # In a steady queue the head has waited as long as the caller will.
    spent = markovian
    for _ in range(2):
        spent = draining.aged(
            line.ahead_count, pace, staying, line.waited_seconds + spent.mean
        )
    return spent


def _as_others(line: Line, rates: Rates) -> Wait | UnknownWait:
    """As long as the head of the line has waited (HOL) or the last who was served (LES), whichever
    is longer, less what the caller has waited. Their errors are those of two waits: twice the
    variance of one (Ibrahim and Whitt 2009).
    """
    whole = max(line.head_waited_seconds or 0.0, rates.last_wait_seconds or 0.0)
    left = whole - line.waited_seconds
    if not left > 0 or not isfinite(left) or rates.last_wait_seconds is None:
        return UnknownWait()
    return Wait(mean=left, variance=2 * left**2 / (line.ahead_count + 1))
