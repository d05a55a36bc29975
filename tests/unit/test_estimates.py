"""How long a caller will wait."""

from __future__ import annotations

import heapq
import math
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import estimates
from callcore.domain.estimates import LEAST_SERVED_WEIGHT, Line, Rates, UnknownWait, Wait

AGENTS = st.floats(0.1, 1000)
COUNTS = st.integers(0, 300)
RATES = st.builds(
    Rates,
    served_weight=st.floats(LEAST_SERVED_WEIGHT, 100),
    served_seconds=st.floats(1, 1e6),
    abandoned_weight=st.floats(0, 100),
    waited_seconds=st.just(0.0) | st.floats(1, 1e6),
)
ONE_A_SECOND = Rates(served_weight=50.0, served_seconds=50.0)


def reckoned(ahead_count: int, agents: float, rates: Rates) -> Wait:
    wait = estimates.wait(Line(ahead_count=ahead_count), agents, rates)
    assert isinstance(wait, Wait)
    return wait


def mean_seconds(ahead_count: int, agents: float, rates: Rates) -> float:
    return reckoned(ahead_count, agents, rates).mean


@given(COUNTS, AGENTS, RATES)
def test_the_estimate_is_the_sum_of_the_predictor(
    ahead_count: int, agents: float, rates: Rates
) -> None:
    """``sum_{i=0..n} 1 / (s mu + i alpha)``; no abandonment where nobody has waited."""
    mu = rates.served_weight / rates.served_seconds
    alpha = min(rates.abandoned_weight / rates.waited_seconds, 1.0) if rates.waited_seconds else 0
    expected = math.fsum(1 / (agents * mu + i * alpha) for i in range(ahead_count + 1))
    assert mean_seconds(ahead_count, agents, rates) == pytest.approx(expected)


def test_an_abandonment_of_long_ago_is_none() -> None:
    """Weights fade for ever: what is left of one is a number that can hardly be divided by."""
    never = Rates(served_weight=100.0, served_seconds=1.0, waited_seconds=1e6)
    long_ago = replace(never, abandoned_weight=5e-324, waited_seconds=1.0)
    expected = mean_seconds(200, 5.0, never)
    assert mean_seconds(200, 5.0, long_ago) == pytest.approx(expected)


def test_without_abandonment_it_is_the_work_ahead_over_the_agents() -> None:
    """Nine ahead, five agents, three minutes each: ten departures, one every 36 seconds."""
    rates = Rates(served_weight=10.0, served_seconds=1800.0)
    assert mean_seconds(9, 5.0, rates) == pytest.approx(360.0)


def test_with_patience_as_long_as_a_service_it_is_the_harmonic_number() -> None:
    """One agent, both rates one a second: 1 + 1/2 + 1/3 + 1/4."""
    rates = replace(ONE_A_SECOND, abandoned_weight=7.0, waited_seconds=7.0)
    assert mean_seconds(3, 1.0, rates) == pytest.approx(25 / 12)


@given(COUNTS, AGENTS, RATES)
def test_it_grows_with_those_ahead_and_falls_with_more_agents(
    ahead_count: int, agents: float, rates: Rates
) -> None:
    """One more ahead is longer, one more agent is shorter."""
    wait = mean_seconds(ahead_count, agents, rates)
    assert mean_seconds(ahead_count + 1, agents, rates) > wait
    assert mean_seconds(ahead_count, agents + 1, rates) < wait


@pytest.mark.parametrize(
    ("agents", "rates"),
    [
        (0.0, ONE_A_SECOND),
        (-1.0, ONE_A_SECOND),
        (math.nan, ONE_A_SECOND),
        (math.inf, ONE_A_SECOND),
        (None, ONE_A_SECOND),
        (5.0, Rates()),
        (5.0, replace(ONE_A_SECOND, served_weight=LEAST_SERVED_WEIGHT - 0.01)),
        (5.0, replace(ONE_A_SECOND, served_seconds=0.0)),
    ],
)
def test_too_little_to_know_is_an_unknown_wait(agents: float | None, rates: Rates) -> None:
    """No agents, or hardly anybody served: no number rather than a wrong one."""
    assert estimates.wait(Line(ahead_count=3), agents, rates) == UnknownWait()
    assert estimates.places_within(60, agents, rates, 100) == UnknownWait()


