"""What a waiting caller is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import announcements
from callcore.domain.policies import PositionPolicy

POLICY = PositionPolicy(first_after_seconds=10, interval_seconds=30, position_limit=20)


def spoken(number: int) -> int:
    """The number that a list of digit prompts says, read back."""
    return sum(int(p.removeprefix("digits/")) for p in announcements.number_prompts(number))


@given(st.integers(0, 99))
def test_number_prompts_say_the_number(number: int) -> None:
    """Twenty-seven is "twenty", "seven"."""
    assert spoken(number) == number


def test_a_number_without_prompts_is_an_error() -> None:
    """The caller of the function caps the number."""
    with pytest.raises(ValueError, match="100"):
        announcements.number_prompts(100)


@given(st.lists(st.integers(1, 60), min_size=1))
def test_a_told_position_never_gets_worse(positions: list[int]) -> None:
    """However the queue moves, what a caller hears only goes down."""
    told: list[int] = []
    for position in positions:
        last = told[-1] if told else None
        told.append(announcements.position_announcement(position, last, POLICY).position)
    assert told == sorted(told, reverse=True)
    assert all(heard <= position for heard, position in zip(told, positions, strict=True))


@pytest.mark.parametrize(
    ("position", "prompts"),
    [
        (1, ("queue-youarenext",)),
        (2, ("queue-thereare", "digits/2", "queue-callswaiting")),
        (20, ("queue-thereare", "digits/20", "queue-callswaiting")),
        (21, ("queue-quantity1", "digits/20", "queue-quantity2")),
    ],
)
def test_position_prompts(position: int, prompts: tuple[str, ...]) -> None:
    """Next, the place, or more than the limit."""
    assert announcements.position_announcement(position, None, POLICY).prompts == prompts


def test_the_first_announcement_has_its_own_time() -> None:
    """First after 10 s, then every 30 s."""
    assert [announcements.next_after_seconds(POLICY, count) for count in range(3)] == [10, 30, 30]
