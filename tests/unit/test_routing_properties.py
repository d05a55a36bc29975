"""What holds for every caller, roster and instant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import routing, skills
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, Micros
from callcore.domain.policies import StickyPolicy, Strategy, TierPolicy
from callcore.domain.routing import Demand, Verdict
from callcore.domain.serving import Serving
from tests.unit.routing_cases import (
    FORTY_YEARS,
    JOINED_AT,
    LEVELS,
    RELAXING,
    RELAXING_SKILLS,
    STICKY,
    SUPPORT,
    after,
    agent,
    caller,
    queue,
    serving_of,
    step,
)

# --- what holds always --------------------------------------------------------------------------

NUMBERS = [f"{number}" for number in range(1001, 1007)]
RULES = st.sampled_from(["", "english", "english >= 50", "billing and english", "not billing"])


@st.composite
def situations(draw) -> tuple[Demand, Serving, list[AgentId], frozenset[AgentId]]:
    """A caller, a roster, who is free and who is staffed; times in tenths of a second."""
    tenths = st.integers(1, 600).map(lambda count: count / 10)
    numbers = draw(st.lists(st.sampled_from(NUMBERS), unique=True))
    roster = [
        agent(
            number,
            level=draw(st.integers(1, 4)),
            position=draw(st.integers(1, 2)),
            english=draw(st.sampled_from([0, 30, 70])),
            billing=draw(st.sampled_from([0, 30])),
        )
        for number in numbers
    ]
    some = st.lists(st.sampled_from(NUMBERS).map(AgentId), unique=True)
    policy = queue(
        strategy=draw(st.sampled_from(Strategy)),
        tiers=draw(
            st.none()
            | st.builds(TierPolicy, relax_after_seconds=tenths, skips_absent_levels=st.booleans())
        ),
        sticky=draw(st.none() | st.builds(StickyPolicy, wait_seconds=tenths)),
        skills=tuple(
            step(seconds, draw(RULES))
            for seconds in sorted(
                draw(st.sets(st.integers(0, 600).map(lambda c: c / 10), max_size=3))
            )
        ),
    )
    demand = caller(
        policy,
        skills=tuple(skills.parse(rule) for rule in draw(st.lists(RULES, max_size=2))),
        sticky_agent=draw(st.none() | st.sampled_from(NUMBERS).map(AgentId)),
        last_offered=draw(st.none() | st.sampled_from(NUMBERS).map(AgentId)),
        ringing=frozenset(draw(some)),
        may_ring_at_once=draw(st.integers(1, 4)),
    )
    return demand, serving_of(*roster), draw(some), frozenset(draw(some))


@given(situations(), st.integers(0, 1000))
def test_each_free_agent_has_one_judgement_and_no_phone_too_many_rings(
    situation: tuple[Demand, Serving, list[AgentId], frozenset[AgentId]], tenths: int
) -> None:
    """In the order given; of those whom nothing stands against, the first are chosen; somebody goes
    on as long as anybody may.
    """
    demand, serving, free, staffed = situation
    judgements = routing.judge(demand, free, serving, staffed, after(tenths / 10))
    known = [agent_id for agent_id in free if agent_id in serving.at(SUPPORT).agents]
    assert [one.agent_id for one in judgements] == known
    found = [one.verdict for one in judgements]
    may_ask = [one for one in found if one in {Verdict.CHOSEN, Verdict.RANKED_LATER}]
    assert may_ask == sorted(may_ask)
    places = max(demand.may_ring_at_once - len(demand.ringing), 0)
    assert found.count(Verdict.CHOSEN) == min(places, len(may_ask))
    if Verdict.TRIED_BEFORE in found:
        assert may_ask


@given(situations(), st.integers(0, 1000))
def test_nobody_is_chosen_against_level_or_skill(
    situation: tuple[Demand, Serving, list[AgentId], frozenset[AgentId]], tenths: int
) -> None:
    """A sticky agent may be above the open level, nobody is without the skills."""
    demand, serving, free, staffed = situation
    now = after(tenths / 10)
    rule = skills.parse(routing.skill_rule(demand, now))
    level = routing.open_level(demand, serving, staffed, now)
    for one in routing.judge(demand, free, serving, staffed, now):
        if one.verdict is Verdict.CHOSEN:
            policy = serving.at(SUPPORT).agents[one.agent_id]
            assert rule.is_met_by(policy.skills)
            assert policy.tier(SUPPORT).level <= level or one.agent_id == demand.sticky_agent


@given(situations(), st.integers(0, 1000))
def test_nothing_changes_before_the_next_relaxation(
    situation: tuple[Demand, Serving, list[AgentId], frozenset[AgentId]], tenths: int
) -> None:
    """Until then every judgement stays; without one it stays for ever."""
    demand, serving, free, staffed = situation

    def all_there_is(now: Micros) -> tuple[object, ...]:
        return (
            routing.judge(demand, free, serving, staffed, now),
            routing.open_level(demand, serving, staffed, now),
            routing.skill_rule(demand, now),
        )

    now = after(tenths / 10)
    seconds = routing.next_relaxation_after(demand, serving, staffed, now)
    until = after(FORTY_YEARS)
    if seconds is not None:
        assert seconds > 0
        until = Micros(now + round(seconds * MICROS_PER_SECOND) - 1)
    assert all_there_is(until) == all_there_is(now)


@pytest.mark.parametrize(
    ("demand", "waited", "seconds"),
    [
        (caller(queue(tiers=RELAXING)), 0, 30),
        (caller(queue(tiers=RELAXING)), 30, 30),
        (caller(queue(tiers=RELAXING)), 60, None),
        (caller(queue(skills=RELAXING_SKILLS)), 0, 20),
        (caller(queue(skills=RELAXING_SKILLS)), 39.5, 0.5),
        (caller(queue(sticky=STICKY), sticky_agent=AgentId("1004")), 5, 15),
        (caller(queue(sticky=STICKY), sticky_agent=AgentId("1004")), 20, None),
        (caller(queue(sticky=STICKY), sticky_agent=AgentId("1099")), 5, None),
        (caller(queue(sticky=STICKY, tiers=RELAXING), sticky_agent=AgentId("1004")), 5, 15),
        (caller(queue()), 0, None),
    ],
)
def test_the_next_relaxation_is_the_soonest_of_all(
    demand: Demand, waited: float, seconds: float | None
) -> None:
    """A level, a skill step, the end of waiting for a sticky agent."""
    everybody = frozenset(LEVELS.at(SUPPORT).agents)
    assert routing.next_relaxation_after(demand, LEVELS, everybody, after(waited)) == seconds


def test_fractions_of_a_second_come_to_an_end() -> None:
    """Three times a tenth is three tenths: looked at again then, the level is open."""
    roster = serving_of(*(agent(f"100{level}", level=level) for level in (1, 2, 3, 4)))
    demand = caller(queue(tiers=TierPolicy(relax_after_seconds=0.1)))
    everybody = frozenset(roster.at(SUPPORT).agents)
    now, openings = after(0), []
    while (seconds := routing.next_relaxation_after(demand, roster, everybody, now)) is not None:
        now = Micros(now + round(seconds * MICROS_PER_SECOND))
        openings.append((now - JOINED_AT, routing.open_level(demand, roster, everybody, now)))
    assert openings == [(100_000, 2), (200_000, 3), (300_000, 4)]
