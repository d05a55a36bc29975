"""Which free agent is asked for a caller, and what is said of the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import routing, skills
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, CallId, Micros, QueueName
from callcore.domain.policies import (
    AgentPolicy,
    Connection,
    QueuePolicy,
    SkillStep,
    StickyPolicy,
    Strategy,
    Tier,
    TierPolicy,
)
from callcore.domain.routing import Demand, Verdict
from callcore.domain.serving import Serving

SUPPORT, SALES = QueueName("support"), QueueName("sales")
JOINED_AT = Micros(1_700_000_000_000_000)
FORTY_YEARS = 1_262_304_000.0


def agent(
    number: str,
    *,
    level: int = 1,
    position: int = 1,
    queues: Sequence[QueueName] = (SUPPORT,),
    **levels: int,
) -> AgentPolicy:
    return AgentPolicy(
        agent_id=AgentId(number),
        name=number,
        contact=f"user/{number}",
        queues=tuple(queues),
        tiers={SUPPORT: Tier(level=level, position=position)},
        skills=levels,
    )


def serving_of(*agents: AgentPolicy) -> Serving:
    return Serving.of({one.agent_id: one for one in agents})


def ids(*numbers: str) -> tuple[AgentId, ...]:
    return tuple(AgentId(number) for number in numbers)


def step(after_seconds: float, rule: str) -> SkillStep:
    return SkillStep(after_seconds=after_seconds, rule=skills.parse(rule))


def after(seconds: float) -> Micros:
    return Micros(JOINED_AT + round(seconds * MICROS_PER_SECOND))


def caller(policy: QueuePolicy, **changes: object) -> Demand:
    demand = Demand(
        call_id=CallId("call"),
        queue=policy,
        first_joined_at=JOINED_AT,
        joined_at=JOINED_AT,
        priority=0,
    )
    return replace(demand, **changes)  # type: ignore[arg-type]  # a case's fields


def queue(**changes: object) -> QueuePolicy:
    return replace(QueuePolicy(name=SUPPORT), **changes)  # type: ignore[arg-type]  # same


def verdicts(
    demand: Demand,
    serving: Serving,
    *,
    free: Sequence[AgentId] | None = None,
    staffed: Sequence[AgentId] | None = None,
    waited: float = 0.0,
) -> dict[str, tuple[Verdict, str]]:
    """By agent; all are free and staffed unless said otherwise."""
    everybody = list(serving.at(SUPPORT).agents)
    judgements = routing.judge(
        demand,
        everybody if free is None else free,
        serving,
        frozenset(everybody if staffed is None else staffed),
        after(waited),
    )
    return {one.agent_id: (one.verdict, one.detail) for one in judgements}


def asked(demand: Demand, serving: Serving, **case: object) -> list[str]:
    found = verdicts(demand, serving, **case)  # type: ignore[arg-type]  # a case's fields
    return [agent_id for agent_id, (verdict, _) in found.items() if verdict is Verdict.CHOSEN]


ONE, TWO, THREE = (agent(number) for number in ("1001", "1002", "1003"))
EQUALS = serving_of(ONE, TWO, THREE)
LEVELS = serving_of(
    agent("1001", level=1), agent("1002", level=2), agent("1003", level=2), agent("1004", level=5)
)
RELAXING = TierPolicy(relax_after_seconds=30.0)


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

SKILLED = serving_of(
    agent("1001", english=80, billing=50), agent("1002", english=40), agent("1003", billing=90)
)
RELAXING_SKILLS = (
    step(0, "english >= 50 and billing"),
    step(20, "english >= 30"),
    step(40, ""),
)


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


# --- the agent who talked with the caller last --------------------------------------------------

STICKY = StickyPolicy(wait_seconds=20.0)
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
