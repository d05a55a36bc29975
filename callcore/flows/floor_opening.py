"""Making the roster known to the floor, without disturbing who is at work."""

from __future__ import annotations

from callcore.domain.agents import AgentState
from callcore.domain.events import AgentChanged
from callcore.domain.ids import AgentId
from callcore.flows.posts import posts_of
from callcore.flows.site import Site
from callcore.ports.stores import AgentAnswer


def open_floor(site: Site, were_staffed: frozenset[AgentId] = frozenset()) -> None:
    """Enrols every agent of the policy and logs in those who begin logged in.

    After a loss of data also those who ``were_staffed``: the agents sit where they sat.

    An agent who has ever been logged in keeps the state: a restart logs nobody out, and one who
    logged out stays so. One who is no longer in the policy serves no queue and is logged out as
    soon as a talk in progress allows. May raise ``StoreUnavailableError``.
    """
    known = {agent.agent_id: agent for agent in site.roster.agents()}
    for agent_id in known.keys() - site.policy.agents.keys():
        site.roster.enrol(agent_id, (), "")
        site.roster.log_out(agent_id, site.ids.request_id())
    for agent in site.policy.agents.values():
        site.roster.enrol(agent.agent_id, posts_of(agent, site.policy), agent.name)
        before = known.get(agent.agent_id)
        has_been_logged_in = before is not None and before.since > 0
        may_be_logged_in = agent.logged_in_at_start or agent.agent_id in were_staffed
        if has_been_logged_in or not may_be_logged_in:
            continue
        if site.roster.log_in(agent.agent_id, site.ids.request_id()) is AgentAnswer.DONE:
            site.facts.publish(
                AgentChanged(
                    at=site.clock.now(),
                    agent_id=agent.agent_id,
                    state=AgentState.AVAILABLE,
                    reason="logged_in_at_start" if agent.logged_in_at_start else "was_staffed",
                )
            )
