"""What the facts of agents count."""

from __future__ import annotations

from functools import partial

from callcore.adapters.prom.agent_families import STAYING, TAKEN_BACK, AgentFamilies
from callcore.adapters.prom.fact_table import FactTable
from callcore.adapters.prom.metrics import Metrics
from callcore.domain import events


def fill(table: FactTable, metrics: Metrics) -> None:
    """Enters the facts of agents."""
    agents = metrics.agents
    table.count(events.AgentChanged, partial(_changed, agents))
    table.count(
        events.AgentWished,
        lambda fact: agents.wishes.add(fact.wish.state if fact.wish else TAKEN_BACK),
    )
    table.count_nothing(events.AgentHeld)  # who is held now is read from the floor
    table.count(events.AgentMissedTooMany, lambda fact: agents.missed_too_many.add(fact.queue))
    table.count(events.BreakOverrun, lambda fact: agents.overruns.add(fact.break_code))
    table.count(events.WrapUpExtended, lambda _: agents.wrap_up_extensions.add())
    table.count(events.AgentLockedOut, lambda _: agents.lockouts.add())
    table.count(
        events.FeatureCodeDialled, lambda fact: agents.feature_codes.add(fact.code, fact.answer)
    )


def _changed(agents: AgentFamilies, fact: events.AgentChanged) -> None:
    if fact.reason not in STAYING:
        agents.changes.add(fact.state)
