"""The live view at the terminal: what it is told and what it reads."""

from __future__ import annotations

from callcore.adapters.redisdb.floor import Floor
from callcore.adapters.terminal.view import Sources, TerminalView
from callcore.bootstrap.readiness import Readiness
from callcore.domain.policies import SitePolicy
from callcore.ports.surroundings import Clock


def view_of(
    policy: SitePolicy, url: str, floor: Floor, readiness: Readiness, clock: Clock
) -> TerminalView:
    """A view of the whole site."""
    queues = tuple(policy.queues)
    sources = Sources(
        counts=lambda: floor.waiting_room.counts(queues),
        agents=floor.roster.agents,
        parts=readiness.parts,
        now=clock.now,
        agent_names={agent.agent_id: agent.name for agent in policy.agents.values()},
    )
    urls = tuple(f"{url}{page}" for page in ("metrics", "healthz", "readyz"))
    return TerminalView(f"callcore {policy.site}", urls, sources)
