"""Making the roster known to the floor when a process begins, or the floor is lost."""

from __future__ import annotations

from callcore.domain.agents import AgentReason
from callcore.domain.ids import AgentId
from callcore.flows.roster_work import RosterWork
from callcore.flows.site import Site


def open_floor(site: Site, were_staffed: frozenset[AgentId] = frozenset()) -> None:
    """Enrols every agent of the policy and logs in those who begin logged in.

    After a loss of data also those who ``were_staffed``: the agents sit where they sat. May raise
    ``StoreUnavailableError``.
    """
    work = RosterWork(site, {agent.agent_id: agent for agent in site.roster.agents()})
    agents = site.policy.agents
    at_start = [agent_id for agent_id, agent in agents.items() if agent.logged_in_at_start]
    work.let_go()
    work.enrol(agents)
    work.log_in(at_start, AgentReason.SETTINGS)
    work.log_in(
        (one for one in agents if one in were_staffed and one not in at_start),
        AgentReason.FLOOR_LOST,
    )
    work.do()
