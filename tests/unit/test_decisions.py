"""What is kept of a decision."""

from __future__ import annotations

from callcore.domain import decisions, routing, skills
from callcore.domain.ids import AgentId, CallId, Micros, OfferId, QueueName
from callcore.domain.policies import (
    AgentPolicy,
    QueuePolicy,
    SkillStep,
    Strategy,
    Tier,
    TierPolicy,
)
from callcore.domain.records import DecisionRecord, PassedOver
from callcore.domain.routing import Demand, Verdict
from callcore.domain.serving import Serving

SUPPORT = QueueName("support")
QUEUE = QueuePolicy(
    name=SUPPORT,
    strategy=Strategy.RING_ALL,
    tiers=TierPolicy(relax_after_seconds=30.0),
    skills=(SkillStep(after_seconds=0.0, rule=skills.parse("english")),),
)
LEVELS = {"1001": 1, "1002": 1, "1003": 1, "1004": 2}
ROSTER = {
    AgentId(number): AgentPolicy(
        agent_id=AgentId(number),
        name=number,
        contact=f"user/{number}",
        queues=(SUPPORT,),
        tiers={SUPPORT: Tier(level=level)},
        skills={"english": 50} if number != "1003" else {},
    )
    for number, level in LEVELS.items()
}
JOINED_AT = Micros(1_700_000_000_000_000)
DEMAND = Demand(
    call_id=CallId("call"),
    queue=QUEUE,
    first_joined_at=JOINED_AT,
    joined_at=Micros(JOINED_AT + 50_000_000),
    priority=7,
    skills=(skills.parse("billing or english"),),
    may_ring_at_once=2,
)


def test_a_decision_is_kept_with_all_that_was_found() -> None:
    """Everybody else who was free is there with the reason, in the order of asking; the wait is
    that since first joining, the open level and the rules are those of the moment.
    """
    serving, staffed = Serving.of(ROSTER), frozenset(ROSTER)
    now = Micros(JOINED_AT + 60_000_000)
    judgements = routing.judge(DEMAND, list(ROSTER), serving, staffed, now)
    record = decisions.record(
        DEMAND,
        judgements,
        offer_id=OfferId("offer"),
        agent_id=AgentId("1001"),
        trigger="caller_joined",
        serving=serving,
        staffed=staffed,
        now=now,
    )
    assert record == DecisionRecord(
        offer_id=OfferId("offer"),
        queue=SUPPORT,
        agent_id=AgentId("1001"),
        decided_at=now,
        trigger="caller_joined",
        waited_seconds=60.0,
        priority=7,
        strategy=Strategy.RING_ALL,
        open_level=1,
        skill_rule="english and (billing or english)",
        passed_over=(
            PassedOver(agent_id=AgentId("1002"), verdict=Verdict.CHOSEN),
            PassedOver(agent_id=AgentId("1003"), verdict=Verdict.LACKS_SKILL, detail="english"),
            PassedOver(
                agent_id=AgentId("1004"),
                verdict=Verdict.LEVEL_CLOSED,
                detail="level 2 opens after 30 s",
            ),
        ),
    )
