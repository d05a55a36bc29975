"""Patience that depends on how long callers have waited: what is learnt of it and what follows."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import estimates
from callcore.domain.estimates import Line, Rates, Wait
from callcore.domain.estimates.patience import AGES, Staying

EVERY_MINUTE = Rates(served_weight=100.0, served_seconds=6000.0)
HAZARDS = st.tuples(*(st.floats(0.0, 0.05) for _ in AGES))
AGENTS = st.floats(0.5, 500)


def reckoned(line: Line, agents: float, rates: Rates) -> Wait:
    wait = estimates.wait(line, agents, rates)
    assert isinstance(wait, Wait)
    return wait


def learnt(stays: list[tuple[float, bool]]) -> dict[str, float]:
    """The sums after stays of these seconds, given up or not."""
    sums: dict[str, float] = {}
    for seconds, is_abandoned in stays:
        for term in estimates.of_wait(
            seconds,
            is_served=not is_abandoned,
            is_abandoned=is_abandoned,
            is_callback=False,
            expected=None,
        ):
            sums[term.name] = sums.get(term.name, 0.0) * term.kept + term.added
    return sums


@given(
    st.integers(0, 3000),
    AGENTS,
    st.floats(1e-9, 0.05),
    st.none() | st.floats(0, 5000),
    st.floats(0, 3000),
)
def test_patience_that_has_no_age_is_that_of_the_markovian_predictor(
    ahead_count: int, agents: float, hazard: float, head: float | None, waited: float
) -> None:
    """``sum_{i=0..n} 1 / (s mu + i alpha)``, whoever has waited how long: exactly QLm."""
    rates = replace(EVERY_MINUTE, hazards=(hazard,) * len(AGES))
    line = Line(ahead_count=ahead_count, waited_seconds=waited, head_waited_seconds=head)
    rate_of = [agents / 60 + i * hazard for i in range(ahead_count + 1)]
    wait = reckoned(line, agents, rates)
    assert wait.mean == pytest.approx(math.fsum(1 / rate for rate in rate_of), rel=1e-6)
    assert wait.variance == pytest.approx(math.fsum(1 / rate**2 for rate in rate_of), rel=1e-6)


@given(
    st.integers(0, 500),
    AGENTS,
    HAZARDS,
    st.none() | st.floats(0.1, 5000),
    st.floats(0, 3000),
)
def test_who_may_give_up_shortens_the_wait_and_agents_do(
    ahead_count: int, agents: float, hazards: tuple[float, ...], head: float | None, waited: float
) -> None:
    """Between the wait behind people who all leave at once and the one behind people who stay; with
    one agent more the wait is shorter, but for a tenth by the parts in which a line is reckoned.
    """
    rates = replace(EVERY_MINUTE, hazards=tuple(sorted(hazards)))
    line = Line(ahead_count=ahead_count, waited_seconds=waited, head_waited_seconds=head)
    wait = reckoned(line, agents, rates)
    alone, all_stay = 60 / agents, (ahead_count + 1) * 60 / agents
    assert alone * (1 - 1e-9) <= wait.mean <= all_stay * (1 + 1e-9)
    assert 0 < wait.variance < math.inf
    assert reckoned(line, agents + 1, rates).mean < wait.mean * 1.12


@given(st.integers(0, 500), AGENTS, HAZARDS, st.floats(0.1, 5000))
def test_one_more_ahead_is_a_longer_wait(
    ahead_count: int, agents: float, hazards: tuple[float, ...], head: float
) -> None:
    """Where impatience grows with the wait. The parts in which a line is reckoned may cost a
    tenth where all have come at once and lose patience at once.
    """
    rates = replace(EVERY_MINUTE, hazards=tuple(sorted(hazards)))
    line = Line(ahead_count=ahead_count, head_waited_seconds=head)
    longer = replace(line, ahead_count=ahead_count + 1)
    assert reckoned(longer, agents, rates).mean >= 0.88 * reckoned(line, agents, rates).mean


def test_a_line_that_has_come_all_at_once_has_its_impatience_before_it() -> None:
    """Nobody gives up in the first two minutes, and then soon: behind fifty who have just come the
    wait is shorter than if all fifty were patient, and longer than behind fifty of whom the first
    have waited for two minutes already.
    """
    hazards = tuple(0.0 if age < 120 else 0.02 for age in AGES)
    rates = replace(EVERY_MINUTE, hazards=hazards)

    def mean(head: float) -> float:
        line = Line(ahead_count=50, head_waited_seconds=head)
        return reckoned(line, 10.0, rates).mean

    assert mean(120.0) < mean(1.0) < 51 * 6
    assert mean(400.0) < mean(120.0)


def test_a_fixed_limit_of_patience_is_learnt() -> None:
    """All who are not served within five minutes give up there: nearly no hazard before, and so
    much after that hardly anybody is left.
    """
    random = Random(3)
    waits = [random.uniform(0, 600) for _ in range(20_000)]
    rates = estimates.rates(learnt([(min(wait, 300), wait > 300) for wait in waits]))
    staying = Staying(rates.hazards, 0.0)
    assert staying.until(240)[0] > 0.99
    assert staying.until(360)[0] < 0.55
    assert Staying(rates.hazards, 300.0).until(480)[0] < 0.3


@pytest.mark.parametrize("mean", [60.0, 600.0])
def test_learning_comes_to_the_true_hazard(mean: float) -> None:
    """Who is served is censored: the hazard is that of patience, not of the waits."""
    random = Random(7)
    stays = []
    for _ in range(20_000):
        patience, wait = random.expovariate(1 / mean), random.expovariate(1 / 200)
        stays.append((min(patience, wait), patience < wait))
    rates = estimates.rates(learnt(stays))
    assert rates.abandoning_rate == pytest.approx(1 / mean, rel=0.08)
    for age in (30.0, 90.0, 200.0):
        share, _ = Staying(rates.hazards, 0.0).until(age)
        assert share == pytest.approx(math.exp(-age / mean), abs=0.03)


def test_waiting_callbacks_are_patient() -> None:
    """As many promises as callers on the line: half of the hazard."""
    stays = [(100.0, True), (100.0, False)] * 2000
    sums = learnt([(100.0, True)] * 2000)
    for _ in range(2000):
        for term in estimates.of_wait(
            100.0, is_served=True, is_abandoned=False, is_callback=True, expected=None
        ):
            sums[term.name] = sums.get(term.name, 0.0) * term.kept + term.added
    mixed, alone = estimates.rates(learnt(stays)), estimates.rates(learnt([(100.0, True)] * 2000))
    assert mixed.hazards[5] == pytest.approx(alone.hazards[5] / 2, rel=0.05)
    assert "last_wait_seconds" not in sums


@given(HAZARDS, st.floats(0, 10_000), st.floats(0, 20_000))
def test_who_is_left_is_told_by_age_and_by_the_time_spent_alike(
    hazards: tuple[float, ...], since: float, further: float
) -> None:
    """As far as numbers go: where hardly anybody is left, nobody is told from few."""
    staying = Staying(hazards, since)
    share, area = staying.until(since + further)
    assert staying.share_after(area) == pytest.approx(share, abs=1e-9)
    assert 0 <= share <= 1
    assert area <= further * (1 + 1e-9)


@given(
    st.tuples(*(st.floats(0.0001, 0.05) for _ in AGES)), st.floats(0, 10_000), st.floats(0, 20_000)
)
def test_what_is_left_of_a_wait_is_what_is_not_spent_by_then(
    hazards: tuple[float, ...], since: float, further: float
) -> None:
    """All together spend ``left(since)``, of which those who get older spend the rest."""
    staying = Staying(hazards, since)
    share, area = staying.until(since + further)
    whole = staying.left(since)
    assert area + share * staying.left(since + further) == pytest.approx(whole, rel=1e-6)
    assert staying.share_after(whole * 1.000_001) == 0


def test_a_line_of_ten_thousand_is_reckoned_fast() -> None:
    """Well under 200 microseconds of the processor, as for a line of a hundred."""
    hazards = tuple(index / 1000 for index, _ in enumerate(AGES))
    rates = replace(EVERY_MINUTE, hazards=hazards)
    line = Line(ahead_count=10_000, head_waited_seconds=2000.0)

    def seconds() -> float:
        began = time.process_time()
        for _ in range(20):
            estimates.wait(line, 100.0, rates)
        return (time.process_time() - began) / 20

    assert min(seconds() for _ in range(20)) < 0.000_2
