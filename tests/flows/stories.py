"""What stories of waiting and being served are made of."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from callcore.domain.agents import ANY_BREAK
from callcore.domain.ids import AgentId, CallId, LegId, OfferId, QueueName
from callcore.domain.policies import SitePolicy
from callcore.domain.records import CallRecord, DecisionRecord
from callcore.ports.operations import DutyChange, DutyOrder
from callcore.ports.stores import AgentAnswer, FloorCall
from tests.fakes.clock import settle
from tests.fakes.switch_core import FakeLeg
from tests.fakes.switch_sounds import PROMPT_SECONDS
from tests.flows.floor import ROOMY, SUPPORT, TestFloor

TOLD_WHY_SECONDS = PROMPT_SECONDS + 0.5
"""Whoever is not served has heard why by then, and the call is over."""


def queue_of(
    queue: QueueName = SUPPORT, *, policy: SitePolicy = ROOMY, **settings: Any
) -> SitePolicy:
    """The site with other settings for one queue."""
    changed = replace(policy.queues[queue], **settings)
    return replace(policy, queues={**policy.queues, queue: changed})


def agent_of(agent_id: AgentId, policy: SitePolicy, **settings: Any) -> SitePolicy:
    """The site with other settings for one agent."""
    changed = replace(policy.agents[agent_id], **settings)
    return replace(policy, agents={**policy.agents, agent_id: changed})


def arrive(floor: TestFloor, dialled: str = "8001", *, number: str = "", **variables: str) -> LegId:
    """A caller arrives for whom the dialplan set these ``callcore_`` variables."""
    floor.clock.advance(0.001)
    switch = floor.switch
    switch.deliver_to(lambda _: None)
    leg_id = switch.call_in(dialled, **({"number": number} if number else {}))
    leg = switch.legs_by_id[leg_id]
    leg.variables |= {f"callcore_{name}": text for name, text in variables.items()}
    switch.deliver_to(floor.worker.deliver)
    switch._park(leg)
    settle()
    return leg_id


def come(floor: TestFloor, *agents: AgentId) -> None:
    """Agents log in as the daemon hears of it."""
    for agent_id in agents:
        log_in(floor, agent_id)
        settle()


def log_in(floor: TestFloor, agent_id: AgentId) -> AgentAnswer:
    """An operator logs an agent in."""
    return floor.worker.office.duty.log_in(agent_id, duty_order(DutyChange.LOG_IN))


def log_out(floor: TestFloor, agent_id: AgentId) -> AgentAnswer:
    """An operator logs an agent out."""
    return floor.worker.office.duty.log_out(agent_id, duty_order(DutyChange.LOG_OUT))


def start_break(floor: TestFloor, agent_id: AgentId) -> AgentAnswer:
    """An operator gives an agent a break as long as ever."""
    order = duty_order(DutyChange.START_BREAK)
    return floor.worker.office.duty.start_break(agent_id, order, ANY_BREAK, None)


def end_break(floor: TestFloor, agent_id: AgentId) -> AgentAnswer:
    """An operator calls an agent back from a break."""
    return floor.worker.office.duty.end_break(agent_id, duty_order(DutyChange.END_BREAK))


def duty_order(what: str) -> DutyOrder:
    """What an operator wants an agent to do."""
    return DutyOrder(what=DutyChange(what), by="eve")


def raise_to(floor: TestFloor, caller: LegId, priority: int) -> int:
    """An operator gives a caller another priority; the effective one is the answer."""
    return floor.worker.operating.set_priority(CallId(caller), priority, by="eve")


def move(floor: TestFloor, caller: LegId, queue: QueueName) -> None:
    """An operator moves a caller."""
    floor.worker.operating.move(CallId(caller), queue, by="eve")
    settle()


def line(floor: TestFloor, *callers: LegId, queue: QueueName = SUPPORT) -> list[int | None]:
    """The places of callers."""
    return [floor.position(caller, queue) for caller in callers]


def place(floor: TestFloor, caller: LegId) -> FloorCall:
    """What the floor knows of a caller."""
    call = floor.store.waiting_room.call(CallId(caller))
    assert call is not None
    return call


def leg_of(floor: TestFloor, agent_id: AgentId) -> LegId:
    """The leg of an agent who is held by an offer or a talk."""
    leg_id = floor.agent(agent_id).leg_id
    assert leg_id is not None
    return leg_id


def pick_up(floor: TestFloor, *agents: AgentId) -> None:
    """Agents' phones are picked up in the same instant, in that order."""
    for leg_id in [leg_of(floor, agent_id) for agent_id in agents]:
        floor.switch._pick_up(floor.switch.legs_by_id[leg_id])


def end_talk(floor: TestFloor, agent_id: AgentId) -> None:
    """The agent hangs up."""
    floor.switch.end(leg_of(floor, agent_id))
    settle()


def rung(floor: TestFloor) -> list[AgentId]:
    """Whose phones were called, in order."""
    return [AgentId(one.variables["callcore_agent"]) for one in floor.switch.requests]


def who_talks_with(floor: TestFloor, caller: LegId) -> AgentId | None:
    """The agent bridged to a caller."""
    partner = floor.switch.legs_by_id[caller].bridged_to
    if partner is None:
        return None
    return AgentId(floor.switch.legs_by_id[partner].variables["callcore_agent"])


def line_of(floor: TestFloor, caller: LegId) -> FakeLeg:
    """The caller's leg on the switch."""
    return floor.switch.legs_by_id[caller]


def done_to(floor: TestFloor, caller: LegId) -> list[str]:
    """The commands for a leg, in order."""
    return [name for name, leg_id in floor.switch.commands if leg_id == caller]


def record_of(floor: TestFloor, caller: LegId) -> CallRecord:
    """The one record of a caller."""
    (record,) = [one for one in floor.records() if one.caller_leg_id == caller]
    return record


def visits_of(record: CallRecord) -> list[tuple[str, str]]:
    """Queue and reason of each visit."""
    return [
        (visit.queue, str(visit.leave_reason or visit.refusal_reason)) for visit in record.visits
    ]


def verdicts(decision: DecisionRecord) -> dict[AgentId, str]:
    """What was found of those passed over."""
    return {passed.agent_id: str(passed.verdict) for passed in decision.passed_over}


def decision_of(record: CallRecord, offer_id: OfferId) -> DecisionRecord:
    """The decision that led to an offer."""
    (decision,) = [one for one in record.decisions if one.offer_id == offer_id]
    return decision
