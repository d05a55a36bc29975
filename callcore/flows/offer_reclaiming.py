"""Offers of a call that nobody follows: another process made them, and has gone.

Whoever goes on with the call goes on with its offers: a phone that rings is not silenced for it,
nor the caller offered anew. What cannot be gone on with is withdrawn, with the reason. The agent's
leg is ended before the agent is free for others.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from callcore.domain.agents import AgentState
from callcore.domain.ids import AgentId, CallId, LegId, Micros, NodeName
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.policies import QueuePolicy
from callcore.domain.records import OfferRecord
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.healing import Healing
from callcore.flows.messages import LineGivenBack, OfferFound
from callcore.flows.offers_found import OffersFound
from callcore.flows.reserving import lease_seconds, rings_many
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import FloorAgent, FloorCall, Reservation
from callcore.ports.telephony import SwitchUnavailableError

_OPEN = frozenset({AgentState.RESERVED, AgentState.RINGING})

_WITHDRAWN_CAUSE = "ORIGINATOR_CANCEL"


class Withdrawal(StrEnum):
    """Why an offer is not gone on with."""

    CALLER_ELSEWHERE = "offer_withdrawn"
    """The caller does not wait any more, or not in a queue of the settings."""
    AGENT_ELSEWHERE = "offer_agent_elsewhere"
    """The floor has the agent at something else."""
    AGENT_UNKNOWN = "offer_agent_unknown"
    """The agent is in the settings no more."""
    LEASE_OVER = "offer_lease_over"


class OfferReclaiming:
    """Finds the offers of calls, and withdraws them."""

    def __init__(
        self, site: Site, switchboard: Switchboard, freeing: AgentFreeing, healing: Healing
    ) -> None:
        self._site = site
        self._switchboard = switchboard
        self._freeing = freeing
        self._healing = healing

    def open_of(self, call: FloorCall | None) -> OffersFound:
        """The offers of a call that waits which are to be gone on with; the others are withdrawn.

        One read for each offer. Raises ``StoreError``.
        """
        found: list[OfferFound] = []
        withdrawn: list[OfferRecord | None] = []
        for reservation in call.offers if call is not None else ():
            agent = self._site.roster.agent(reservation.agent_id)
            hindrance = self._hindrance(reservation, agent)
            if call is None or agent is None or hindrance is not None:
                reason = hindrance or Withdrawal.AGENT_UNKNOWN
                withdrawn.append(self._withdraw(call, reservation, reason, agent))
            else:
                found.append(self._found(call, reservation, agent))
        return self._found_ones(found, withdrawn)

    def none(self) -> OffersFound:
        """Those of a call that is promised to nobody."""
        return self._found_ones([])

    def withdraw(
        self, call: FloorCall, but: LegId | None = None, *, is_caller_waiting: bool = True
    ) -> OffersFound:
        """Ends all of a call's offers, or all but that of the agent's leg the caller talks with.

        Raises ``StoreError``.
        """
        withdrawn = [
            self._withdraw(
                call,
                reservation,
                Withdrawal.CALLER_ELSEWHERE,
                self._site.roster.agent(reservation.agent_id),
                is_caller_waiting=is_caller_waiting,
            )
            for reservation in call.offers
            if reservation.leg_id != but
        ]
        return self._found_ones([], withdrawn)

    def silence(
        self, reservation: Reservation, node: NodeName | None, agent: FloorAgent | None
    ) -> None:
        """Ends the agent's leg of an offer that is withdrawn, or gives the agent's line back.

        What cannot be commanded now is found and done later.
        """
        line = agent.standing_leg if agent is not None else None
        if line is not None and line.leg_id == reservation.leg_id:
            given_back = LineGivenBack(call_id=reservation.call_id)
            self._switchboard.post(CallId(line.leg_id), given_back, line.node)
            return
        switch = None if node is None else self._site.switches.get(node)
        if switch is None or self._switchboard.node_of_line(reservation.leg_id) is not None:
            return
        try:
            switch.hang_up(reservation.leg_id, _WITHDRAWN_CAUSE)
        except SwitchUnavailableError:
            return

    def _found_ones(
        self, offers: Sequence[OfferFound], withdrawn: Sequence[OfferRecord | None] = ()
    ) -> OffersFound:
        return OffersFound(
            *(self._site, self._switchboard, self._freeing, self._healing, offers),
            withdrawn=[offer for offer in withdrawn if offer is not None],
        )

    def _hindrance(self, reservation: Reservation, agent: FloorAgent | None) -> Withdrawal | None:
        if agent is None or reservation.agent_id not in self._site.policy.agents:
            return Withdrawal.AGENT_UNKNOWN
        if agent.state not in _OPEN or agent.offer_id != reservation.offer_id:
            return Withdrawal.AGENT_ELSEWHERE
        if agent.lease_until is not None and agent.lease_until <= self._site.clock.now():
            return Withdrawal.LEASE_OVER
        return None

    def _found(self, call: FloorCall, reservation: Reservation, agent: FloorAgent) -> OfferFound:
        queue = self._site.queue_now(QueuePolicy(name=call.queue))
        line = agent.standing_leg
        return OfferFound(
            reservation=Reservation(
                offer_id=reservation.offer_id,
                call_id=reservation.call_id,
                agent_id=reservation.agent_id,
                queue=reservation.queue,
                leg_id=reservation.leg_id,
                lease_seconds=self._lease_seconds(queue, agent.agent_id, call),
                is_additional=rings_many(queue),
            ),
            reserved_at=agent.reserved_at or agent.since,
            ringing_at=_ringing_at(agent),
            line_node=line.node if line and line.leg_id == reservation.leg_id else None,
        )

    def _lease_seconds(self, queue: QueuePolicy, agent_id: AgentId, call: FloorCall) -> float:
        agent = self._site.policy.agents.get(agent_id)
        return lease_seconds(queue, agent, is_callback=call.callback is not None)

    def _withdraw(
        self,
        call: FloorCall | None,
        reservation: Reservation,
        reason: Withdrawal,
        agent: FloorAgent | None,
        *,
        is_caller_waiting: bool = True,
    ) -> OfferRecord | None:
        withdrawn = as_withdrawn(reservation, agent, self._site.clock.now())
        node = None if call is None else node_of_legs(call)
        self.silence(reservation, node, agent)
        self._freeing.after_lost_offer(
            reservation,
            OfferLostReason.RECLAIMED,
            is_caller_waiting=is_caller_waiting,
            found=withdrawn,
        )
        if node is not None and is_caller_waiting:
            self._healing.of_call(
                "agent", reservation.agent_id, reason, node=node, call_id=reservation.call_id
            )
        return withdrawn


def as_withdrawn(
    reservation: Reservation, agent: FloorAgent | None, at: Micros
) -> OfferRecord | None:
    """What the record is to have of an offer that is withdrawn ``at`` that instant; ``None`` if the
    floor has the agent at something else, and no instants of the offer.
    """
    if agent is None or agent.state not in _OPEN or agent.offer_id != reservation.offer_id:
        return None
    return OfferRecord(
        offer_id=reservation.offer_id,
        queue=reservation.queue,
        agent_id=reservation.agent_id,
        leg_id=reservation.leg_id,
        reserved_at=agent.reserved_at or agent.since,
        ringing_at=_ringing_at(agent),
        ended_at=at,
        lost_reason=OfferLostReason.RECLAIMED,
    )


def _ringing_at(agent: FloorAgent) -> Micros | None:
    return agent.since if agent.state is AgentState.RINGING else None


def node_of_legs(call: FloorCall) -> NodeName:
    """Where the legs of a call are, or will be: of a promise those of its customer and agents."""
    return call.node if call.callback is None else call.callback.node
