"""What becomes of an offer, in memory: both sides of it change at once."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.agents import AgentReason, AgentState, Why
from callcore.domain.ids import Micros, seconds_between
from callcore.domain.outcomes import MISSES_BY_WILL, OfferLostReason
from callcore.domain.records import OfferRecord
from callcore.ports.stores import (
    FloorAgent,
    FloorCall,
    FloorCallState,
    Freed,
    Look,
    OfferAnswer,
    Reservation,
    ReserveAnswer,
)
from callcore.ports.stores.calls import MOST_LOST_OFFERS
from tests.fakes.floor_duties import STALE, Duties
from tests.fakes.floor_memory import encodable
from tests.fakes.floor_memory_agents import is_free

UNRESOLVED = (AgentState.RESERVED, AgentState.RINGING)


class Offers(Duties):
    """The verbs of ``ports.stores.Roster`` that an offer goes through."""

    def reserve(self, reservation: Reservation) -> ReserveAnswer:
        return self._memory.once(
            "reserve", reservation.offer_id, lambda: self._reserve(reservation)
        )

    def _reserve(self, reservation: Reservation) -> ReserveAnswer:
        queue, now = reservation.queue, self._memory.clock.now()
        call = self._memory.calls.get(reservation.call_id)
        if call is None or call.queue != queue or call.state not in _takable(reservation):
            return ReserveAnswer.CALLER_GONE
        agent = self._agents.get(reservation.agent_id)
        if agent is None or not is_free(agent) or queue not in agent.queues:
            return ReserveAnswer.AGENT_BUSY
        promise = replace(reservation, lease_seconds=0.0, is_additional=False)
        self._memory.calls.put(
            replace(call, state=FloorCallState.OFFERED, offers=(*call.offers, promise))
        )
        self._memory.last_offered[call.call_id] = agent.agent_id
        self._agents.tally(agent.agent_id).last_offers[queue] = now
        self._enter(
            agent,
            AgentState.RESERVED,
            Why(reason=AgentReason.OFFERED),
            call_id=reservation.call_id,
            offer_id=reservation.offer_id,
            queue=queue,
            leg_id=reservation.leg_id,
            reserved_at=now,
            leased_seconds=reservation.lease_seconds,
        )
        return ReserveAnswer.RESERVED

    def mark_ringing(self, reservation: Reservation) -> OfferAnswer:
        self._memory.check()
        agent = self._holder(reservation, *UNRESOLVED, AgentState.TALKING)
        if agent is None:
            return OfferAnswer.STALE
        if agent.state is AgentState.TALKING:
            return OfferAnswer.DONE
        lease = reservation.lease_seconds
        if agent.state is AgentState.RESERVED:
            why = Why(reason=AgentReason.RINGING)
            self._enter(agent, AgentState.RINGING, why, leased_seconds=lease)
        else:
            self._agents.put(replace(agent, lease_until=self._memory.after(lease)))
        return OfferAnswer.DONE

    def _holder(self, reservation: Reservation, *states: AgentState) -> FloorAgent | None:
        agent = self._agents.get(reservation.agent_id)
        if agent and agent.offer_id == reservation.offer_id and agent.state in states:
            return agent
        return None

    def _offered_call(self, reservation: Reservation) -> FloorCall | None:
        call = self._memory.calls.get(reservation.call_id)
        if call and any(promise.offer_id == reservation.offer_id for promise in call.offers):
            return call
        return None

    def win(self, reservation: Reservation, bridged_at: Micros) -> OfferAnswer:
        return self._memory.once(
            "win", reservation.offer_id, lambda: self._win(reservation, bridged_at)
        )

    def _win(self, reservation: Reservation, bridged_at: Micros) -> OfferAnswer:
        agent = self._holder(reservation, *UNRESOLVED)
        call = self._offered_call(reservation)
        if agent is None or call is None:
            return OfferAnswer.STALE
        self._memory.calls.put(
            replace(
                call,
                state=FloorCallState.TALKING,
                offers=(),
                offer_id=reservation.offer_id,
                agent_id=reservation.agent_id,
                agent_leg_id=reservation.leg_id,
                bridged_at=bridged_at,
            )
        )
        self._agents.tally(agent.agent_id).conversation_count += 1
        why = Why(reason=AgentReason.BRIDGED)
        self._enter(agent, AgentState.TALKING, why, leased_seconds=None, miss_count=0)
        return OfferAnswer.DONE

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
        def lose() -> Freed:
            agent = self._holder(reservation, *UNRESOLVED)
            if agent is None:
                return STALE
            self._take_back(reservation, is_caller_waiting=is_caller_waiting)
            self._keep(reservation, noted)
            is_miss = reason in MISSES_BY_WILL
            missed = replace(agent, miss_count=agent.miss_count + is_miss)
            limit = break_after_misses
            return self._free(
                missed,
                Why(reason=AgentReason(reason)),
                rest_seconds=retry_after_seconds if retry_after_seconds > 0 else None,
                is_break_due=is_miss and bool(limit) and missed.miss_count >= (limit or 0),
            )

        return self._memory.once("lose", reservation.offer_id, lose)

    def _take_back(self, reservation: Reservation, *, is_caller_waiting: bool) -> None:
        call = self._offered_call(reservation)
        if call is None:
            return
        offers = tuple(each for each in call.offers if each.offer_id != reservation.offer_id)
        waits = is_caller_waiting and not offers
        state = FloorCallState.WAITING if waits else FloorCallState.OFFERED
        self._memory.calls.put(replace(call, state=state, offers=offers))

    def _keep(self, reservation: Reservation, noted: OfferRecord | None) -> None:
        call = self._memory.calls.get(reservation.call_id)
        if noted is None or call is None:
            return
        noted = replace(noted, hangup_cause=encodable(noted.hangup_cause))
        lost = (*call.lost_offers, noted)[-MOST_LOST_OFFERS:]
        self._memory.calls.put(replace(call, lost_offers=lost))

    def end_talk(
        self, reservation: Reservation, *, wrap_up_seconds: float, look: Look | None = None
    ) -> Freed:
        freed = self._memory.once(
            "end_talk", reservation.offer_id, lambda: self._end_talk(reservation, wrap_up_seconds)
        )
        return self._with_lines(freed, look)

    def _end_talk(self, reservation: Reservation, wrap_up_seconds: float) -> Freed:
        agent = self._holder(reservation, AgentState.TALKING)
        if agent is None:
            return STALE
        call = self._memory.calls.get(reservation.call_id)
        is_theirs = call is not None and call.offer_id == reservation.offer_id
        if call is not None and is_theirs and call.state is FloorCallState.TALKING:
            self._memory.end(call)
        talked = self._memory.clock.now() - agent.since
        self._agents.tally(agent.agent_id).talked_micros += talked
        why = Why(reason=AgentReason.TALK_ENDED)
        assert agent.reserved_at is not None
        agent = replace(
            agent,
            answer_seconds=seconds_between(agent.reserved_at, agent.since),
            served_priority=call.own_priority if call is not None else 0,
        )
        if wrap_up_seconds <= 0:
            return self._free(agent, why)
        self._enter(agent, AgentState.WRAPPING_UP, why, leased_seconds=wrap_up_seconds)
        return Freed(answer=OfferAnswer.DONE, state=AgentState.WRAPPING_UP)


def _takable(reservation: Reservation) -> tuple[FloorCallState, ...]:
    """In which states the reservation may find the caller."""
    if reservation.is_additional:
        return (FloorCallState.WAITING, FloorCallState.OFFERED)
    return (FloorCallState.WAITING,)
