"""How conversations and their wrap-ups end: the same for the fake and each real server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.ids import CallId, Micros, OfferId
from callcore.ports.stores import FloorCallState, OfferAnswer
from tests.contract.floor_builders import (
    ANNA,
    LONG_SECONDS,
    NODE,
    SALES,
    SUPPORT,
    WHY,
    AnyFloor,
    ended,
    free_ids,
    joining,
    promised_anew,
    request,
    reservation,
    talking,
    waiting_ids,
)


def test_the_end_of_a_talk_begins_the_wrap_up(floor: AnyFloor) -> None:
    """The call is remembered with its talk, the agent is not free until the wrap-up ends."""
    offer = talking(floor)
    before = floor.waiting_room.call(CallId("c1"))
    assert (
        floor.roster.end_talk(offer.promise, wrap_up_seconds=LONG_SECONDS).answer
        is OfferAnswer.DONE
    )
    agent = floor.roster.agent(ANNA)
    assert agent
    assert (agent.state, agent.offer_id) == (AgentState.WRAPPING_UP, "o1")
    assert agent.lease_until is not None
    call = ended(floor)
    assert before
    assert call == replace(before, state=FloorCallState.ENDED, ended_at=call.ended_at)
    assert abs((call.ended_at or 0) - agent.since) < 100
    assert floor.waiting_room.calls(NODE) == [call]
    assert free_ids(floor) == []
    assert floor.roster.end_wrap_up(ANNA, OfferId("o1"), "r1", WHY).answer is OfferAnswer.DONE
    agent = floor.roster.agent(ANNA)
    assert agent
    assert (agent.state, agent.lease_until, agent.offer_id) == (AgentState.AVAILABLE, None, None)
    assert free_ids(floor) == [ANNA]


def test_without_wrap_up_the_agent_is_free_at_once(floor: AnyFloor) -> None:
    """A wrap-up of no length is none."""
    offer = talking(floor)
    assert floor.roster.end_talk(offer.promise, wrap_up_seconds=0).answer is OfferAnswer.DONE
    assert free_ids(floor) == [ANNA]
    assert floor.roster.next_expiry_seconds() is None
    assert ended(floor).offer_id == "o1"


@pytest.mark.parametrize("is_forgotten", [False, True])
def test_a_talk_ends_though_the_caller_has_left(floor: AnyFloor, is_forgotten: bool) -> None:
    """The order in which the two legs' ends are told does not matter."""
    offer = talking(floor)
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    if is_forgotten:
        floor.waiting_room.forget(CallId("c1"))
    before = floor.waiting_room.call(CallId("c1"))
    assert floor.roster.end_talk(offer.promise, wrap_up_seconds=0).answer is OfferAnswer.DONE
    assert free_ids(floor) == [ANNA]
    assert floor.waiting_room.call(CallId("c1")) == before


def test_a_wrap_up_is_ended_by_one_of_many_requests(floor: AnyFloor) -> None:
    """Each request is answered the same when repeated; a later one finds it done."""
    floor.roster.end_talk(talking(floor).promise, wrap_up_seconds=LONG_SECONDS)
    answers = [
        floor.roster.end_wrap_up(ANNA, OfferId("o1"), r, WHY).answer
        for r in ("r", "r", "s", "s", "r")
    ]
    done, stale = OfferAnswer.DONE, OfferAnswer.STALE
    assert answers == [done, done, stale, stale, done]


def test_a_talk_s_end_leaves_a_call_that_came_back_alone(floor: AnyFloor) -> None:
    """A call that left and joined another queue is no longer the conversation's."""
    offer = talking(floor)
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    floor.waiting_room.join(joining("c1", queue=SALES), request())
    floor.roster.end_talk(offer.promise, wrap_up_seconds=0)
    assert waiting_ids(floor, SALES) == ["c1"]


def test_repeated_ends_of_an_offer_answer_the_same(floor: AnyFloor) -> None:
    """A late repetition does not touch the agent's next offer."""
    offer = talking(floor)
    floor.roster.end_talk(offer.promise, wrap_up_seconds=LONG_SECONDS)
    floor.roster.end_wrap_up(ANNA, OfferId("o1"), "r1", WHY)
    floor.waiting_room.join(joining("c2"), request())
    floor.roster.reserve(reservation("c2", "o2"))
    before = (floor.roster.agent(ANNA), floor.waiting_room.call(CallId("c2")))
    assert floor.roster.win(offer.promise, Micros(1)) is OfferAnswer.DONE
    assert floor.roster.end_talk(offer.promise, wrap_up_seconds=0).answer is OfferAnswer.DONE
    assert floor.roster.end_wrap_up(ANNA, OfferId("o1"), "r1", WHY).answer is OfferAnswer.DONE
    assert offer.lose() == OfferAnswer.STALE
    assert floor.roster.mark_ringing(offer.promise) is OfferAnswer.STALE
    assert (floor.roster.agent(ANNA), floor.waiting_room.call(CallId("c2"))) == before


def test_an_old_talk_s_end_does_not_end_the_next_talk(floor: AnyFloor) -> None:
    """A call that came back and talks with another agent talks on."""
    offer = talking(floor)
    assert floor.roster.win(promised_anew(floor), Micros(9)) is OfferAnswer.DONE
    before = floor.waiting_room.call(CallId("c1"))
    assert before
    assert before.state is FloorCallState.TALKING
    assert floor.roster.end_talk(offer.promise, wrap_up_seconds=0).answer is OfferAnswer.DONE
    assert floor.waiting_room.call(CallId("c1")) == before
