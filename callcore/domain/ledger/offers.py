"""A caller's offers to agents and the talks that came of them, noted down as they go on."""

from __future__ import annotations

import operator
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from callcore.domain.ids import AgentId, LegId, Micros, OfferId, QueueName
from callcore.domain.ids import seconds_between as between
from callcore.domain.ledger.notes import CallNotes
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.records import OfferRecord
from callcore.domain.transfers import Transfer, that_ended


class OfferNotes:
    """The offers of one call. Several may be open at once."""

    def __init__(self) -> None:
        self._offers: dict[OfferId, OfferRecord] = {}
        self.held_since: Micros | None = None
        """Since when the caller is on hold; ``None`` if not."""
        self.is_within_service_level: bool | None = None
        """Of the last talk; ``None`` if it is not known how long the caller waited."""

    def take_up(self, notes: CallNotes) -> None:
        """Goes on from what another process has noted."""
        self._offers |= {offer.offer_id: offer for offer in notes.offers}
        self.held_since = notes.held_since
        self.is_within_service_level = notes.is_within_service_level

    def found_lost(self, offers: Iterable[OfferRecord]) -> None:
        """These were lost while another process followed the call. What is noted of one of them
        stays as it is.
        """
        for offer in offers:
            self._offers.setdefault(offer.offer_id, offer)

    def loss_of(self, offer_id: OfferId) -> OfferRecord | None:
        """What is noted of an offer that was lost; ``None`` of any other."""
        offer = self._offers.get(offer_id)
        return None if offer is None or offer.lost_reason is None else offer

    def made(
        self, offer_id: OfferId, queue: QueueName, agent_id: AgentId, leg_id: LegId, at: Micros
    ) -> None:
        """The caller is promised to an agent; told again by who goes on with the offer, it stays as
        it is.
        """
        self._offers.setdefault(
            offer_id,
            OfferRecord(
                offer_id=offer_id, queue=queue, agent_id=agent_id, leg_id=leg_id, reserved_at=at
            ),
        )

    def is_open(self, offer_id: OfferId) -> bool:
        """True of one that is noted, and neither lost nor won."""
        offer = self._offers.get(offer_id)
        return offer is not None and offer.ended_at is None and offer.bridged_at is None

    def end_open(self, at: Micros, reason: OfferLostReason, but: Collection[OfferId] = ()) -> None:
        """All that are open were found to have ended without a conversation, ``but`` for some."""
        for offer_id in self._offers.keys() - but:
            if self.is_open(offer_id):
                self.lost(offer_id, at, reason, "")

    def is_talk(self, offer_id: OfferId) -> bool:
        """True of one that is noted and was won."""
        offer = self._offers.get(offer_id)
        return offer is not None and offer.bridged_at is not None

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
        if self.held_since is None:
            self.held_since = at

    def unheld(self, offer_id: OfferId, at: Micros) -> None:
        """The caller was taken off hold; harmless when not on hold."""
        if self.held_since is None:
            return
        offer = self._offers[offer_id]
        held = offer.hold_seconds + between(self.held_since, at)
        self._offers[offer_id] = replace(offer, hold_seconds=held)
        self.held_since = None

    def unbridged(self, offer_id: OfferId, at: Micros, hangup_cause: str) -> OfferRecord:
        """The conversation ended; the offer as it is recorded."""
        self.unheld(offer_id, at)
        self._offers[offer_id] = replace(
            self._offers[offer_id], unbridged_at=at, ended_at=at, hangup_cause=hangup_cause
        )
        return self._offers[offer_id]

    def parted(self, offer_id: OfferId, at: Micros, hangup_cause: str) -> None:
        """The conversation was found to have ended; nothing if that is noted already."""
        if self._offers[offer_id].unbridged_at is None:
            self.unbridged(offer_id, at, hangup_cause)

    def transferred(self, transfers: Sequence[Transfer], at: Micros) -> None:
        """The caller's line, which has ended, was transferred so on its way."""
        left = list(transfers)
        for talk in self.talks():
            found = that_ended(left, talk.leg_id, talk.unbridged_at or at)
            if found is not None:
                # The next talk may be with the same leg, of an agent who stays on the line.
                del left[: left.index(found) + 1]
                self._offers[talk.offer_id] = replace(
                    talk, transfer=found.kind, transferred_to=found.to
                )

    def noted(self) -> tuple[OfferRecord, ...]:
        """The offers so far, in the order in which they began."""
        return tuple(sorted(self._offers.values(), key=operator.attrgetter("reserved_at")))

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
