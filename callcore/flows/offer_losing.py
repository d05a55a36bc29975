"""Ending offers on the floor, which keeps with the call what its record has of them.

Should this process die, whoever takes the call over finds there what nobody else knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from callcore.domain import misses
from callcore.domain.ids import CallId
from callcore.domain.ledger import CallLedger
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.records import OfferRecord
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.site import Site
from callcore.ports.stores import Freed, Reservation


class OfferLosing:
    """Ends offers; ``ledgers`` are the notes of the calls followed here."""

    def __init__(
        self, site: Site, changes: FloorChanges, ledgers: Mapping[CallId, CallLedger]
    ) -> None:
        self._site = site
        self._changes = changes
        self._ledgers = ledgers

    def rest_seconds(self, reservation: Reservation, reason: OfferLostReason) -> float:
        """How long the agent is not asked after an offer lost so."""
        policy = self._site.policy
        agent = policy.agents.get(reservation.agent_id)
        return misses.rest_seconds(reason, agent, policy.queues.get(reservation.queue))

    def lose(
        self,
        reservation: Reservation,
        reason: OfferLostReason,
        rest_seconds: float,
        over: Callable[[Freed], None],
        *,
        is_caller_waiting: bool,
        found: OfferRecord | None = None,
    ) -> None:
        """Has the floor end an offer, now or as soon as Redis is back. It keeps what is noted of
        it, or was ``found`` of one whose call nobody follows; nothing of one that nobody was told.
        """
        agent = self._site.policy.agents.get(reservation.agent_id)
        ledger = self._ledgers.get(reservation.call_id)
        noted = found if ledger is None else ledger.offers.loss_of(reservation.offer_id)
        self._changes.make(
            reservation.call_id,
            lambda: self._site.roster.lose(
                reservation,
                reason=reason,
                retry_after_seconds=rest_seconds,
                is_caller_waiting=is_caller_waiting,
                break_after_misses=agent.break_after_misses if agent is not None else None,
                noted=noted,
            ),
            over,
        )
