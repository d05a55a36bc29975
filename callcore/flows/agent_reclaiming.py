"""Agents held by a call that is no more."""

from __future__ import annotations

from collections.abc import Callable, Collection

from callcore.domain.agents import AgentState
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import CallId, OfferId
from callcore.domain.outcomes import OfferLostReason
from callcore.flows import whereabouts
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.offer_reclaiming import OfferReclaiming, as_withdrawn, node_of_legs
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import FloorAgent, FloorCallState

HOLDING_STATES = frozenset({AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING})


class AgentReclaiming:
    """Frees them. ``resume`` goes on with a promised callback that nobody follows; ``heal`` tells
    what was mended: the kind of thing, which, and why.
    """

    def __init__(
        self,
        site: Site,
        switchboard: Switchboard,
        freeing: AgentFreeing,
        offers: OfferReclaiming,
        resume: Callable[[CallId], object],
        heal: Callable[[str, str, str], None],
    ) -> None:
        self._site = site
        self._switchboard = switchboard
        self._freeing = freeing
        self._offers = offers
        self._resume = resume
        self._heal = heal

    def is_held_by_nothing(self, agent: FloorAgent) -> bool:
        """True if no script follows the agent's call, which is ours, and it is over, or is with
        another agent, or on a switch that was taken out of the settings.
        """
        if agent.state not in HOLDING_STATES or agent.call_id is None:
            return False
        if self._switchboard.node_of(agent.call_id) is not None:
            return False
        call = self._site.waiting_room.call(agent.call_id)
        node = CALLBACKS if call is None else whereabouts.node_of(call)
        if not self._site.is_ours(node, agent.call_id):
            return False
        if call is None or call.state is FloorCallState.ENDED:
            return True
        if call.node != CALLBACKS and call.node not in self._site.switches:
            return True
        return agent.offer_id not in {call.offer_id, *(offer.offer_id for offer in call.offers)}

    def free_held_by_nothing(self) -> None:
        """Frees all of them. Asked again: a call may have ended after the roster was read."""
        for agent in self._site.roster.agents():
            if not self.is_held_by_nothing(agent):
                continue
            now = self._site.roster.agent(agent.agent_id)
            if now is not None and (now.state, now.offer_id) == (agent.state, agent.offer_id):
                self.free(now, "held_by_nothing")

    def free_held_by(self, offers: Collection[OfferId], reason: str) -> None:
        """Frees whoever these offers and talks still hold."""
        for agent in self._site.roster.agents() if offers else ():
            if agent.state in HOLDING_STATES and agent.offer_id in offers:
                self.free(agent, reason)

    def free(self, agent: FloorAgent, reason: str) -> None:
        """Frees an agent from an offer or a conversation that is no more."""
        reservation = agent.reservation
        if reservation is None:
            return
        if agent.state is AgentState.TALKING:
            self._freeing.after_talk(reservation)
        else:
            call = self._site.waiting_room.call(reservation.call_id)
            self._offers.silence(reservation, None if call is None else node_of_legs(call), agent)
            self._freeing.after_lost_offer(
                reservation,
                OfferLostReason.RECLAIMED,
                is_caller_waiting=True,
                found=as_withdrawn(reservation, agent, self._site.clock.now()),
            )
            self._resume(reservation.call_id)
        self._heal("agent", agent.agent_id, reason)
