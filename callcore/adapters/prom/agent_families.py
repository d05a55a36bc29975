"""What is counted of agents, and of what they dial to change what they do."""

from __future__ import annotations

from callcore.adapters.prom.families import Families
from callcore.domain.agents import AgentReason, AgentState
from callcore.domain.feature_answers import FeatureAnswer
from callcore.domain.policies import FeatureCode

TAKEN_BACK = "taken_back"
"""In place of the state wished for."""

STAYING = frozenset(
    {
        AgentReason.BREAK_OVERRUN,
        AgentReason.HOLDS_CHANGED,
        AgentReason.QUEUES_CHOSEN,
        AgentReason.WRAP_UP_EXTENDED,
    }
)
"""What changes of an agent without another state."""

_WISHES = (AgentState.ON_BREAK, AgentState.LOGGED_OUT, TAKEN_BACK)


class AgentFamilies:
    """Families by state, break code or feature code; never by agent."""

    def __init__(self, families: Families) -> None:
        self.changes = families.counters(
            "callcore_agent_changes_total", "Changes of agents into a state.", "state"
        )
        self.wishes = families.counters(
            "callcore_agent_wishes_total",
            "What agents who held a call were to do after it: `on_break` or `logged_out`, or "
            "`taken_back`.",
            "state",
        )
        self.missed_too_many = families.counters(
            "callcore_agent_missed_too_many_total",
            "Agents who were given a break for so many missed calls in a row, by the queue of the "
            "last one.",
            "queue",
        )
        self.overruns = families.counters(
            "callcore_agent_break_overruns_total",
            "Breaks that became longer than their code allows.",
            "break_code",
        )
        self.wrap_up_extensions = families.counters(
            "callcore_agent_wrap_up_extensions_total", "Times a wrap-up was extended."
        )
        self.lockouts = families.counters(
            "callcore_agent_lockouts_total",
            "Agents of whom no PIN is taken for a while, after so many wrong ones.",
        )
        self.feature_codes = families.counters(
            "callcore_agent_feature_codes_total",
            "Feature codes that were dialled, by what came of it.",
            "code",
            "answer",
        )
        for wish in _WISHES:
            self.wishes.add(wish, amount=0.0)
        for code in FeatureCode:
            for answer in FeatureAnswer:
                self.feature_codes.add(code, answer, amount=0.0)
