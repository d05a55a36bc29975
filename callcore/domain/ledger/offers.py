"""A caller's offers to agents and the talks that came of them, noted down as they go on."""

from __future__ import annotations

import operator
from dataclasses import replace

from callcore.domain.ids import AgentId, LegId, Micros, OfferId, QueueName
from callcore.domain.ids import seconds_between as between
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.records import OfferRecord


class OfferNotes:
    """The offers of one call, in the order in which they began. Several may be open at once."""

    def __init__(self) -> None:
        self._offers: dict[OfferId, OfferRecord] = {}
        self._held_since: Micros | None = None
        self.is_within_service_level: bool | None = None
        """Of the last talk; ``None`` if it is not known how long the caller waited."""

    def made(
        self, offer_id: OfferId, queue: QueueName, agent_id: AgentId, leg_id: LegId, at: Micros
    ) -> None:
        """The caller is promised to an agent."""
        self._offers[offer_id] = OfferRecord(
            offer_id=offer_id, queue=queue, agent_id=agent_id, leg_id=leg_id, reserved_at=at
        )

    def ringing(self, offer_id: OfferId, at: Micros) -> None:
        """The agent's phone rings."""
        self._offers[offer_id] = replace(self._offers[offer_id], ringing_at=at)

    def picked_up(self, offer_id: OfferId, at: Micros) -> None:
        """The agent's phone was picked up."""
        self._offers[offer_id] = replace(self._offers[offer_id], picked_up_at=at)

    def lost(
        self, offer_id: OfferId, at: Micros, reason: OfferLostReason, hangup_cause: str
    ) -> None:
        """The offer ended without a conversation."""
        self._offers[offer_id] = replace(
            self._offers[offer_id], ended_at=at, lost_reason=reason, hangup_cause=hangup_cause
        )

    def bridged(
        self, offer_id: OfferId, at: Micros, *, is_within_service_level: bool | None
    ) -> None:
        """Caller and agent talk; ``None`` if it is not known how long the caller waited."""
        self._offers[offer_id] = replace(self._offers[offer_id], bridged_at=at)
        self.is_within_service_level = is_within_service_level

    def held(self, at: Micros) -> None:
        """The caller was put on hold."""
        if self._held_since is None:
            self._held_since = at

    def unheld(self, offer_id: OfferId, at: Micros) -> None:
        """The caller was taken off hold; harmless when not on hold."""
        if self._held_since is None:
            return
        offer = self._offers[offer_id]
        held = offer.hold_seconds + between(self._held_since, at)
        self._offers[offer_id] = replace(offer, hold_seconds=held)
        self._held_since = None

    def unbridged(self, offer_id: OfferId, at: Micros, hangup_cause: str) -> OfferRecord:
        """The conversation ended; the offer as it is recorded."""
        self.unheld(offer_id, at)
        self._offers[offer_id] = replace(
            self._offers[offer_id], unbridged_at=at, ended_at=at, hangup_cause=hangup_cause
        )
        return self._offers[offer_id]

    def noted(self) -> tuple[OfferRecord, ...]:
        """The offers so far."""
        return tuple(self._offers.values())

    def talks(self) -> list[OfferRecord]:
        """Those that were won, in the order of their conversations: of several open at once a later
        one may be quicker.
        """
        won = [
            (offer.bridged_at, offer)
            for offer in self._offers.values()
            if offer.bridged_at is not None
        ]
        return [offer for _, offer in sorted(won, key=operator.itemgetter(0))]

    def last_talk(self) -> OfferRecord | None:
        """The offer of the caller's last talk; ``None`` if there was none."""
        talks = self.talks()
        return talks[-1] if talks else None
