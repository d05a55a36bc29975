"""What a waiting caller is told of the wait to come."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from callcore.domain import wait_telling
from callcore.domain.estimates import UnknownWait, Wait
from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.domain.policies import EstimatePolicy, PolicyError
from callcore.domain.speech.phrases import WAIT_HAS_GROWN
from callcore.domain.speech.utterances import (
    Spoken,
    Utterance,
    WaitBetween,
    WaitMoreThan,
    WaitUpTo,
)
from callcore.domain.wait_telling import (
    SPOKEN_MINUTES,
    Lived,
    ToldEstimate,
    ToldEstimates,
    ToldWait,
)

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
    grown_after_seconds=st.floats(1, 3600),
)


def certain(minutes: float) -> Wait:
    """A wait of exactly so long."""
    return Wait(mean=minutes * 60, variance=0.0)


def spoken(wait: Wait | UnknownWait, policy: EstimatePolicy = POLICY) -> Spoken | None:
    told = wait_telling.told_range(wait, policy)
    return None if told is None else told.spoken()


def told_before(minutes: int | None, *, low: int = 0, at: Micros = NOW) -> ToldEstimate:
    """The caller was told so many minutes, or more than ``low``."""
    return ToldEstimate(
        at=at, range=ToldWait(low_minutes=low, high_minutes=minutes), mean_seconds=60.0
    )


def later(minutes: float) -> Micros:
    return Micros(NOW + round(minutes * MINUTE))


def said(
    wait: Wait | UnknownWait,
    before: ToldEstimate | None,
    now: Micros,
    policy: EstimatePolicy = POLICY,
) -> Utterance | None:
    """The words of what is told to who was told ``before``."""
    telling = wait_telling.telling(wait, policy, before, now)
    return None if telling is None else telling.spoken()


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
    """What is said then is what four of five wait for at least, not the mean."""
    wait = Wait(mean=50 * 60, variance=(50 * 60) ** 2 / 2)
    assert spoken(wait) == WaitMoreThan(20)
    assert spoken(Wait(mean=50 * 60, variance=(50 * 60) ** 2 / 9)) == WaitMoreThan(30)
    short = EstimatePolicy(longest_minutes=1)
    assert spoken(Wait(mean=50, variance=50**2), short) is None


def test_an_unknown_wait_is_not_told() -> None:
    """No number rather than a wrong one."""
    assert spoken(UnknownWait()) is None


@given(WAITS, POLICIES)
def test_what_is_told_is_true(wait: Wait, policy: EstimatePolicy) -> None:
    """The range holds the quantiles, and is of numbers that are said."""
    told = wait_telling.told_range(wait, policy)
    assume(told is not None)
    assert told is not None
    steps = {0, *SPOKEN_MINUTES, policy.longest_minutes}
    assert told.low_minutes in steps
    assert told.low_minutes * 60 <= wait.quantile_seconds(1 - policy.upper_quantile)
    if told.high_minutes is None:
        assert 0 < told.low_minutes <= policy.longest_minutes
        assert wait.quantile_seconds(policy.upper_quantile) > policy.longest_minutes * 60
    else:
        assert told.high_minutes in steps
        assert told.low_minutes < told.high_minutes <= policy.longest_minutes
        assert wait.quantile_seconds(policy.upper_quantile) <= told.high_minutes * 60


COURSES = st.lists(st.tuples(WAITS, st.floats(5, 600)), min_size=1, max_size=20)


@given(COURSES, POLICIES)
def test_nobody_is_told_a_longer_time_than_before(
    course: list[tuple[Wait, float]], policy: EstimatePolicy
) -> None:
    """Whatever the queue does: a later end than was told before is told as one that has grown, and
    only if the wait itself ends later by more than is allowed.
    """
    now, before = NOW, None
    for wait, pause in course:
        now = Micros(now + round(pause * MICROS_PER_SECOND))
        telling = wait_telling.telling(wait, policy, before, now)
        if telling is None:
            continue
        told = telling.estimate
        assert (told.at, told.mean_seconds) == (now, wait.mean)
        assert told.range == wait_telling.told_range(wait, policy)
        if before is None:
            assert not telling.has_grown
        elif not telling.has_grown and told.range.high_minutes is not None:
            assert before.range.high_minutes is None or told.until <= before.until
        elif not telling.has_grown:
            assert before.range.high_minutes is None
            assert told.until <= before.until
        else:
            ends_at = now + wait.quantile_seconds(0.995) * MICROS_PER_SECOND
            allowed = policy.grown_after_seconds * MICROS_PER_SECOND
            assert ends_at > before.until + allowed
        before = told


def test_a_wait_that_goes_by_as_told_is_told_again() -> None:
    """Five minutes, and a minute later four."""
    before = told_before(5, low=3)
    assert before.until == later(5)
    assert said(certain(4), before, later(1)) == (WaitUpTo(4),)
    assert said(certain(4.1), before, later(1)) is None


def test_a_wait_that_has_grown_is_told_with_these_words() -> None:
    """Five minutes were told; after four it is longer by more than two. Until then, silence."""
    before = told_before(5)
    assert said(certain(2.9), before, later(4)) is None
    assert said(certain(3.0), before, later(4)) is None
    assert said(certain(3.1), before, later(4)) == (WAIT_HAS_GROWN, WaitBetween(3, 4))
    patient = EstimatePolicy(grown_after_seconds=600)
    assert said(certain(10.9), before, later(4), patient) is None
    assert said(certain(11.1), before, later(4), patient) == (WAIT_HAS_GROWN, WaitBetween(10, 15))


def test_a_growth_is_told_once() -> None:
    """What is told then counts from then on."""
    grown = wait_telling.telling(certain(9.5), POLICY, told_before(5), later(2))
    assert grown is not None
    assert grown.has_grown
    assert grown.estimate.until == later(12)
    assert said(certain(9.5), grown.estimate, later(3)) is None
    assert said(certain(9), grown.estimate, later(7)) == (WAIT_HAS_GROWN, WaitBetween(5, 10))
    assert said(certain(5), grown.estimate, later(7)) == (WaitUpTo(5),)


def test_rounding_alone_is_no_growth() -> None:
    """Of eleven minutes fifteen are said, and of ten five minutes later ten: nothing has grown."""
    policy = EstimatePolicy(grown_after_seconds=1)
    before = told_before(15)
    assert said(certain(10), before, later(5), policy) == (WaitUpTo(10),)
    assert said(certain(10.01), before, later(5), policy) is None
    assert said(certain(10.02), before, later(5), policy) == (WAIT_HAS_GROWN, WaitBetween(10, 15))


def test_an_open_end_is_longer_than_any() -> None:
    """Told after a range it is a growth; a range told after it is none."""
    before = told_before(45, low=30)
    assert said(certain(61), before, later(1)) == (WAIT_HAS_GROWN, WaitMoreThan(60))
    assert said(certain(40), told_before(None, low=30), later(5)) == (WaitBetween(30, 45),)


def test_of_open_ends_the_least_counts() -> None:
    """More than half an hour, and then more than three quarters: only if it has grown."""
    before = told_before(None, low=30)
    unsure = Wait(mean=80 * 60, variance=(40 * 60) ** 2)
    assert said(unsure, before, NOW) == (WAIT_HAS_GROWN, WaitMoreThan(45))
    patient = EstimatePolicy(grown_after_seconds=3600)
    assert said(unsure, before, NOW, patient) is None
    assert said(certain(62), told_before(None, low=60), NOW) == (WaitMoreThan(60),)


def test_an_unknown_wait_is_not_told_to_who_was_told_before_either() -> None:
    """Silence, and no growth."""
    assert said(UnknownWait(), told_before(1), later(50)) is None


def test_a_wait_of_no_length_is_told_as_the_shortest() -> None:
    """An agent is free."""
    assert spoken(Wait(mean=0.0, variance=0.0)) == WaitUpTo(1)


# --- announced against lived --------------------------------------------------------------------


def test_who_is_served_has_lived_the_estimate() -> None:
    """What was waited since, less the mean that was told of; longer than the upper end or not."""
    told = told_before(5)  # a mean of a minute
    assert wait_telling.lived(told, later(4), is_served=True) == Lived(
        error_seconds=180.0, is_beyond=False
    )
    assert wait_telling.lived(told, later(0.5), is_served=True) == Lived(
        error_seconds=-30.0, is_beyond=False
    )
    assert wait_telling.lived(told, later(5.1), is_served=True).is_beyond is True


def test_who_left_has_waited_at_least_so_long() -> None:
    """Beyond the upper end that is known; before it nothing is."""
    assert wait_telling.lived(told_before(5), later(4.9), is_served=False) == Lived(
        error_seconds=None, is_beyond=None
    )
    assert wait_telling.lived(told_before(5), later(5.1), is_served=False) == Lived(
        error_seconds=None, is_beyond=True
    )


@pytest.mark.parametrize("is_served", [True, False])
def test_where_no_upper_end_was_told_none_was_exceeded(is_served: bool) -> None:
    """Nor kept."""
    lived = wait_telling.lived(told_before(None, low=45), later(600), is_served=is_served)
    assert lived.is_beyond is None
    assert (lived.error_seconds is not None) is is_served


def test_what_was_told_is_noted_in_its_order_and_once() -> None:
    """Also what another process told, of which one hears late."""
    told = ToldEstimates()
    assert told.last is None
    first, second, third = (told_before(5, at=later(minutes)) for minutes in (1, 2, 3))
    told.note(second)
    told.note(third, first, second)
    assert tuple(told) == (first, second, third)
    assert told.last == third


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_a_growth_of_nothing_is_no_setting(seconds: float) -> None:
    """Else every estimate that is a second longer would be told as one that has grown."""
    with pytest.raises(PolicyError, match="must be greater than 0"):
        EstimatePolicy(grown_after_seconds=seconds)
