"""A floor to be read at scrape time."""

from __future__ import annotations

from dataclasses import replace

from callcore.adapters.prom import collector
from callcore.domain.agents import AgentState
from callcore.domain.ids import (
    AgentId,
    Micros,
)
from callcore.ports.stores import FloorAgent, QueueCounts
from tests.adapters.prom.facts import (
    NOW,
    SUPPORT,
)

LONG_AGO = Micros(NOW - 42_500_000)


def counts(waiting=2, oldest=LONG_AGO):
    return QueueCounts(
        queue=SUPPORT,
        waiting_count=waiting,
        offered_count=1,
        free_agents_count=1,
        staffed_count=3,
        promises_count=4,
        deferred_count=3,
        oldest_joined_at=oldest,
    )


def agent(name, state, **parts):
    floor_agent = FloorAgent(
        agent_id=AgentId(name),
        state=state,
        since=NOW,
        queues=(SUPPORT,),
        call_id=None,
        offer_id=None,
        queue=None,
        leg_id=None,
        lease_until=None,
        miss_count=0,
    )
    return replace(floor_agent, **parts)


def floor_collector(**changes):
    reads = {
        "counts": lambda: [counts()],
        "agents": lambda: [
            agent("anna", AgentState.AVAILABLE),
            agent("bert", AgentState.TALKING),
            agent("cora", AgentState.ON_BREAK),
        ],
        "records_pending": lambda: 7,
        "changes_pending": lambda: 11,
        "now": lambda: NOW,
    }
    return collector.FloorCollector(**(reads | changes))
