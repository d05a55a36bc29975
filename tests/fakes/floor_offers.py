"""What becomes of an offer, in memory: both sides of it change at once."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.agents import AgentState
from callcore.domain.ids import AgentId, Micros, OfferId
from callcore.ports.stores import (
    FloorAgent,
    FloorCall,
    FloorCallState,
    OfferAnswer,
    Reservation,
    ReserveAnswer,
)
from tests.fakes.floor_memory import Agents, FloorMemory, is_free

UNRESOLVED = (AgentState.RESERVED, AgentState.RINGING)


class Offers:
    """The verbs of ``ports.stores.Roster`` that an offer goes through."""

    def __init__(self, memory: FloorMemory) -> None:
        self._memory = memory

    @property
    def _agents(self) -> Agents:
        return self._memory.agents

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
        self._agents.tally(agent.agent_id).last_offers[queue] = now
        self._agents.put(
            replace(
                agent,
                state=AgentState.RESERVED,
                since=now,
                call_id=reservation.call_id,
                offer_id=reservation.offer_id,
                queue=queue,
                leg_id=reservation.leg_id,
                lease_until=self._memory.after(reservation.lease_seconds),
            )
        )
        return ReserveAnswer.RESERVED

    def mark_ringing(self, reservation: Reservation) -> OfferAnswer:
        self._memory.check()
        agent = self._holder(reservation, *UNRESOLVED, AgentState.TALKING)
        if agent is None:
            return OfferAnswer.STALE
        if agent.state is AgentState.TALKING:
            return OfferAnswer.DONE
        is_first = agent.state is AgentState.RESERVED
        self._agents.put(
            replace(
                agent,
                state=AgentState.RINGING,
                since=self._memory.clock.now() if is_first else agent.since,
                lease_until=self._memory.after(reservation.lease_seconds),
            )
        )
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
        self._agents.put(
            replace(
                agent,
                state=AgentState.TALKING,
                since=self._memory.clock.now(),
                lease_until=None,
                miss_count=0,
            )
        )
        return OfferAnswer.DONE

    def lose(
        self,
        reservation: Reservation,
        *,
        is_miss: bool,
        retry_after_seconds: float,
        is_caller_waiting: bool,
    ) -> OfferAnswer:
        def lose() -> OfferAnswer:
            agent = self._holder(reservation, *UNRESOLVED)
            if agent is None:
                return OfferAnswer.STALE
            self._take_back(reservation, is_caller_waiting=is_caller_waiting)
            missed = replace(agent, miss_count=agent.miss_count + is_miss)
            rests = retry_after_seconds > 0
            rest = self._memory.after(retry_after_seconds) if rests else None
            self._release(missed, AgentState.AVAILABLE, rest)
            return OfferAnswer.DONE

        return self._memory.once("lose", reservation.offer_id, lose)

    def _take_back(self, reservation: Reservation, *, is_caller_waiting: bool) -> None:
        call = self._offered_call(reservation)
        if call is None:
            return
        offers = tuple(each for each in call.offers if each.offer_id != reservation.offer_id)
        waits = is_caller_waiting and not offers
        state = FloorCallState.WAITING if waits else FloorCallState.OFFERED
        self._memory.calls.put(replace(call, state=state, offers=offers))

    def end_talk(self, reservation: Reservation, *, wrap_up_seconds: float) -> OfferAnswer:
        return self._memory.once(
            "end_talk", reservation.offer_id, lambda: self._end_talk(reservation, wrap_up_seconds)
        )

    def _end_talk(self, reservation: Reservation, wrap_up_seconds: float) -> OfferAnswer:
        agent = self._holder(reservation, AgentState.TALKING)
        if agent is None:
            return OfferAnswer.STALE
        call = self._memory.calls.get(reservation.call_id)
        is_theirs = call is not None and call.offer_id == reservation.offer_id
        if call is not None and is_theirs and call.state is FloorCallState.TALKING:
            self._memory.end(call)
        now = self._memory.clock.now()
        self._agents.tally(agent.agent_id).talked_micros += now - agent.since
        if wrap_up_seconds > 0:
            until = self._memory.after(wrap_up_seconds)
            state = AgentState.WRAPPING_UP
            self._agents.put(replace(agent, state=state, since=now, lease_until=until))
        else:
            self._release(agent, AgentState.AVAILABLE)
        return OfferAnswer.DONE

    def end_wrap_up(self, agent_id: AgentId, offer_id: OfferId, request_id: str) -> OfferAnswer:
        def end_wrap_up() -> OfferAnswer:
            agent = self._agents.get(agent_id)
            if agent is None or agent.state is not AgentState.WRAPPING_UP:
                return OfferAnswer.STALE
            if agent.offer_id != offer_id:
                return OfferAnswer.STALE
            self._release(agent, AgentState.AVAILABLE)
            return OfferAnswer.DONE

        return self._memory.once("end_wrap_up", request_id, end_wrap_up)

    def _release(
        self, agent: FloorAgent, state: AgentState, lease_until: Micros | None = None
    ) -> None:
        """Puts the agent in a state in which nobody is promised to him."""
        self._agents.put(
            replace(
                agent,
                state=state,
                since=self._memory.clock.now(),
                call_id=None,
                offer_id=None,
                queue=None,
                leg_id=None,
                lease_until=lease_until,
            )
        )


def _takable(reservation: Reservation) -> tuple[FloorCallState, ...]:
    """In which states the reservation may find the caller."""
    if reservation.is_additional:
        return (FloorCallState.WAITING, FloorCallState.OFFERED)
    return (FloorCallState.WAITING,)
