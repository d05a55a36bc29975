"""A call keeps what its record is to have of the offers it lost, as long as it is known."""

from __future__ import annotations

from callcore.domain.ids import CallId, Micros, OfferId
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.records import OfferRecord
from callcore.ports.stores.calls import MOST_LOST_OFFERS
from tests.contract.floor_builders import (
    ANNA,
    BORIS,
    LONG_SECONDS,
    SALES,
    SUPPORT,
    AnyFloor,
    Offer,
    joining,
    known,
    make_available,
    request,
    reservation,
    reserved,
    ringing_at,
    talking,
)


def noted(offer: Offer, *, at: int = 5, cause: str = "USER_BUSY") -> OfferRecord:
    """What the record has of it."""
    promise = offer.promise
    return OfferRecord(
        offer_id=promise.offer_id,
        queue=promise.queue,
        agent_id=promise.agent_id,
        leg_id=promise.leg_id,
        reserved_at=Micros(at),
        ringing_at=Micros(at + 1),
        ended_at=Micros(at + 2),
        lost_reason=OfferLostReason.BUSY,
        hangup_cause=cause,
    )


def lose(offer: Offer, noted_of_it: OfferRecord | None, *, is_caller_waiting: bool = True) -> None:
    offer.floor.roster.lose(
        offer.promise,
        reason=OfferLostReason.BUSY,
        retry_after_seconds=0.0,
        is_caller_waiting=is_caller_waiting,
        noted=noted_of_it,
    )


def offered_again(floor: AnyFloor, offer_id: str) -> Offer:
    """The next offer of ``c1`` to the only agent."""
    promise = reservation("c1", offer_id)
    assert floor.roster.reserve(promise) == "reserved"
    return Offer(floor=floor, promise=promise)


def test_what_is_noted_of_them_is_kept_in_their_order(floor: AnyFloor) -> None:
    """All that the record has of an offer without a conversation."""
    first = reserved(floor)
    lose(first, noted(first, cause="żółw\n\u2028\ud800"))
    second = offered_again(floor, "o2")
    in_full = OfferRecord(
        offer_id=OfferId("o2"),
        queue=SUPPORT,
        agent_id=ANNA,
        leg_id=second.promise.leg_id,
        reserved_at=Micros(10),
        picked_up_at=Micros(11),
        ended_at=Micros(12),
        lost_reason=OfferLostReason.BRIDGE_FAILED,
    )
    lose(second, in_full)
    kept = (noted(first, cause="żółw\n\u2028?"), in_full)
    assert known(floor).lost_offers == kept
    assert [call.lost_offers for call in floor.waiting_room.calls(known(floor).node)] == [kept]


def test_a_loss_told_again_is_kept_once(floor: AnyFloor) -> None:
    """And one that is not the agent's any more is not kept."""
    offer = reserved(floor)
    lose(offer, noted(offer))
    lose(offer, noted(offer, at=50))
    lose(Offer(floor=floor, promise=reservation("c1", "o9")), noted(offer, at=60))
    assert known(floor).lost_offers == (noted(offer),)


def test_nothing_is_kept_of_an_offer_that_nobody_was_told(floor: AnyFloor) -> None:
    """It is in no record."""
    lose(reserved(floor), None)
    assert known(floor).lost_offers == ()


def test_of_very_many_the_last_are_kept(floor: AnyFloor) -> None:
    """A caller may wait for hours for agents whose phones are off."""
    lose(first := reserved(floor, offer_id="o0"), noted(first))
    for number in range(1, MOST_LOST_OFFERS + 3):
        offer = offered_again(floor, f"o{number}")
        lose(offer, noted(offer, at=number))
    kept = [offer.offer_id for offer in known(floor).lost_offers]
    assert kept == [f"o{number}" for number in range(3, MOST_LOST_OFFERS + 3)]


def test_they_are_kept_over_queues(floor: AnyFloor) -> None:
    """A record tells of a whole call: who was moved, or left and joined anew, has them still."""
    lose(first := reserved(floor), noted(first))
    floor.waiting_room.move(joining("c1", queue=SALES), SUPPORT, request())
    assert known(floor).lost_offers == (noted(first),)
    floor.waiting_room.leave(CallId("c1"), SALES, request())
    assert known(floor).lost_offers == (noted(first),)
    floor.waiting_room.join(joining("c1"), request())
    second = offered_again(floor, "o2")
    lose(second, noted(second))
    assert known(floor).lost_offers == (noted(first), noted(second))


def test_an_offer_lost_to_another_agent_is_kept_with_the_talk(floor: AnyFloor) -> None:
    """As is one that is lost when the caller has hung up; the talk is as it was."""
    first, second = ringing_at(floor, ANNA, BORIS)
    floor.roster.win(first.promise, Micros(7))
    before = known(floor)
    lose(second, noted(second))
    talk = known(floor)
    assert talk.lost_offers == (noted(second),)
    assert (talk.state, talk.talk, talk.bridged_at) == (before.state, before.talk, 7)
    floor.roster.end_talk(first.promise, wrap_up_seconds=LONG_SECONDS)
    assert known(floor).lost_offers == (noted(second),)


def test_a_call_that_is_forgotten_stays_so(floor: AnyFloor) -> None:
    """A loss that is told late brings nothing of it back, and a later call has nothing of it."""
    make_available(floor, BORIS)
    first, second = ringing_at(floor, ANNA, BORIS)
    lose(first, noted(first), is_caller_waiting=False)
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    floor.waiting_room.forget(CallId("c1"))
    lose(second, noted(second), is_caller_waiting=False)
    assert floor.waiting_room.call(CallId("c1")) is None
    assert floor.waiting_room.calls(joining("c1").node) == []
    floor.waiting_room.join(joining("c1"), request())
    assert known(floor).lost_offers == ()


def test_an_offer_that_was_won_is_not_kept_as_lost(floor: AnyFloor) -> None:
    """Whoever says so knows less than the floor."""
    offer = talking(floor)
    lose(offer, noted(offer))
    assert known(floor).lost_offers == ()
