"""How one caller is promised to one agent: the same for the fake and each real server."""

from __future__ import annotations

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.ids import CallId, Micros, OfferId
from callcore.ports.stores import (
    FloorCallState,
    LeaveAnswer,
    OfferAnswer,
    ReserveAnswer,
    WaitingCaller,
)
from tests.contract.conftest import Stage
from tests.contract.floor_builders import (
    ANNA,
    BORIS,
    LONG_SECONDS,
    SALES,
    SHORT_SECONDS,
    SUPPORT,
    WHY,
    AnyFloor,
    Offer,
    candidates,
    ended,
    enrol,
    free_ids,
    held,
    joining,
    make_available,
    promised_anew,
    request,
    reservation,
    reserved,
    start_break,
    talking,
    waiting_ids,
)


def test_a_reservation_takes_both_off_the_market(floor: AnyFloor) -> None:
    """Neither is offered again, and both know the offer."""
    make_available(floor, ANNA, SUPPORT, SALES)
    floor.waiting_room.join(joining("c1"), request())
    promise = reservation("c1", "o1")
    assert floor.roster.reserve(promise) is ReserveAnswer.RESERVED
    assert (waiting_ids(floor), free_ids(floor), free_ids(floor, SALES)) == ([], [], [])
    call, agent = floor.waiting_room.call(CallId("c1")), floor.roster.agent(ANNA)
    assert call
    assert agent
    assert (call.state, call.offers, call.talk) == (FloorCallState.OFFERED, (held(promise),), None)
    assert (agent.state, agent.offer_id, agent.call_id, agent.queue, agent.leg_id) == (
        *(AgentState.RESERVED, "o1", "c1", SUPPORT, promise.leg_id),
    )
    assert agent.lease_until
    assert agent.lease_until - agent.since == LONG_SECONDS * 1_000_000 or (
        abs(agent.lease_until - agent.since - LONG_SECONDS * 1_000_000) < 100
    )


def test_a_caller_who_does_not_wait_is_gone(floor: AnyFloor) -> None:
    """Strangers, callers elsewhere, being offered or ended cannot be promised."""
    reserved(floor, "c1")
    make_available(floor, BORIS)
    floor.waiting_room.join(joining("c2", queue=SALES), request())
    floor.waiting_room.join(joining("c3"), request())
    floor.waiting_room.leave(CallId("c3"), SUPPORT, request())
    for number, call_id in enumerate(("c1", "c2", "c3", "nobody")):
        promise = reservation(call_id, f"late-{number}", agent_id=BORIS)
        assert floor.roster.reserve(promise) is ReserveAnswer.CALLER_GONE
    assert free_ids(floor) == [BORIS]


@pytest.mark.parametrize("state", ["unknown", "logged_out", "on_break", "reserved", "resting"])
def test_an_agent_who_is_not_free_is_busy(floor: AnyFloor, state: str) -> None:
    """Only who is available and does not rest can be promised; the caller waits on."""
    if state == "logged_out":
        enrol(floor, ANNA, SUPPORT)
    elif state == "on_break":
        make_available(floor, ANNA)
        start_break(floor)
    elif state != "unknown":
        offer = reserved(floor, "c1")
        if state == "resting":
            offer.lose(rest=LONG_SECONDS, is_caller_waiting=False)
    floor.waiting_room.join(joining("c2"), request())
    assert floor.roster.reserve(reservation("c2", "o2")) is ReserveAnswer.AGENT_BUSY
    assert waiting_ids(floor) == ["c2"]


def test_an_agent_serves_own_queues_only(floor: AnyFloor) -> None:
    """An available agent of another queue is busy for this one."""
    make_available(floor, ANNA, SALES)
    floor.waiting_room.join(joining("c1"), request())
    assert floor.roster.reserve(reservation("c1", "o1")) is ReserveAnswer.AGENT_BUSY


