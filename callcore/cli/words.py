"""Decisions in plain words. What is kept of them is exact; this is for people."""

from __future__ import annotations

from collections.abc import Sequence

from callcore.adapters.terminal.words import printable, spoken
from callcore.domain.ids import AgentId
from callcore.domain.policies import Strategy
from callcore.domain.records import DecisionRecord
from callcore.domain.routing import Verdict

MOST_AGENTS = 30
"""More in one group are only counted."""

ORDERS: dict[Strategy, str] = {
    Strategy.LONGEST_IDLE: "whoever has been free longest is asked first",
    Strategy.ROUND_ROBIN: "whoever was asked longest ago is asked first",
    Strategy.TOP_DOWN: "they are asked by position, on from the one asked last",
    Strategy.LEAST_TALK_TIME: "whoever has talked least is asked first",
    Strategy.FEWEST_CALLS: "whoever has had the fewest calls is asked first",
    Strategy.SEQUENTIAL: "they are asked by position, always from the first",
    Strategy.RANDOM: "they are asked in random order",
    Strategy.RING_ALL: "all are rung at once, as far as may ring",
    Strategy.RING_PROGRESSIVELY: "they are rung by position, one more from time to time",
}
"""The order in which free agents are asked."""

AGAINST: dict[Verdict, str] = {
    Verdict.CHOSEN: "was to be asked too",
    Verdict.RANKED_LATER: "later in the order",
    Verdict.LEVEL_CLOSED: "not on an open level",
    Verdict.LACKS_SKILL: "lacks a skill",
    Verdict.KEPT_FOR_STICKY: "the caller is kept for another",
    Verdict.TRIED_BEFORE: "had their turn",
    Verdict.RINGS_ALREADY: "rings for this caller already",
    Verdict.NO_LINE: "has no line at the caller's switch",
}
"""What stands between a caller and a free agent."""

_TRIGGERS = {
    "caller_joined": "the caller had just joined",
    "relaxation": "after that wait more agents might be asked",
    "callback_due": "the customer might be called from then on",
}


def because(decision: DecisionRecord, offered_to: Sequence[AgentId]) -> str:
    """What called for a decision and what settled whom it fell on."""
    asked = agents(offered_to)
    if decision.trigger == "agent_free":
        first = f"{asked} had just become free; this caller came first of those {asked} may take"
        return f"{first}; {asked} talked with the caller last" if decision.is_sticky else first
    reasons = [_TRIGGERS.get(decision.trigger, spoken(decision.trigger))]
    verdicts = {one.verdict for one in decision.passed_over}
    if decision.is_sticky:
        reasons.append(f"{asked} talked with the caller last")
    elif Verdict.RANKED_LATER in verdicts or len(offered_to) > 1:
        reasons.append(ORDERS[decision.strategy])
    else:
        reasons.append(f"of those free only {asked} came into question")
    return "; ".join(reasons)


def against(verdict: Verdict, detail: str) -> str:
    """What stands between a caller and a free agent, and what it takes to differ."""
    told = AGAINST[verdict]
    if not detail or verdict is Verdict.RANKED_LATER:
        return told
    return f"{told}: {printable(detail)}"


def demanded(open_level: int, skill_rule: str) -> str:
    """Which agents might be asked."""
    level = (
        f"agents up to level {open_level}" if open_level else "nobody: no agent serves the queue"
    )
    return f"{level} with {printable(skill_rule)}" if skill_rule else level


def agents(ids: Sequence[AgentId]) -> str:
    """Agents by id, as many as can be taken in."""
    told = ", ".join(printable(one) for one in ids[:MOST_AGENTS])
    left = len(ids) - MOST_AGENTS
    return f"{told} and {left} more" if left > 0 else told