@given(st.integers(0, 20_000), AGENTS, RATES)
def test_a_long_line_is_not_added_up_one_by_one(
    ahead_count: int, agents: float, rates: Rates
) -> None:
    """Mean and variance are those of the sum of exponential times all the same."""
    mu = rates.served_weight / rates.served_seconds
    alpha = min(rates.abandoned_weight / rates.waited_seconds, 1.0) if rates.waited_seconds else 0
    wait = reckoned(ahead_count, agents, rates)
    rate_of = [agents * mu + i * alpha for i in range(ahead_count + 1)]
    assert wait.mean == pytest.approx(math.fsum(1 / rate for rate in rate_of), rel=1e-6)
    assert wait.variance == pytest.approx(math.fsum(1 / rate**2 for rate in rate_of), rel=1e-6)


@pytest.mark.parametrize("share", [0.5, 0.8, 0.9, 0.95, 0.99])
@pytest.mark.parametrize("ahead_count", [0, 1, 10, 100])
def test_a_quantile_is_that_of_the_sum_of_exponential_times(share: float, ahead_count: int) -> None:
    """Without abandonment that is the gamma (Erlang) distribution, whose share below is known."""
    wait = reckoned(ahead_count, 1.0, ONE_A_SECOND)
    quantile = wait.quantile_seconds(share)
    terms = [math.exp(k * math.log(quantile) - math.lgamma(k + 1)) for k in range(ahead_count + 1)]
    assert 1 - math.exp(-quantile) * math.fsum(terms) == pytest.approx(share, abs=0.006)


@pytest.mark.parametrize("share", [0.2, 0.8, 0.95])
def test_so_many_wait_no_longer_than_the_quantile(share: float) -> None:
    """40 % too many callers who give up: of those who must wait, that share within 3 points."""
    weight, patience = 100.0, 5.0
    rates = Rates(
        served_weight=weight,
        served_seconds=weight,
        abandoned_weight=weight,
        waited_seconds=weight * patience,
    )
    seen = overloaded_queue(agents=100, load=1.4, patience=patience, callers=60_000)
    quantiles = {}
    for count in {count for count, _ in seen}:
        quantiles[count] = reckoned(count, 100.0, rates).quantile_seconds(share)
    within = sum(wait <= quantiles[count] for count, wait in seen)
    assert within / len(seen) == pytest.approx(share, abs=0.03)


@given(st.floats(0, 10_000), AGENTS, RATES, st.integers(0, 200))
def test_places_are_those_whose_estimate_stays_within(
    seconds: float, agents: float, rates: Rates, most: int
) -> None:
    """The last place is within the limit, the one after it is not, unless there are no more."""
    places = estimates.places_within(seconds, agents, rates, most)
    assert not isinstance(places, UnknownWait)
    assert 0 <= places <= most
    if places > 0:
        assert mean_seconds(places - 1, agents, rates) <= seconds
    if places < most:
        assert mean_seconds(places, agents, rates) > seconds


@pytest.mark.parametrize(
    ("patience", "error", "error_without_abandonment"),
    [(1.0, 0.00286, 0.00873), (5.0, 0.01418, 0.12491)],
)
def test_the_error_is_that_of_the_literature(
    patience: float, error: float, error_without_abandonment: float
) -> None:
    """100 agents, services of mean 1, 40 % too many callers: the mean squared error over all who
    must wait, as Ibrahim and Whitt (2009) give it, and that of the estimate without abandonment.
    """
    weight = 100.0
    rates = Rates(served_weight=weight, served_seconds=weight)
    with_abandonment = replace(rates, abandoned_weight=weight, waited_seconds=weight * patience)
    seen = overloaded_queue(agents=100, load=1.4, patience=patience, callers=150_000)

    def mean_squared_error(given_rates: Rates) -> float:
        by_count = {
            count: mean_seconds(count, 100.0, given_rates) for count in {count for count, _ in seen}
        }
        return sum((by_count[count] - wait) ** 2 for count, wait in seen) / len(seen)

    assert mean_squared_error(with_abandonment) == pytest.approx(error, rel=0.1)
    assert mean_squared_error(rates) == pytest.approx(error_without_abandonment, rel=0.1)


def overloaded_queue(
    *, agents: int, load: float, patience: float, callers: int
) -> list[tuple[int, float]]:
    """(callers ahead, potential wait) of each who had to wait, after a start that is left out."""
    random = Random(20260)
    free_at = [0.0] * agents
    leave_at: list[float] = []
    seen = []
    now = 0.0
    for number in range(callers):
        now += random.expovariate(agents * load)
        while leave_at and leave_at[0] <= now:
            heapq.heappop(leave_at)
        wait = free_at[0] - now
        if wait > 0:
            if number > callers // 10:
                seen.append((len(leave_at), wait))
            stays = random.expovariate(1 / patience)
            heapq.heappush(leave_at, now + min(wait, stays))
            if stays < wait:
                continue
        heapq.heapreplace(free_at, max(free_at[0], now) + random.expovariate(1.0))
    return seen
