"""Ending what nobody ended: leases and rests whose process died or whose step failed.

The ordinary end of a wrap-up or a rest is a timer of the process that began it; the watch comes a
little later and finds only what was left over. A break is not ended, but told of once when it has
become too long.
"""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain import duty
from callcore.domain.agents import ANY_BREAK, AgentState
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import BreakOverrun, FlowFailed, StoreFailed
from callcore.domain.ids import AgentId
from callcore.flows import whereabouts
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.reclaiming import Reclaiming
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import FloorAgent, StoreError, StoreUnavailableError

GRACE_SECONDS = 1.0
"""How long the process that holds a lease has the first go at ending it."""

LONGEST_SLEEP_SECONDS = 15.0
"""A lease made while the watch sleeps lasts at least as long as a phone rings."""

AFTER_FAILURE_SECONDS = 1.0
"""Redis may come back without its data: nobody is served until that is found out."""

LONGEST_AMONG_SEVERAL_SECONDS = 2.0
"""One made by another worker, which may be gone when it ends, may last no longer than a wrap-up."""

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
        self._is_mending = False
        self._perhaps_overrun: set[AgentId] = set()
        """Whose overrun may have been noted without our hearing it."""

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
            self.look_for_loss()
            self._tell_unheard_overruns()
            for agent in self._site.roster.expired(BATCH):
                self._end(agent)
            until = self._site.roster.next_expiry_seconds()
        except StoreError as error:
            self._site.facts.publish(
                StoreFailed(at=self._site.clock.now(), store="redis", reason=str(error))
            )
            return AFTER_FAILURE_SECONDS
        has_colleagues = bool(self._site.tenure.colleagues)
        longest = LONGEST_AMONG_SEVERAL_SECONDS if has_colleagues else LONGEST_SLEEP_SECONDS
        return longest if until is None else min(until + GRACE_SECONDS, longest)

    def look_for_loss(self) -> None:
        """Finds out that Redis came back without its data. May raise ``StoreError``."""
        if self._is_mending:
            return
        self._is_mending = True
        try:
            epoch = self._site.epoch()
            if self._epoch is not None and epoch != self._epoch:
                self._floor_emptied()  # tried again at the next look, should it fail
            self._epoch = epoch
        finally:
            self._is_mending = False

    def _end(self, agent: FloorAgent) -> None:
        match agent.state:
            case AgentState.AVAILABLE:
                self._freeing.wake(agent.agent_id)
            case AgentState.WRAPPING_UP if agent.reservation is not None:
                self._freeing.end_wrap_up(agent.reservation, agent.since)
            case AgentState.RESERVED | AgentState.RINGING if self._may_free(agent):
                self._reclaiming.free(agent, "lease_expired")
            case AgentState.ON_BREAK:
                self._note_overrun(agent)
            case _:
                pass

    def _note_overrun(self, agent: FloorAgent) -> None:
        try:
            is_noted = self._site.roster.note_overrun(agent.agent_id)
        except StoreUnavailableError:
            self._perhaps_overrun.add(agent.agent_id)
            raise
        if is_noted:
            self._tell_overrun(agent)

    def _tell_unheard_overruns(self) -> None:
        for agent_id in tuple(self._perhaps_overrun):
            agent = self._site.roster.agent(agent_id)
            self._perhaps_overrun.discard(agent_id)
            if agent is not None and agent.is_overrun:
                self._tell_overrun(agent)

    def _tell_overrun(self, agent: FloorAgent) -> None:
        code = agent.break_code or ANY_BREAK
        known = duty.breaks(self._site.policy).get(code)
        most_seconds = known.maximum_seconds if known is not None else None
        self._site.facts.publish(
            BreakOverrun(
                at=self._site.clock.now(),
                agent_id=agent.agent_id,
                break_code=code,
                maximum_seconds=most_seconds or 0.0,
            )
        )

    def _may_free(self, agent: FloorAgent) -> bool:
        """An offer followed here has its own timers, and may hold the agent for a slow bridge; one
        of a process before us may turn out to be a conversation once the switch was asked. One of
        another worker's call is for that one to end. May raise ``StoreError``.
        """
        leg_id = agent.leg_id
        is_followed = leg_id is not None and self._switchboard.claimant_of(leg_id) is not None
        if is_followed or not self._reclaiming.has_compared:
            return False
        return self._site.tenure.is_alone or self._is_of_our_call(agent)

    def _is_of_our_call(self, agent: FloorAgent) -> bool:
        if agent.call_id is None:
            return True
        call = self._site.waiting_room.call(agent.call_id)
        node = CALLBACKS if call is None else whereabouts.node_of(call)
        return self._site.is_ours(node, agent.call_id)
