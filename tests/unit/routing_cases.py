"""Rosters, callers and what becomes of them, for the tests of routing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from callcore.domain import routing, skills
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, CallId, Micros, QueueName
from callcore.domain.policies import (
    AgentPolicy,
    QueuePolicy,
    SkillStep,
    StickyPolicy,
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


SKILLED = serving_of(
    agent("1001", english=80, billing=50), agent("1002", english=40), agent("1003", billing=90)
)


RELAXING_SKILLS = (
    step(0, "english >= 50 and billing"),
    step(20, "english >= 30"),
    step(40, ""),
)


STICKY = StickyPolicy(wait_seconds=20.0)
