"""Where somebody stands in line, read off the scores."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import waiting
from callcore.domain.estimates import Line
from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.domain.policies import HIGHEST_PRIORITY

NOW = Micros(1_800_000_000 * MICROS_PER_SECOND)
TWELVE_DAYS = 12 * 86_400 * MICROS_PER_SECOND
PRIORITIES = st.integers(-HIGHEST_PRIORITY, HIGHEST_PRIORITY)


def score_of(waited_seconds: float, priority: int) -> float:
    return waiting.score(Micros(NOW - round(waited_seconds * MICROS_PER_SECOND)), priority)


@given(st.integers(-3_000_000_000, TWELVE_DAYS), PRIORITIES)
def test_a_score_says_what_it_was_made_of(waited: int, priority: int) -> None:
    """Of everybody who joined within twelve days, by a clock that is up to an hour ahead."""
    joined_at = Micros(NOW - waited)
    assert waiting.made_of(waiting.score(joined_at, priority), NOW) == (joined_at, priority)


def test_the_line_is_told_with_the_waits_so_far() -> None:
    """The caller's own, and that of the head."""
    assert waiting.line(4, score_of(20, 5), score_of(90.5, 5), NOW) == Line(
        ahead_count=4, priority=5, waited_seconds=20.0, head_waited_seconds=90.5
    )


def test_a_head_of_another_priority_says_nothing() -> None:
    """It did not wait behind the same callers; nor does an empty line."""
    for head in (score_of(90, 6), score_of(90, 4), None):
        line = waiting.line(4, score_of(20, 5), head, NOW)
        assert line == Line(ahead_count=4, priority=5, waited_seconds=20.0)


def test_behind_everybody_nobody_has_waited() -> None:
    """The one who asks for nobody in particular."""
    assert waiting.line(4, math.inf, score_of(90, 0), NOW) == Line(ahead_count=4)


def test_a_clock_that_is_behind_makes_no_wait_negative() -> None:
    """Who joined in the future has not waited."""
    line = waiting.line(0, score_of(-2, 0), score_of(-3, 0), NOW)
    assert (line.waited_seconds, line.head_waited_seconds) == (0.0, 0.0)
