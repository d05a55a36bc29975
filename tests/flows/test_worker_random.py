"""Many things happen to several workers in a random order: nobody is left stuck."""

from __future__ import annotations

import pytest

from tests.flows.workers_turmoil import WorkersTurmoil

PLAIN = ("call",) * 6 + ("caller_ends",) * 3 + ("agent_ends",) * 3 + ("key",) * 3
MORE = ("transfer", "phone")
STORIES = {
    "plain": PLAIN,
    "kill": (*PLAIN, "kill", "begin", "begin"),
    "leave": (*PLAIN, "leave", "begin", "begin"),
    "stop": (*PLAIN, "stop"),
    "link": (*PLAIN, "link", "link"),
    "redis": (*PLAIN, "redis_away"),
    "everything": (
        *PLAIN,
        *PLAIN,
        *MORE,
        *MORE,
        "kill",
        "leave",
        "begin",
        "begin",
        "stop",
        "link",
        "link",
        "redis_away",
    ),
}


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("seed", [1], indirect=True)
def test_no_story_leaves_anybody_stuck(story: str, seed: int) -> None:
    """Agents are free, floor and switch are empty, and each call has one record."""
    play(story, seed)


@pytest.mark.chaos
@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("seed", range(2, 42), indirect=True)
def test_none_of_many_stories_does(story: str, seed: int) -> None:
    """The same."""
    play(story, seed)


def play(story: str, seed: int) -> None:
    """One story, and what must be true at its end."""
    floor = WorkersTurmoil(seed)
    for _ in range(60):
        floor.act(floor.dice.choice(STORIES[story]))
        floor.clock.advance(floor.dice.choice((0.0, 0.01, 0.3, 1.0, 4.0)))
    floor.calm()
    assert floor.objections() == []
    floor.end_all()
    assert floor.objections() == []
    assert floor.unrecorded() == []
    assert floor.complaints == []
    for process in floor.living():
        assert process.leftovers() == dict.fromkeys(process.leftovers(), 0)
