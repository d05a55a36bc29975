"""Offers that another process made, and what became of their agents' legs meanwhile.

Whoever goes on with the call claims the legs first and looks at them then: what happens before the
look is seen by it, what happens after it is heard.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from callcore.domain.ids import CallId, LegId, OfferId
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.records import OfferRecord
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.call import Call
from callcore.flows.healing import Healing
from callcore.flows.messages import CustomerFound, OfferFound
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import FloorCall
from callcore.ports.switch_events import LegSnapshot
from callcore.ports.telephony import TelephonyError

GONE = "offer_leg_gone"
"""The phone has stopped ringing, or the line has ended, while nobody listened."""

UNSEEN = "offer_leg_unseen"
"""The switch did not say whether the phone was called."""


class OffersFound:
    """The offers of one call."""

    def __init__(
        self,
        site: Site,
        switchboard: Switchboard,
        freeing: AgentFreeing,
        healing: Healing,
        offers: Sequence[OfferFound],
        *,
        withdrawn: Sequence[OfferRecord] = (),
    ) -> None:
        self._site = site
        self._switchboard = switchboard
        self._freeing = freeing
        self._healing = healing
        self._offers = offers
        self.withdrawn = tuple(withdrawn)
        """Those that are not gone on with: what the record is to have of them."""

    @property
    def ids(self) -> frozenset[OfferId]:
        """Which they are."""
        return frozenset(offer.reservation.offer_id for offer in self._offers)

    def told_of(self, call: FloorCall) -> FloorCall:
        """The call as the floor knows it since some of its offers were withdrawn."""
        return replace(call, lost_offers=(*call.lost_offers, *self.withdrawn))

    def claim(self, call_id: CallId, line: LegSnapshot | None = None) -> None:
        """Has the call hear of the agents' legs, and of its customer's ``line``; does not wait."""
        for offer in self._offers:
            self._switchboard.claim(offer.reservation.leg_id, call_id)
        if line is not None:
            self._switchboard.claim(line.leg_id, call_id)

    def look(
        self, call: Call, line: LegSnapshot | None = None, *, is_agent_first: bool = False
    ) -> None:
        """Asks what became of the legs, and puts what is to be gone on with in the mailbox: the
        customer's ``line`` first, beside which nobody is called, if ``is_agent_first`` by an agent
        who was greeted.
        """
        seen = self._seen(call, line)
        if line is not None:  # that it has ended meanwhile is told, as of any line
            call.mailbox.post(CustomerFound(leg=(seen or {}).get(line.leg_id, line)))
        for offer in self._offers:
            leg = None if seen is None else seen.get(offer.reservation.leg_id)
            was_there = offer.ringing_at is not None or offer.line_node is not None
            if seen is None and not was_there:
                self._withdraw(call, offer, UNSEEN)
            elif seen is not None and leg is None and was_there:
                self._withdraw(call, offer, GONE)
            else:
                is_greeted = is_agent_first and line is not None
                self._go_on(call, replace(offer, leg=leg, is_greeted=is_greeted))

    def _seen(self, call: Call, line: LegSnapshot | None) -> Mapping[LegId, LegSnapshot] | None:
        """``None`` if a switch does not say."""
        asked = {call.caller.node: [offer.reservation.leg_id for offer in self._offers]}
        if line is not None:
            asked.setdefault(line.node, []).append(line.leg_id)
        seen: dict[LegId, LegSnapshot] = {}
        try:
            for node, leg_ids in asked.items():
                legs = self._site.switches[node].legs(leg_ids) if leg_ids else []
                seen |= {leg.leg_id: leg for leg in legs}
        except TelephonyError as error:
            call.ledger.fault(f"{type(error).__name__}: {error}")
            return None
        return seen

    def _go_on(self, call: Call, offer: OfferFound) -> None:
        call.mailbox.post(offer)
        self._heal(call, "offer", offer.reservation.offer_id, "adopted")

    def _withdraw(self, call: Call, offer: OfferFound, reason: str) -> None:
        """A phone that is called all the same is nobody's, and ended as such."""
        reservation, now = offer.reservation, self._site.clock.now()
        self._switchboard.release(reservation.leg_id)
        offers = call.ledger.offers
        offers.made(
            reservation.offer_id,
            reservation.queue,
            reservation.agent_id,
            reservation.leg_id,
            offer.reserved_at,
        )
        offers.lost(reservation.offer_id, now, OfferLostReason.RECLAIMED, "")
        self._freeing.after_lost_offer(
            reservation, OfferLostReason.RECLAIMED, is_caller_waiting=True
        )
        self._heal(call, "agent", reservation.agent_id, reason)

    def _heal(self, call: Call, what: str, subject: str, reason: str) -> None:
        caller = call.caller
        self._healing.of_call(what, subject, reason, node=caller.node, call_id=caller.call_id)
