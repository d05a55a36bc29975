"""Ending what nobody ended: leases and rests whose process died or whose step failed.

The ordinary end of a wrap-up or a rest is a timer of the process that began it; the watch comes a
little later and finds only what was left over.
"""

from __future__ import annotations

from callcore.domain.agents import AgentState
from callcore.domain.events import StoreFailed
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.reclaiming import Reclaiming
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import FloorAgent, StoreError

GRACE_SECONDS = 1.0
"""How long the process that holds a lease has the first go at ending it."""

LONGEST_SLEEP_SECONDS = 15.0
"""A lease made while the watch sleeps lasts at least as long as a phone rings."""

BATCH = 100


class LeaseWatch:
    """Looks at the leases when the next one is due."""

    def __init__(
        self,
        site: Site,
        switchboard: Switchboard,
        freeing: AgentFreeing,
        reclaiming: Reclaiming,
    ) -> None:
        self._site = site
        self._switchboard = switchboard
        self._freeing = freeing
        self._reclaiming = reclaiming

    def run(self) -> None:
        """Watches for ever."""
        while True:
            self._site.clock.sleep(self.look())

    def look(self) -> float:
        """Ends what is overdue; how many seconds until the next look."""
        try:
            for agent in self._site.roster.expired(BATCH):
                self._end(agent)
            until = self._site.roster.next_expiry_seconds()
        except StoreError as error:
            self._site.facts.publish(
                StoreFailed(at=self._site.clock.now(), store="redis", reason=str(error))
            )
            return LONGEST_SLEEP_SECONDS
        if until is None:
            return LONGEST_SLEEP_SECONDS
        return min(until + GRACE_SECONDS, LONGEST_SLEEP_SECONDS)

    def _end(self, agent: FloorAgent) -> None:
        match agent.state:
            case AgentState.AVAILABLE:
                self._freeing.wake(agent.agent_id)
            case AgentState.WRAPPING_UP if agent.reservation is not None:
                self._freeing.end_wrap_up(agent.reservation, agent.since)
            case AgentState.RESERVED | AgentState.RINGING if not self._is_followed(agent):
                self._reclaiming.free(agent, "lease_expired")
            case _:
                pass

    def _is_followed(self, agent: FloorAgent) -> bool:
        """An offer followed here has its own timers, and may hold the agent for a slow bridge."""
        return agent.leg_id is not None and self._switchboard.follows(agent.leg_id)
