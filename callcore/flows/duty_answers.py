"""What operators are told of a change of an agent's presence: the thing and the remedy."""

from __future__ import annotations

from callcore.domain import duty
from callcore.domain.agents import AgentState, HoldReason
from callcore.domain.ids import AgentId
from callcore.domain.policies import AgentPolicy, FeatureCode, SitePolicy
from callcore.ports.operations import DutyChange
from callcore.ports.stores import FloorAgent

_AT_A_CALL = frozenset({AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING})
_OF_WRAP_UPS = frozenset({DutyChange.END_WRAP_UP, DutyChange.EXTEND_WRAP_UP})


def refusal(agent: FloorAgent, what: DutyChange) -> str:
    """What the agent is doing, by which a change is refused, and what to do."""
    call = f" (call {agent.call_id})" if agent.call_id is not None else ""
    doing = f"agent {agent.agent_id} is {agent.state.replace('_', ' ')}{call}"
    match what, agent.state:
        case _, AgentState.LOGGED_OUT:
            return f"{doing}: log in first"
        case DutyChange.END_BREAK, AgentState.WRAPPING_UP:
            return f"{doing}, not on a break: there is none to end"
        case change, AgentState.ON_BREAK if change in _OF_WRAP_UPS:
            return f"{doing}, not wrapping up: end the break instead"
        case change, AgentState.AVAILABLE if change in _OF_WRAP_UPS:
            return f"{doing}, not wrapping up: there is nothing to extend"
        case change, state if change in _OF_WRAP_UPS and state in _AT_A_CALL:
            return f"{doing}, not wrapping up: ask again when the call is over"
        case _:
            return f"{doing} by now: ask again"


def gone(agent_id: AgentId) -> str:
    """An agent who is no longer in the settings does not stay."""
    return (
        f"agent {agent_id} is no longer in the settings and goes after the call: put the agent "
        "there again and reload"
    )


def standing_refusal(agent_id: AgentId, policy: SitePolicy) -> str:
    """An agent who stays on the line is logged in by dialling in."""
    numbers = [
        number for number, code in policy.feature_codes.items() if code is FeatureCode.LOG_IN
    ]
    remedy = (
        f"dial {numbers[0]} from the phone and stay on the line"
        if numbers
        else "no feature code logs in, so add one to the settings"
    )
    return f"agent {agent_id} has a standing connection, which is not there: {remedy}"


def warnings(agent: FloorAgent, known: AgentPolicy | None, policy: SitePolicy) -> tuple[str, ...]:
    """Why an agent who has logged in will not be asked."""
    found = []
    contact = known.contact if known is not None else "the phone"
    if HoldReason.UNREGISTERED in agent.holds:
        found.append(f"{contact} is not registered: no calls before it is")
    if HoldReason.OUTSIDE_CALL in agent.holds:
        found.append(f"{contact} is on a call of its own: no calls before it has ended")
    if known is None or not duty.served(known, policy):
        found.append("the agent serves no queue: no calls before the settings give one")
    return tuple(found)