def test_a_repeated_reservation_answers_the_same(floor: AnyFloor) -> None:
    """Done or refused, and also when the offer is long over."""
    offer = reserved(floor, "c1")
    floor.waiting_room.join(joining("c2", score=2.0), request())
    late = reservation("c2", "o2")
    assert floor.roster.reserve(late) is ReserveAnswer.AGENT_BUSY
    assert floor.roster.reserve(offer.promise) is ReserveAnswer.RESERVED
    offer.lose()
    assert floor.roster.reserve(offer.promise) is ReserveAnswer.RESERVED
    assert floor.roster.reserve(late) is ReserveAnswer.AGENT_BUSY
    assert (waiting_ids(floor), free_ids(floor)) == (["c1", "c2"], [ANNA])


def test_ringing_is_noted_and_renews_the_lease(stage: Stage) -> None:
    """Each time; the state's beginning is that of the first."""
    floor = stage.floor
    offer = reserved(floor)
    seen = []
    for _ in range(2):
        stage.pass_time(0.002)
        assert floor.roster.mark_ringing(offer.promise) is OfferAnswer.DONE
        agent = floor.roster.agent(ANNA)
        assert agent
        assert agent.lease_until
        assert agent.state is AgentState.RINGING
        seen.append(agent)
    first, second = seen
    assert second.since == first.since
    assert (second.lease_until or 0) > (first.lease_until or 0)


def test_winning_makes_both_talk(floor: AnyFloor) -> None:
    """The lease ends, the caller waits no more, misses are forgotten."""
    reserved(floor, "c1", "o1").lose(is_miss=True)
    floor.roster.reserve(reservation("c1", "o2"))
    assert floor.roster.mark_ringing(reservation("c1", "o2")) is OfferAnswer.DONE
    before = floor.roster.agent(ANNA)
    assert floor.roster.win(reservation("c1", "o2"), Micros(77)) is OfferAnswer.DONE
    call, agent = floor.waiting_room.call(CallId("c1")), floor.roster.agent(ANNA)
    assert before
    assert call
    assert agent
    assert (before.miss_count, agent.miss_count) == (1, 0)
    assert (call.state, call.bridged_at, call.offers) == (FloorCallState.TALKING, 77, ())
    assert call.talk == held(reservation("c1", "o2"))
    assert (agent.state, agent.lease_until, agent.offer_id) == (AgentState.TALKING, None, "o2")
    assert floor.roster.next_expiry_seconds() is None


def test_ringing_told_late_does_not_end_the_conversation(floor: AnyFloor) -> None:
    """Once they talk, the mark changes nothing and no lease begins."""
    offer = talking(floor)
    before = floor.roster.agent(ANNA)
    assert floor.roster.mark_ringing(offer.promise) is OfferAnswer.DONE
    assert floor.roster.agent(ANNA) == before


def test_ringing_told_very_late_does_not_lengthen_the_wrap_up(floor: AnyFloor) -> None:
    """The offer is over though the agent still wraps up after it."""
    offer = talking(floor)
    floor.roster.end_talk(offer.promise, wrap_up_seconds=SHORT_SECONDS)
    before = floor.roster.agent(ANNA)
    assert floor.roster.mark_ringing(offer.promise) is OfferAnswer.STALE
    assert floor.roster.agent(ANNA) == before


def test_a_win_after_the_caller_left_is_stale(floor: AnyFloor) -> None:
    """The agent stays promised until the offer is lost; the caller is not brought back."""
    offer = reserved(floor)
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    before = floor.roster.agent(ANNA)
    assert floor.roster.win(offer.promise, Micros(1)) is OfferAnswer.STALE
    assert floor.roster.agent(ANNA) == before
    assert offer.lose(is_caller_waiting=True) == OfferAnswer.DONE
    assert ended(floor).talk is None
    assert (waiting_ids(floor), free_ids(floor)) == ([], [ANNA])


def test_a_caller_who_came_back_is_not_won_by_the_old_offer(floor: AnyFloor) -> None:
    """A call that left and joined again belongs to no earlier offer."""
    offer = reserved(floor)
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    floor.waiting_room.join(joining("c1", score=5.0), request())
    assert floor.roster.win(offer.promise, Micros(1)) is OfferAnswer.STALE
    assert offer.lose() == OfferAnswer.DONE
    assert list(candidates(floor, SUPPORT, 9).callers) == [
        WaitingCaller(call_id=CallId("c1"), score=5.0)
    ]


