"""The live view at the terminal: what it is told and what it reads."""

from __future__ import annotations

from callcore.adapters.redisdb.floor import Floor
from callcore.adapters.terminal.view import Sources, TerminalView
from callcore.bootstrap.readiness import Readiness
from callcore.domain.ids import AgentId
from callcore.flows.policies import Policies
from callcore.ports.surroundings import Clock


def view_of(
    policies: Policies, url: str, floor: Floor, readiness: Readiness, clock: Clock
) -> TerminalView:
    """A view of the whole site, as it is configured at the moment."""

    def name_of(agent_id: AgentId) -> str:
        agent = policies.current.agents.get(agent_id)
        return agent_id if agent is None else agent.name

    sources = Sources(
        counts=lambda: floor.waiting_room.counts(tuple(policies.current.queues)),
        agents=floor.roster.agents,
        parts=readiness.parts,
        now=clock.now,
        name_of=name_of,
    )
    urls = tuple(f"{url}{page}" for page in ("metrics", "healthz", "readyz"))
    return TerminalView(f"callcore {policies.current.site}", urls, sources)
