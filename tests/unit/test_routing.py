"""Which free agent is asked for a caller, and what is said of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from callcore.domain import routing, skills
from callcore.domain.ids import AgentId, QueueName
from callcore.domain.policies import Connection, StickyPolicy, Strategy, TierPolicy
from callcore.domain.routing import Verdict
from tests.unit.routing_cases import (
    EQUALS,
    FORTY_YEARS,
    LEVELS,
    ONE,
    RELAXING,
    RELAXING_SKILLS,
    SALES,
    SKILLED,
    SUPPORT,
    TWO,
    after,
    agent,
    asked,
    caller,
    ids,
    queue,
    serving_of,
    step,
    verdicts,
)

# --- nobody but the order -----------------------------------------------------------------------


def test_the_first_of_the_free_agents_is_asked() -> None:
    """The others come after in the order given, and are told so."""
    assert verdicts(caller(queue()), EQUALS, free=ids("1003", "1001", "1002")) == {
        "1003": (Verdict.CHOSEN, ""),
        "1001": (Verdict.RANKED_LATER, "number 2 by longest_idle"),
        "1002": (Verdict.RANKED_LATER, "number 3 by longest_idle"),
    }


def test_an_agent_who_does_not_serve_the_queue_is_not_judged() -> None:
    """Nor one the roster does not know (any more)."""
    elsewhere = serving_of(ONE, agent("1002", queues=(SALES,)))
    assert verdicts(caller(queue()), elsewhere, free=ids("1002", "1099", "1001")) == {
        "1001": (Verdict.CHOSEN, "")
    }
    assert verdicts(caller(queue()), serving_of(), free=ids("1001")) == {}


def test_several_phones_ring_where_several_may() -> None:
    """Those that ring already count."""
    demand = caller(queue(strategy=Strategy.RING_ALL), may_ring_at_once=2)
    assert asked(demand, EQUALS) == ["1001", "1002"]
    ringing = replace(demand, ringing=frozenset(ids("1001")))
    assert verdicts(ringing, EQUALS) == {
        "1001": (Verdict.RINGS_ALREADY, ""),
        "1002": (Verdict.CHOSEN, ""),
        "1003": (Verdict.RANKED_LATER, "number 2 by ring_all"),
    }
    assert asked(replace(ringing, ringing=frozenset(ids("1001", "1009"))), EQUALS) == []
    assert asked(replace(ringing, ringing=frozenset(ids("1001", "1008", "1009"))), EQUALS) == []


# --- levels -------------------------------------------------------------------------------------


STANDING = replace(agent("1009"), connection=Connection.STANDING)


def test_who_stands_on_a_line_is_asked_at_its_switch_only() -> None:
    """There the others' equal; elsewhere, or without a line, passed over."""
    served = serving_of(STANDING, TWO)
    assert asked(caller(queue(), on_line=frozenset({STANDING.agent_id})), served) == ["1009"]
    assert verdicts(caller(queue()), served) == {
        "1009": (Verdict.NO_LINE, ""),
        "1002": (Verdict.CHOSEN, ""),
    }


def test_nobody_is_kept_for_an_agent_out_of_reach() -> None:
    """The caller talked with this one last, whose line is elsewhere now."""
    policy = queue(sticky=StickyPolicy(wait_seconds=60))
    demand = caller(policy, sticky_agent=STANDING.agent_id)
    assert asked(demand, serving_of(STANDING, TWO)) == ["1002"]
    reached = replace(demand, on_line=frozenset({STANDING.agent_id}))
    assert asked(reached, serving_of(STANDING, TWO)) == ["1009"]


def levels_open(waited: float, staffed: Sequence[AgentId], tiers: TierPolicy | None) -> int:
    return routing.open_level(caller(queue(tiers=tiers)), LEVELS, frozenset(staffed), after(waited))


@pytest.mark.parametrize(
    ("waited", "level"), [(0, 1), (29.999999, 1), (30, 2), (59.9, 2), (60, 5), (FORTY_YEARS, 5)]
)
def test_levels_open_one_after_the_other(waited: float, level: int) -> None:
    """The lowest at once, each further one in use after thirty seconds more."""
    everybody = ids("1001", "1002", "1003", "1004")
    assert levels_open(waited, everybody, RELAXING) == level


