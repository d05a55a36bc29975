"""Ending what nobody ended: leases and rests whose process died or whose step failed.

The ordinary end of a wrap-up or a rest is a timer of the process that began it; the watch comes a
little later and finds only what was left over.
"""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.agents import AgentState
from callcore.domain.events import FlowFailed, StoreFailed
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
        floor_emptied: Callable[[], None],
    ) -> None:
        self._site = site
        self._switchboard = switchboard
        self._freeing = freeing
        self._reclaiming = reclaiming
        self._floor_emptied = floor_emptied
        self._epoch: str | None = None

    def run(self) -> None:
        """Watches for ever."""
        while True:
            try:
                seconds = self.look()
            except Exception as error:  # noqa: BLE001 - without the watch agents stay stuck
                now = self._site.clock.now()
                fault = FlowFailed(at=now, flow="lease_watch", reason=repr(error))
                self._site.facts.publish(fault)
                seconds = LONGEST_SLEEP_SECONDS
            self._site.clock.sleep(seconds)

    def look(self) -> float:
        """Ends what is overdue; how many seconds until the next look."""
        try:
            self._look_for_loss()
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

    def _look_for_loss(self) -> None:
        """Finds out that Redis came back without its data."""
        epoch = self._site.epoch()
        if self._epoch is not None and epoch != self._epoch:
            self._floor_emptied()  # tried again at the next look, should it fail
        self._epoch = epoch

    def _end(self, agent: FloorAgent) -> None:
        match agent.state:
            case AgentState.AVAILABLE:
                self._freeing.wake(agent.agent_id)
            case AgentState.WRAPPING_UP if agent.reservation is not None:
                self._freeing.end_wrap_up(agent.reservation, agent.since)
            case AgentState.RESERVED | AgentState.RINGING if self._may_free(agent):
                self._reclaiming.free(agent, "lease_expired")
            case _:
                pass

    def _may_free(self, agent: FloorAgent) -> bool:
        """An offer followed here has its own timers, and may hold the agent for a slow bridge; one
        of a process before us may turn out to be a conversation once the switch was asked.
        """
        is_followed = agent.leg_id is not None and self._switchboard.follows(agent.leg_id)
        return self._reclaiming.has_compared and not is_followed
