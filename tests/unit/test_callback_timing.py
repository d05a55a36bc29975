"""When customers are called who are to be there by the time an agent is free."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import callback_timing
from callcore.domain.callback_timing import DialNow, LookAgain, ReadyTime
from callcore.domain.estimates import UnknownWait, Wait

SECONDS = st.floats(min_value=0, max_value=1e5)
READY = st.builds(ReadyTime, mean_seconds=st.floats(min_value=0, max_value=120))
HOLDS = st.floats(min_value=0, max_value=600)


def wait(seconds: float) -> Wait:
    """A wait of so many seconds on average."""
    return Wait(mean=seconds, variance=seconds * seconds)


@given(SECONDS, READY, HOLDS)
def test_nobody_is_called_whose_turn_is_further_away_than_the_bound(
    seconds: float, ready: ReadyTime, longest_hold: float
) -> None:
    """Neither than customers take to be ready, nor than they may hold; and the others are."""
    timing = callback_timing.decide(wait(seconds), ready, longest_hold)
    is_near = seconds <= ready.mean_seconds and seconds <= longest_hold
    assert isinstance(timing, DialNow) is is_near


@given(SECONDS, READY, HOLDS)
def test_a_look_is_never_sooner_than_a_second_and_never_later_than_a_minute(
    seconds: float, ready: ReadyTime, longest_hold: float
) -> None:
    """However the line stands."""
    timing = callback_timing.decide(wait(seconds), ready, longest_hold)
    if isinstance(timing, LookAgain):
        assert 1 <= timing.seconds <= 60


@given(st.floats(min_value=10, max_value=3600), st.floats(min_value=0.2, max_value=2.0))
def test_the_turn_is_not_missed_and_few_looks_are_needed(seconds: float, pace: float) -> None:
    """A line that moves at most twice as fast as expected is looked at in time, in a number of
    looks that hardly grows with its length.
    """
    ready, left, looks_count = ReadyTime(mean_seconds=8.0), seconds, 0
    while True:
        timing = callback_timing.decide(wait(left), ready, 20.0)
        looks_count += 1
        if isinstance(timing, DialNow):
            break
        left = max(left - pace * timing.seconds, 0.0)
    assert left >= 8.0 - 2 * callback_timing.SOONEST_LOOK_SECONDS
    assert looks_count <= 10 + seconds / (pace * 60) + 12 / pace * 3


def test_what_is_not_known_is_looked_at_again() -> None:
    """Nobody is called by guess."""
    timing = callback_timing.decide(UnknownWait(), ReadyTime(), 20.0)
    assert timing == LookAgain(seconds=callback_timing.UNKNOWN_LOOK_SECONDS)
    assert timing.is_near


def test_nobody_holds_where_nobody_may() -> None:
    """Only somebody whose turn it is is called."""
    assert isinstance(callback_timing.decide(wait(0.5), ReadyTime(), 0.0), LookAgain)


@given(st.lists(st.floats(min_value=0, max_value=1e6), max_size=300))
def test_what_is_learnt_lies_between_what_was_seen(lasted: list[float]) -> None:
    """And the usual time to begin with; a phone that was answered after an hour is no guide."""
    ready = ReadyTime()
    for seconds in lasted:
        ready = ready.learnt(seconds)
    seen = [min(seconds, 120.0) for seconds in lasted] + [callback_timing.USUAL_READY_SECONDS]
    assert min(seen) - 1e-6 <= ready.mean_seconds <= max(seen) + 1e-6


def test_recent_customers_count_more() -> None:
    """After thirty who took twenty seconds it is about that."""
    ready = ReadyTime()
    for _ in range(30):
        ready = ready.learnt(20.0)
    assert 19 < ready.mean_seconds < 20
