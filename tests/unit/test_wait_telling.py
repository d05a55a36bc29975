"""What a waiting caller is told of the wait to come."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from callcore.domain import wait_telling
from callcore.domain.estimates import UnknownWait, Wait
from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.domain.policies import EstimatePolicy
from callcore.domain.speech.utterances import Spoken, WaitBetween, WaitMoreThan, WaitUpTo
from callcore.domain.wait_telling import SPOKEN_MINUTES, ToldWait

NOW = Micros(1_800_000_000 * MICROS_PER_SECOND)
POLICY = EstimatePolicy(upper_quantile=0.8, longest_minutes=60)
MINUTE = 60 * MICROS_PER_SECOND

WAITS = st.builds(
    lambda mean, phases: Wait(mean=mean, variance=mean**2 / phases),
    st.floats(0.1, 50_000),
    st.floats(1, 500),
)
POLICIES = st.builds(
    EstimatePolicy,
    upper_quantile=st.floats(0.5, 0.99),
    longest_minutes=st.integers(1, 240),
)


def certain(minutes: float) -> Wait:
    """A wait of exactly so long."""
    return Wait(mean=minutes * 60, variance=0.0)


def spoken(wait: Wait | UnknownWait, policy: EstimatePolicy = POLICY) -> Spoken | None:
    told = wait_telling.told_wait(wait, policy, None, NOW)
    return None if told is None else told.spoken()


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (0.2, WaitUpTo(1)),
        (1.0, WaitUpTo(1)),
        (1.5, WaitBetween(1, 2)),
        (4.5, WaitBetween(4, 5)),
        (5.0, WaitUpTo(5)),
        (7.0, WaitBetween(5, 10)),
        (16.0, WaitBetween(15, 20)),
        (50.0, WaitBetween(45, 60)),
        (60.0, WaitUpTo(60)),
        (61.0, WaitMoreThan(60)),
        (5000.0, WaitMoreThan(60)),
    ],
)
def test_both_ends_are_rounded_outward_to_what_people_say(minutes: float, words: Spoken) -> None:
    """Whole minutes up to five, then fives, tens, quarters of an hour."""
    assert spoken(certain(minutes)) == words


def test_an_uncertain_wait_is_a_wide_range() -> None:
    """One caller ahead of nobody, six minutes in the mean: a fifth wait below 1:20, a fifth above
    9:40.
    """
    assert spoken(Wait(mean=360, variance=360**2)) == WaitBetween(1, 10)
    assert spoken(Wait(mean=360, variance=360**2 / 100)) == WaitBetween(5, 10)


def test_a_longest_of_ones_own_is_said_too() -> None:
    """25 minutes are no step, but the site's cap."""
    policy = EstimatePolicy(longest_minutes=25)
    assert spoken(certain(22), policy) == WaitBetween(20, 25)
    assert spoken(certain(26), policy) == WaitMoreThan(25)


def test_an_upper_end_beyond_the_longest_is_left_open() -> None:
    """What is said then is no more than the mean."""
    wait = Wait(mean=50 * 60, variance=(50 * 60) ** 2 / 2)
    assert spoken(wait) == WaitMoreThan(45)
    short = EstimatePolicy(longest_minutes=1)
    assert spoken(Wait(mean=50, variance=50**2), short) is None


def test_an_unknown_wait_is_not_told() -> None:
    """No number rather than a wrong one."""
    assert spoken(UnknownWait()) is None


@given(WAITS, POLICIES)
def test_what_is_told_is_true(wait: Wait, policy: EstimatePolicy) -> None:
    """The range holds the quantiles, and is of numbers that are said."""
    told = wait_telling.told_wait(wait, policy, None, NOW)
    assume(told is not None)
    assert told is not None
    steps = {0, *SPOKEN_MINUTES, policy.longest_minutes}
    assert told.low_minutes in steps
    if told.high_minutes is None:
        assert told.low_minutes <= wait.mean / 60
        assert told.low_minutes <= policy.longest_minutes
    else:
        assert told.high_minutes in steps
        assert told.low_minutes < told.high_minutes <= policy.longest_minutes
        assert wait.quantile_seconds(policy.upper_quantile) <= told.high_minutes * 60
        assert told.low_minutes * 60 <= wait.quantile_seconds(1 - policy.upper_quantile)


@given(st.lists(st.tuples(WAITS, st.floats(5, 600)), min_size=1, max_size=20), POLICIES)
def test_nobody_is_told_a_longer_time_than_before(
    course: list[tuple[Wait, float]], policy: EstimatePolicy
) -> None:
    """Whatever the queue does: by what is told, the wait never ends later than by what was."""
    now, until = NOW, None
    for wait, later in course:
        now = Micros(now + round(later * MICROS_PER_SECOND))
        told = wait_telling.told_wait(wait, policy, until, now)
        if told is None:
            continue
        told_until = told.until(now)
        if until is not None:
            assert told_until is not None
            assert told_until <= until
        until = told_until if told_until is not None else until


def test_a_wait_that_goes_by_as_told_is_told_again() -> None:
    """Five minutes, and a minute later four."""
    until = ToldWait(low_minutes=3, high_minutes=5).until(NOW)
    assert until == NOW + 5 * MINUTE
    later = Micros(NOW + MINUTE)
    told = wait_telling.told_wait(certain(4), POLICY, until, later)
    assert told == ToldWait(low_minutes=0, high_minutes=4)
    assert wait_telling.told_wait(certain(4.1), POLICY, until, later) is None
