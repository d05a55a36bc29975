"""How one caller is promised to several agents at once: the same for the fake and each server."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.agents import AgentState
from callcore.domain.ids import AgentId, CallId, Micros
from callcore.ports.stores import (
    FloorCallState,
    OfferAnswer,
    RescoreAnswer,
    ReserveAnswer,
    WaitingCaller,
)
from tests.contract.floor_builders import (
    ANNA,
    BORIS,
    SALES,
    SUPPORT,
    AnyFloor,
    candidates,
    ended,
    free_ids,
    held,
    joining,
    known,
    make_available,
    request,
    reservation,
    reserved,
    ringing_at,
    waiting_ids,
)

CELINA = AgentId("celina")


def test_a_caller_may_be_promised_to_several(floor: AnyFloor) -> None:
    """The call knows them in the order of their reservations, each agent knows the offer; the
    caller is counted once.
    """
    offers = ringing_at(floor, BORIS, ANNA, CELINA)
    call = known(floor)
    assert call.offers == tuple(held(offer.promise) for offer in offers)
    assert (call.state, call.talk, waiting_ids(floor)) == (FloorCallState.OFFERED, None, [])
    for offer in offers:
        agent = floor.roster.agent(offer.promise.agent_id)
        assert agent
        assert agent.state is AgentState.RESERVED
        assert agent.reservation == held(offer.promise)
    (counts,) = floor.waiting_room.counts([SUPPORT])
    assert (counts.waiting_count, counts.offered_count, counts.free_agents_count) == (0, 1, 0)
    assert floor.waiting_room.position(CallId("c1"), SUPPORT) == 1


def test_a_further_offer_may_join_one_that_was_to_be_the_only_one(floor: AnyFloor) -> None:
    """Whether others may ring is asked of the later one."""
    offer = reserved(floor)
    make_available(floor, BORIS)
    alone = reservation("c1", "o2", agent_id=BORIS)
    assert floor.roster.reserve(alone) is ReserveAnswer.CALLER_GONE
    further = reservation("c1", "o3", agent_id=BORIS, is_additional=True)
    assert floor.roster.reserve(further) is ReserveAnswer.RESERVED
    assert known(floor).offers == (held(offer.promise), held(further))


def test_a_further_offer_needs_a_caller_of_the_queue_and_a_free_agent(floor: AnyFloor) -> None:
    """Who talks, has left, waits elsewhere or is unknown is gone; an agent with an offer is busy,
    of the same caller too.
    """
    reserved(floor)
    again = reservation("c1", "again", is_additional=True)
    assert floor.roster.reserve(again) is ReserveAnswer.AGENT_BUSY
    assert floor.roster.win(reservation("c1", "o1"), Micros(1)) is OfferAnswer.DONE
    make_available(floor, BORIS, SUPPORT, SALES)
    floor.waiting_room.join(joining("c2", queue=SALES), request())
    floor.waiting_room.join(joining("c3"), request())
    floor.waiting_room.leave(CallId("c3"), SUPPORT, request())
    for call_id in ("c1", "c2", "c3", "nobody"):
        late = reservation(call_id, f"late-{call_id}", agent_id=BORIS, is_additional=True)
        assert floor.roster.reserve(late) is ReserveAnswer.CALLER_GONE
    assert free_ids(floor) == [BORIS]


def test_a_repeated_further_offer_is_one(floor: AnyFloor) -> None:
    """Its id makes it the same."""
    first, second = ringing_at(floor, ANNA, BORIS)
    assert floor.roster.reserve(second.promise) is ReserveAnswer.RESERVED
    assert known(floor).offers == (held(first.promise), held(second.promise))


def test_the_first_to_win_is_the_only_one(floor: AnyFloor) -> None:
    """Later ones are stale; the call knows the winner only, and the losers are freed by their own
    ends.
    """
    first, second, third = ringing_at(floor, ANNA, BORIS, CELINA)
    floor.roster.mark_ringing(third.promise)
    assert floor.roster.win(second.promise, Micros(7)) is OfferAnswer.DONE
    call = known(floor)
    assert (call.state, call.offers, call.talk) == (
        *(FloorCallState.TALKING, (), held(second.promise)),
    )
    assert floor.roster.win(first.promise, Micros(8)) is OfferAnswer.STALE
    assert floor.roster.win(second.promise, Micros(9)) is OfferAnswer.DONE
    assert free_ids(floor) == []
    for loser in (first, third):
        assert loser.lose(is_caller_waiting=True) == OfferAnswer.DONE
    assert known(floor) == call
    assert (free_ids(floor), waiting_ids(floor)) == ([ANNA, CELINA], [])


def test_losing_one_of_several_leaves_the_others(floor: AnyFloor) -> None:
    """The caller waits again, at the old place, when the last one is lost."""
    first, second, third = ringing_at(floor, ANNA, BORIS, CELINA)
    floor.waiting_room.join(joining("c2", score=2.0), request())
    assert second.lose(is_miss=True) == OfferAnswer.DONE
    call = known(floor)
    assert call.offers == (held(first.promise), held(third.promise))
    assert (call.state, free_ids(floor)) == (FloorCallState.OFFERED, [BORIS])
    assert first.lose() == OfferAnswer.DONE
    assert waiting_ids(floor) == ["c2"]
    assert third.lose() == OfferAnswer.DONE
    assert known(floor) == replace(call, state=FloorCallState.WAITING, offers=())
    assert waiting_ids(floor) == ["c1", "c2"]


def test_a_caller_who_does_not_wait_on_stays_offered_without_offers(floor: AnyFloor) -> None:
    """What the last loss says counts."""
    first, second = ringing_at(floor, ANNA, BORIS)
    first.lose(is_caller_waiting=True)
    second.lose(is_caller_waiting=False)
    call = known(floor)
    assert (call.state, call.offers, waiting_ids(floor)) == (FloorCallState.OFFERED, (), [])


def test_who_leaves_is_promised_to_nobody(floor: AnyFloor) -> None:
    """None of the offers can be won, each agent is freed by its own end."""
    offers = ringing_at(floor, ANNA, BORIS)
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    assert (ended(floor).offers, ended(floor).talk) == ((), None)
    for offer in offers:
        assert floor.roster.win(offer.promise, Micros(1)) is OfferAnswer.STALE
        assert offer.lose() == OfferAnswer.DONE
    assert (free_ids(floor), waiting_ids(floor)) == ([ANNA, BORIS], [])


def test_an_old_offer_does_not_touch_those_of_a_caller_who_came_back(floor: AnyFloor) -> None:
    """Neither its loss nor its win."""
    old, _ = ringing_at(floor, ANNA, BORIS)
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    floor.waiting_room.join(joining("c1"), request())
    make_available(floor, CELINA)
    new = reservation("c1", "new", agent_id=CELINA)
    assert floor.roster.reserve(new) is ReserveAnswer.RESERVED
    before = known(floor)
    assert before.offers == (held(new),)
    assert floor.roster.win(old.promise, Micros(1)) is OfferAnswer.STALE
    assert old.lose() == OfferAnswer.DONE
    assert known(floor) == before


def test_a_caller_given_another_place_while_offered_comes_back_to_it(floor: AnyFloor) -> None:
    """The latest score counts."""
    first, second = ringing_at(floor, ANNA, BORIS)
    answer = floor.waiting_room.rescore(
        CallId("c1"), SUPPORT, score=9.0, priority=3, own_priority=3
    )
    assert answer is RescoreAnswer.DONE
    first.lose()
    second.lose()
    assert candidates(floor, SUPPORT, 9).callers == (
        WaitingCaller(call_id=CallId("c1"), score=9.0),
    )
