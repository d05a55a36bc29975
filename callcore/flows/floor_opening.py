"""Making the roster known to the floor when a process begins, or the floor is lost."""

from __future__ import annotations

from callcore.domain.agents import AgentReason
from callcore.flows.floor_memory import Seats
from callcore.flows.roster_work import RosterWork
from callcore.flows.site import Site
from callcore.ports.stores import FloorAgent


def open_floor(site: Site, seats: Seats | None = None) -> None:
    """Enrols every agent of the policy and logs in those who begin logged in.

    After a loss of data the agents sit where they sat by ``seats``, whoever begins logged in: who
    was logged out is not asked, and who was on a break is on it again. A floor that has kept what
    it knew, or what it knew a while ago, is told what it does not know. May raise
    ``StoreUnavailableError``.
    """
    known = {agent.agent_id: agent for agent in site.roster.agents()}
    work = RosterWork(site, known)
    agents = site.policy.agents
    work.let_go()
    if seats is None:
        work.enrol(agents)
        work.log_in(
            (agent_id for agent_id, agent in agents.items() if agent.logged_in_at_start),
            AgentReason.SETTINGS,
        )
    else:
        ahead = seats.ahead_of(known.values())
        work.enrol(agents, seats.staffed)
        work.log_in(
            (one for one in agents if one in seats.staffed or one in seats.breaks),
            AgentReason.FLOOR_LOST,
        )
        work.send_on_break(
            {
                one: code
                for one, code in seats.breaks.items()
                if one in agents and _is_new(known.get(one))
            }
        )
        work.set_right({one: last for one, last in ahead.items() if one in agents})
    work.do()


def _is_new(agent: FloorAgent | None) -> bool:
    """True of one whom the floor had forgotten, even if the telling was broken off half way."""
    return agent is None or not agent.since or agent.reason == AgentReason.FLOOR_LOST