@pytest.mark.parametrize(
    ("staffed", "opens_five_after", "at_once"),
    [
        (("1001", "1002", "1004"), 60, 1),
        (("1001", "1004"), 30, 2),
        (("1003", "1004"), 30, 2),
        (("1004",), 0, 5),
        (("1001", "1002"), 30, 1),
        (("1001",), 0, 5),
        ((), 0, 5),
    ],
)
def test_a_level_without_a_staffed_agent_is_not_waited_for(
    staffed: tuple[str, ...], opens_five_after: float, at_once: int
) -> None:
    """It opens together with the one below it, or at once if there is none."""
    assert levels_open(0, ids(*staffed), RELAXING) == at_once
    assert levels_open(opens_five_after, ids(*staffed), RELAXING) == 5
    if opens_five_after:
        assert levels_open(opens_five_after - 1e-6, ids(*staffed), RELAXING) < 5


def test_levels_are_waited_for_whoever_is_staffed_if_the_queue_says_so() -> None:
    """Nobody is there, and still the second level opens after thirty seconds."""
    patient = replace(RELAXING, skips_absent_levels=False)
    assert [levels_open(waited, (), patient) for waited in (0, 30, 60)] == [1, 2, 5]


def test_without_tiers_every_level_is_open() -> None:
    """There are only those that are in use."""
    assert levels_open(0, (), None) == 5
    assert routing.open_level(caller(queue()), serving_of(), frozenset(), after(0)) == 0


def test_an_agent_on_a_closed_level_is_told_when_it_opens() -> None:
    """Though nobody else is free."""
    demand = caller(queue(tiers=RELAXING))
    free = ids("1003", "1004")
    assert verdicts(demand, LEVELS, free=free) == {
        "1003": (Verdict.LEVEL_CLOSED, "level 2 opens after 30 s"),
        "1004": (Verdict.LEVEL_CLOSED, "level 5 opens after 60 s"),
    }
    assert asked(demand, LEVELS, free=free, waited=30) == ["1003"]


def test_levels_relax_from_joining_this_queue() -> None:
    """A wait in another queue before opens no levels here."""
    demand = caller(queue(tiers=RELAXING), first_joined_at=after(-3600))
    assert asked(demand, LEVELS, free=ids("1004")) == []


# --- skills -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("waited", "able", "rule"),
    [
        (0, ["1001"], "english >= 50 and billing"),
        (19.999999, ["1001"], "english >= 50 and billing"),
        (20, ["1001", "1002"], "english >= 30"),
        (40, ["1001", "1002", "1003"], ""),
    ],
)
def test_the_last_skill_step_reached_holds(waited: float, able: list[str], rule: str) -> None:
    """Less is asked of agents the longer the caller waits."""
    demand = caller(queue(skills=RELAXING_SKILLS), may_ring_at_once=10)
    assert asked(demand, SKILLED, waited=waited) == able
    assert routing.skill_rule(demand, after(waited)) == rule


def test_before_the_first_step_nothing_is_asked_of_agents() -> None:
    """A queue may become choosy later."""
    demand = caller(queue(skills=(step(10, "english"),)), may_ring_at_once=10)
    assert asked(demand, SKILLED) == ["1001", "1002", "1003"]
    assert routing.skill_rule(demand, after(0)) == ""


def test_what_the_caller_brings_along_is_asked_at_every_step() -> None:
    """The rules of number, list and menu do not relax; what is missing is named."""
    rules = (skills.parse("billing >= 60"), skills.parse("english or polish"))
    demand = caller(queue(skills=RELAXING_SKILLS), skills=rules)
    assert verdicts(demand, SKILLED) == {
        "1001": (Verdict.LACKS_SKILL, "billing >= 60"),
        "1002": (Verdict.LACKS_SKILL, "english >= 50"),
        "1003": (Verdict.LACKS_SKILL, "english >= 50"),
    }
    assert routing.skill_rule(demand, after(30)) == (
        "english >= 30 and billing >= 60 and (english or polish)"
    )
    assert verdicts(demand, SKILLED, waited=40)["1003"] == (
        Verdict.LACKS_SKILL,
        "english or polish",
    )


def test_the_roster_is_seen_from_its_queues() -> None:
    """With the levels in use in each; an agent without a tier is on level 1."""
    roster = serving_of(
        agent("1001", level=3, queues=(SUPPORT, SALES)), agent("1002", queues=(SALES,))
    )
    assert set(roster.queues) == {SUPPORT, SALES}
    assert set(roster.at(SALES).agents) == {"1001", "1002"}
    assert roster.at(SUPPORT).levels == (3,)
    assert roster.at(SALES).levels == (1,)
    assert roster.at(SALES).level_agents == {1: {"1001", "1002"}}
    assert roster.at(QueueName("nobody's")).agents == {}
