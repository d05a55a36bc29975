"""Who was asked or talked with before decides who is asked next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain import skills
from callcore.domain.ids import AgentId
from callcore.domain.policies import Strategy
from callcore.domain.routing import Demand, Verdict
from tests.unit.routing_cases import (
    EQUALS,
    RELAXING,
    STICKY,
    agent,
    asked,
    caller,
    ids,
    queue,
    serving_of,
    verdicts,
)

# --- the agent who talked with the caller last --------------------------------------------------


FAITHFUL = caller(queue(sticky=STICKY), sticky_agent=AgentId("1002"))


def test_a_caller_waits_for_the_agent_who_talked_with_them_last() -> None:
    """While that one is busy, nobody else is asked; once free, that one is."""
    assert verdicts(FAITHFUL, EQUALS, free=ids("1001", "1003")) == {
        "1001": (Verdict.KEPT_FOR_STICKY, "waits for 1002 until 20 s"),
        "1003": (Verdict.KEPT_FOR_STICKY, "waits for 1002 until 20 s"),
    }
    assert asked(FAITHFUL, EQUALS, free=ids("1001", "1002", "1003")) == ["1002"]


@pytest.mark.parametrize(
    ("demand", "staffed", "waited"),
    [
        (FAITHFUL, ("1001", "1002", "1003"), 20),
        (FAITHFUL, ("1001", "1003"), 0),
        (replace(FAITHFUL, sticky_agent=None), ("1001", "1002", "1003"), 0),
        (replace(FAITHFUL, sticky_agent=AgentId("1099")), ("1001", "1099"), 0),
        (replace(FAITHFUL, queue=queue()), ("1001", "1002", "1003"), 0),
        (replace(FAITHFUL, skills=(skills.parse("not polish"),)), ("1001", "1003"), 0),
    ],
)
def test_nobody_is_kept_for_an_agent_who_cannot_come(
    demand: Demand, staffed: tuple[str, ...], waited: float
) -> None:
    """Too late, not staffed, not known, not wanted by the queue: all are asked as ever."""
    case = {"free": ids("1001", "1003"), "staffed": ids(*staffed), "waited": waited}
    assert asked(demand, EQUALS, **case) == ["1001"]


def test_a_sticky_agent_is_asked_whatever_the_level_but_not_without_the_skills() -> None:
    """One who may not take the call is not waited for either."""
    roster = serving_of(agent("1001", english=50), agent("1002", level=9, english=70))
    demand = replace(FAITHFUL, queue=queue(sticky=STICKY, tiers=RELAXING))
    assert asked(demand, roster) == ["1002"]
    assert asked(replace(demand, skills=(skills.parse("english < 60"),)), roster) == ["1001"]


def test_after_the_wait_a_sticky_agent_is_one_of_all() -> None:
    """Levels hold for that one too."""
    roster = serving_of(agent("1001"), agent("1002", level=2))
    demand = replace(FAITHFUL, queue=queue(sticky=STICKY, tiers=RELAXING))
    assert verdicts(demand, roster, waited=20) == {
        "1001": (Verdict.CHOSEN, ""),
        "1002": (Verdict.LEVEL_CLOSED, "level 2 opens after 30 s"),
    }


# --- going down from the top --------------------------------------------------------------------

RANKS = serving_of(
    agent("1001", position=3),
    agent("1002", position=1),
    agent("1003", level=2, position=1),
    agent("1004", position=3),
)


FROM_THE_TOP = ids("1002", "1001", "1004", "1003")


@pytest.mark.parametrize(
    ("last_offered", "next_asked"),
    [
        (None, "1002"),
        ("1002", "1001"),
        ("1001", "1004"),
        ("1004", "1003"),
        ("1003", "1002"),
        ("1099", "1002"),
    ],
)
def test_a_top_down_caller_goes_on_after_the_last_agent(
    last_offered: str | None, next_asked: str
) -> None:
    """By level, position and id; from the bottom back to the top, and from there for an agent who
    has left the roster.
    """
    demand = caller(
        queue(strategy=Strategy.TOP_DOWN),
        last_offered=None if last_offered is None else AgentId(last_offered),
    )
    assert asked(demand, RANKS, free=FROM_THE_TOP) == [next_asked]


def test_agents_gone_past_are_told_so() -> None:
    """Also those who were busy when their turn came."""
    demand = caller(queue(strategy=Strategy.TOP_DOWN), last_offered=AgentId("1001"))
    assert verdicts(demand, RANKS, free=FROM_THE_TOP) == {
        "1002": (Verdict.TRIED_BEFORE, "goes on after 1001"),
        "1001": (Verdict.TRIED_BEFORE, "goes on after 1001"),
        "1004": (Verdict.CHOSEN, ""),
        "1003": (Verdict.RANKED_LATER, "number 2 by top_down"),
    }


def test_the_top_begins_again_where_those_below_may_not_be_asked() -> None:
    """The level of the last one is still closed."""
    demand = caller(queue(strategy=Strategy.TOP_DOWN, tiers=RELAXING), last_offered=AgentId("1004"))
    assert asked(demand, RANKS, free=FROM_THE_TOP) == ["1002"]
    assert asked(demand, RANKS, free=FROM_THE_TOP, waited=30) == ["1003"]


@pytest.mark.parametrize("strategy", [one for one in Strategy if one is not Strategy.TOP_DOWN])
def test_other_strategies_do_not_mind_who_was_asked_before(strategy: Strategy) -> None:
    """The order they are given in is all."""
    demand = caller(queue(strategy=strategy), last_offered=AgentId("1001"))
    assert asked(demand, RANKS, free=FROM_THE_TOP) == ["1002"]
