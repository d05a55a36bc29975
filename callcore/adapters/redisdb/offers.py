"""What becomes of offers and talks: both sides of each change at once."""

from __future__ import annotations

from callcore.adapters.redisdb import agent_rows, lost_offers
from callcore.adapters.redisdb.durations import micros
from callcore.adapters.redisdb.duties import Duties, draw
from callcore.adapters.redisdb.scripts import REMEMBER_ANSWER_SECONDS
from callcore.domain.agents import MISSED_CALLS
from callcore.domain.ids import Micros
from callcore.domain.outcomes import MISSES_BY_WILL, OfferLostReason
from callcore.domain.records import OfferRecord
from callcore.ports.stores import Freed, Look, OfferAnswer, Reservation, ReserveAnswer
from callcore.ports.stores.calls import MOST_LOST_OFFERS


class Offers(Duties):
    """The verbs of ``ports.stores.Roster`` that an offer goes through."""

    def reserve(self, reservation: Reservation) -> ReserveAnswer:
        """Promises the caller to the agent if both may still be."""
        keys, queue = self._keys, reservation.queue
        return self._run(
            self._scripts.reserve,
            reservation.agent_id,
            reservation.offer_id,
            *(reservation.call_id, reservation.offer_id, queue, reservation.leg_id),
            *(micros(reservation.lease_seconds), int(reservation.is_additional)),
            keys=(
                *(keys.waiting(queue), keys.offered(queue)),
                *(keys.call(reservation.call_id), keys.free_agents(queue)),
                keys.deferred(queue),
            ),
            is_staffed_needed=False,
        )[0]

    def mark_ringing(self, reservation: Reservation) -> OfferAnswer:
        """Notes that the agent's phone rings, and renews the lease, each time it is called."""
        keys = self._keys
        return self._scripts.mark_ringing.run(
            [keys.agent(reservation.agent_id), keys.leases(), keys.agent_changes()],
            [reservation.agent_id, reservation.offer_id, micros(reservation.lease_seconds)],
        )

    def win(self, reservation: Reservation, bridged_at: Micros) -> OfferAnswer:
        """Notes that caller and agent talk; ``STALE`` also if the caller has left or talks."""
        return self._scripts.win.run(
            [
                *self._agent_keys("win", reservation.offer_id, reservation.agent_id),
                self._keys.offered(reservation.queue),
                self._keys.call(reservation.call_id),
                self._keys.promises(reservation.queue),
            ],
            [
                *(REMEMBER_ANSWER_SECONDS, reservation.agent_id),
                *(reservation.call_id, reservation.offer_id, bridged_at),
            ],
        )

    def lose(
        self,
        reservation: Reservation,
        *,
        reason: OfferLostReason,
        retry_after_seconds: float,
        is_caller_waiting: bool,
        break_after_misses: int | None = None,
        noted: OfferRecord | None = None,
    ) -> Freed:
        """Ends an offer. A caller who does not wait on stays offered until ``leave``."""
        keys, queue = self._keys, reservation.queue
        answer = self._run(
            self._scripts.lose,
            reservation.agent_id,
            reservation.offer_id,
            *(reservation.call_id, reservation.offer_id),
            *(reason, int(reason in MISSES_BY_WILL), micros(retry_after_seconds)),
            *(int(is_caller_waiting), draw(), break_after_misses or 0, MISSED_CALLS),
            *("" if noted is None else lost_offers.line(noted), MOST_LOST_OFFERS),
            keys=(
                *(keys.waiting(queue), keys.offered(queue)),
                *(keys.call(reservation.call_id), keys.deferred(queue)),
            ),
        )
        return agent_rows.freed(*answer)

    def end_talk(
        self, reservation: Reservation, *, wrap_up_seconds: float, look: Look | None = None
    ) -> Freed:
        """Ends the conversation: the agent wraps up or goes on, the call has ended."""
        return self._run_and_look(
            self._scripts.end_talk,
            reservation.agent_id,
            reservation.offer_id,
            *(reservation.offer_id, micros(wrap_up_seconds), draw()),
            keys=(self._keys.call(reservation.call_id),),
            look=look,
        )
