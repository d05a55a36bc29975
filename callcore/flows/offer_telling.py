"""What is told of one offer: in the call's record, and as facts."""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.agents import AgentReason, AgentState
from callcore.domain.events import (
    AgentChanged,
    AgentPickedUp,
    Decided,
    LegsBridged,
    OfferFact,
    OfferLost,
    OfferMade,
    OfferRinging,
)
from callcore.domain.ids import Micros, seconds_between
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.policies import QueuePolicy
from callcore.flows.call import Call
from callcore.flows.messages import OfferFound, Reserved
from callcore.ports.stores import Reservation


class OfferTelling:
    """Tells of the offer of ``reservation`` to ``call``."""

    def __init__(
        self, call: Call, queue: QueuePolicy, reservation: Reservation, first_joined_at: Micros
    ) -> None:
        self._call = call
        self._queue = queue
        self._reservation = reservation
        self._first_joined_at = first_joined_at
        self._reserved_at = call.site.clock.now()
        self._ringing_at: Micros | None = None

    def reserved(self, reserved: Reserved) -> None:
        """The agent was reserved, and by which decision."""
        self._note_made()
        self._call.ledger.decisions.made(reserved.decision)

    def found(self, found: OfferFound) -> None:
        """The offer is another process's, which has told of it as far as it came."""
        self._reserved_at, self._ringing_at = found.reserved_at, found.ringing_at
        self._note_made()
        if found.ringing_at is not None:
            self._call.ledger.offers.ringing(self._reservation.offer_id, found.ringing_at)

    def made(self, reserved: Reserved) -> None:
        """The agent's phone is being called."""
        site = self._call.site
        now = site.clock.now()
        seconds = seconds_between(reserved.triggered_at, now)
        site.facts.publish(Decided(at=now, trigger=reserved.trigger, seconds=seconds))
        self._publish(
            OfferMade,
            now,
            waited_seconds=seconds_between(self._first_joined_at, now),
            is_sticky=reserved.decision.is_sticky,
        )

    def ringing(self, at: Micros) -> None:
        """The agent's phone rings."""
        self._ringing_at = at
        self._call.ledger.offers.ringing(self._reservation.offer_id, at)
        self._agent_is(AgentState.RINGING, AgentReason.RINGING)
        self._publish(OfferRinging, at)

    def picked_up(self, at: Micros) -> None:
        """The agent is there."""
        self._call.ledger.offers.picked_up(self._reservation.offer_id, at)
        rang_seconds = seconds_between(self._ringing_at or self._reserved_at, at)
        self._publish(AgentPickedUp, at, rang_seconds=rang_seconds)

    def bridged(self, at: Micros) -> None:
        """Caller and agent talk."""
        waited = seconds_between(self._first_joined_at, at)
        is_callback = self._call.callback is not None
        is_within = waited <= self._queue.service_level_seconds and not is_callback
        self._call.ledger.offers.bridged(
            self._reservation.offer_id,
            at,
            is_within_service_level=None if is_callback else is_within,
        )
        self._agent_is(AgentState.TALKING, AgentReason.BRIDGED)
        answered_at = self._call.ledger.line_answered_at if is_callback else None
        promised_at = self._call.caller.arrived_at if is_callback else None
        self._publish(
            LegsBridged,
            at,
            waited_seconds=waited,
            is_within_service_level=is_within,
            is_callback=is_callback,
            promised_seconds=None if promised_at is None else seconds_between(promised_at, at),
            held_seconds=None if answered_at is None else seconds_between(answered_at, at),
        )

    def lost(self, reason: OfferLostReason, hangup_cause: str) -> None:
        """The offer ended without a conversation."""
        now = self._call.site.clock.now()
        self._call.ledger.offers.lost(self._reservation.offer_id, now, reason, hangup_cause)
        self._publish(OfferLost, now, reason=reason, hangup_cause=hangup_cause)

    def _note_made(self) -> None:
        reservation = self._reservation
        self._call.ledger.offers.made(
            reservation.offer_id,
            reservation.queue,
            reservation.agent_id,
            reservation.leg_id,
            self._reserved_at,
        )

    def _publish(self, kind: Callable[..., OfferFact], at: Micros, **more: object) -> None:
        reservation = self._reservation
        fact = kind(
            at=at,
            call_id=reservation.call_id,
            queue=reservation.queue,
            offer_id=reservation.offer_id,
            agent_id=reservation.agent_id,
            **more,
        )
        self._call.site.facts.publish(fact)

    def _agent_is(self, state: AgentState, reason: AgentReason) -> None:
        site = self._call.site
        site.facts.publish(
            AgentChanged(
                at=site.clock.now(),
                agent_id=self._reservation.agent_id,
                state=state,
                reason=reason,
                call_id=self._reservation.call_id,
            )
        )
