"""Who is served before whom, and which agent serves whom."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import routing, waiting
from callcore.domain.ids import Micros

INSTANTS = st.integers(1_600_000_000_000_000, 2_500_000_000_000_000).map(Micros)
PRIORITIES = st.integers(-1000, 1000)


@given(INSTANTS, INSTANTS, PRIORITIES)
def test_within_a_priority_the_first_to_join_is_served_first(
    one: Micros, other: Micros, priority: int
) -> None:
    """A score tells two instants apart that differ by a microsecond."""
    assert (one < other) == (waiting.score(one, priority) < waiting.score(other, priority))


@given(INSTANTS, st.integers(0, waiting.PRIORITY_STEP_MICROS - 1), PRIORITIES, PRIORITIES)
def test_a_higher_priority_is_served_first_whatever_the_wait(
    joined_at: Micros, waited_micros: int, one: int, other: int
) -> None:
    """A step of priority outweighs a wait of up to twelve days."""
    later = Micros(joined_at + waited_micros)
    if one > other:
        assert waiting.score(later, one) < waiting.score(joined_at, other)


@given(st.lists(st.integers(), max_size=8), st.lists(st.integers(), max_size=8))
def test_a_match_pairs_the_best_with_the_best(callers: list[int], agents: list[int]) -> None:
    """As many pairs as the shorter side has, in order, nobody twice."""
    pairs = routing.match(callers, agents)
    assert [caller for caller, _ in pairs] == callers[: len(agents)]
    assert [agent for _, agent in pairs] == agents[: len(callers)]


def test_of_several_queues_the_lowest_score_is_served() -> None:
    """A shared agent takes the one who is due first over all queues."""
    assert routing.best_caller([(7.0, "a"), (3.0, "b"), (9.0, "c")]) == "b"
    assert routing.best_caller([]) is None