def test_an_old_offer_neither_wins_nor_puts_back_who_is_offered_anew(floor: AnyFloor) -> None:
    """A call that came back and is promised to another agent is that one's."""
    offer = reserved(floor)
    promised_anew(floor)
    before = floor.waiting_room.call(CallId("c1"))
    assert floor.roster.win(offer.promise, Micros(1)) is OfferAnswer.STALE
    assert offer.lose(is_caller_waiting=True) == OfferAnswer.DONE
    assert floor.waiting_room.call(CallId("c1")) == before
    assert (waiting_ids(floor), free_ids(floor)) == ([], [ANNA])


def test_a_lost_caller_gets_the_old_place_back(floor: AnyFloor) -> None:
    """The score is the first one, ahead of those who came meanwhile."""
    offer = reserved(floor, "c1")
    floor.waiting_room.join(joining("c2", score=2.0), request())
    assert offer.lose() == OfferAnswer.DONE
    assert waiting_ids(floor) == ["c1", "c2"]
    call = floor.waiting_room.call(CallId("c1"))
    assert call
    assert (call.state, call.offers, call.talk) == (FloorCallState.WAITING, (), None)


def test_a_lost_caller_who_does_not_wait_on_is_not_offered_again(floor: AnyFloor) -> None:
    """The call stays with the floor until it leaves; nobody is promised to it."""
    offer = reserved(floor)
    assert offer.lose(is_caller_waiting=False) == OfferAnswer.DONE
    assert (waiting_ids(floor), free_ids(floor)) == ([], [ANNA])
    assert floor.waiting_room.leave(CallId("c1"), SUPPORT, request()) is LeaveAnswer.LEFT


def test_a_lost_offer_cannot_be_won(floor: AnyFloor) -> None:
    """Not even while the call still has its place among those being offered."""
    offer = reserved(floor)
    offer.lose(is_caller_waiting=False)
    assert floor.roster.win(offer.promise, Micros(1)) is OfferAnswer.STALE
    assert free_ids(floor) == [ANNA]
    call = floor.waiting_room.call(CallId("c1"))
    assert call
    assert call.state is FloorCallState.OFFERED


def test_only_misses_are_counted(floor: AnyFloor) -> None:
    """They add up over offers; a loss that is nobody's fault adds none."""
    offer = reserved(floor, "c1", "o1")
    counted = []
    for number, is_miss in enumerate((True, False, True), start=2):
        offer.lose(is_miss=is_miss)
        agent = floor.roster.agent(ANNA)
        assert agent
        assert (agent.offer_id, agent.call_id, agent.queue, agent.leg_id) == (None,) * 4
        counted.append(agent.miss_count)
        offer = type(offer)(floor=floor, promise=reservation("c1", f"o{number}"))
        floor.roster.reserve(offer.promise)
    assert counted == [1, 1, 2]


def test_a_repeated_loss_is_lost_once(floor: AnyFloor) -> None:
    """Neither misses nor rests add up, and the next offer is left alone."""
    offer = reserved(floor)
    assert offer.lose(is_miss=True) == OfferAnswer.DONE
    floor.roster.reserve(reservation("c1", "o2"))
    before = (floor.roster.agent(ANNA), floor.waiting_room.call(CallId("c1")))
    assert offer.lose(is_miss=True, rest=LONG_SECONDS) == OfferAnswer.DONE
    assert (floor.roster.agent(ANNA), floor.waiting_room.call(CallId("c1"))) == before


def test_an_offer_that_is_not_the_agent_s_changes_nothing(floor: AnyFloor) -> None:
    """Every verb of an offer checks whose it is."""
    reserved(floor, "c1", "o1")
    other = reservation("c1", "o9")
    before = (floor.roster.agent(ANNA), floor.waiting_room.call(CallId("c1")))
    answers = [
        floor.roster.mark_ringing(other),
        floor.roster.win(other, Micros(1)),
        Offer(floor=floor, promise=other).lose(is_miss=True),
        floor.roster.end_talk(other, wrap_up_seconds=0).answer,
        floor.roster.end_wrap_up(ANNA, OfferId("o9"), "r1", WHY).answer,
    ]
    assert answers == [OfferAnswer.STALE] * 5
    assert (floor.roster.agent(ANNA), floor.waiting_room.call(CallId("c1"))) == before
