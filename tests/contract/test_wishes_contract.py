"""What agents ask for during a call: the same for the fake and each real server."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from callcore.domain.agents import AgentReason, AgentState, BreakCode, Why, Wish
from callcore.domain.ids import Micros, OfferId
from callcore.domain.outcomes import OfferLostReason
from callcore.ports.stores import AgentAnswer, Freed, OfferAnswer
from tests.contract.floor_builders import (
    ANNA,
    CHANGES,
    LONG_SECONDS,
    LUNCH,
    SALES,
    SUPPORT,
    WHY,
    AnyFloor,
    Offer,
    agent_of,
    changes_since,
    end_break,
    enrol,
    free_ids,
    log_in,
    log_out,
    request,
    reserved,
    start_break,
    talking,
    waiting_ids,
)

TO_LEAVE = Wish(state=AgentState.LOGGED_OUT, break_code=None)
TO_LUNCH = Wish(state=AgentState.ON_BREAK, break_code=LUNCH)
ASKING: dict[str, tuple[Wish, Freed]] = {
    "log_out": (
        TO_LEAVE,
        Freed(answer=OfferAnswer.DONE, state=AgentState.LOGGED_OUT, is_wish=True),
    ),
    "start_break": (
        TO_LUNCH,
        Freed(answer=OfferAnswer.DONE, state=AgentState.ON_BREAK, break_code=LUNCH, is_wish=True),
    ),
}


def ringing(floor: AnyFloor) -> Offer:
    offer = reserved(floor)
    floor.roster.mark_ringing(offer.promise)
    return offer


HOLDING: dict[str, Callable[[AnyFloor], Offer]] = {
    "reserved": reserved,
    "ringing": ringing,
    "talking": talking,
}


@pytest.mark.parametrize("verb", ASKING)
@pytest.mark.parametrize("state", HOLDING)
def test_who_holds_a_call_goes_after_it(floor: AnyFloor, state: str, verb: str) -> None:
    """The wish is kept and changes nothing else; the end of the call without a wrap-up grants it,
    for the reason and by whom it was wished, and nobody is free or staffed any more.
    """
    offer = HOLDING[state](floor)
    before = agent_of(floor)
    changes_since(floor)
    wish, gone = ASKING[verb]
    assert CHANGES[verb](floor) is AgentAnswer.WISHED
    wishing = agent_of(floor)
    assert wishing.wish == wish
    assert (wishing.state, wishing.since, wishing.offer_id, wishing.lease_until) == (
        *(before.state, before.since, before.offer_id, before.lease_until),
    )
    assert floor.roster.staffed(SUPPORT) == {ANNA}
    assert changes_since(floor) == []
    if state == "talking":
        freed = floor.roster.end_talk(offer.promise, wrap_up_seconds=0)
    else:
        freed = offer.end(OfferLostReason.CALLER_GONE, rest=LONG_SECONDS)
    assert freed == gone
    agent = agent_of(floor)
    assert (agent.state, agent.break_code, agent.wish) == (wish.state, wish.break_code, None)
    assert (agent.reason, agent.actor) == (WHY.reason, WHY.actor)
    assert (agent.offer_id, agent.call_id, agent.queue, agent.leg_id) == (None,) * 4
    assert (floor.roster.staffed(SUPPORT), free_ids(floor)) == (set(), [])
    assert floor.roster.next_expiry_seconds() is None
    (change,) = changes_since(floor)
    assert (change.before, change.state, change.note) == (before.state, wish.state, WHY.note)


@pytest.mark.parametrize("verb", ASKING)
def test_a_wish_waits_for_the_wrap_up(floor: AnyFloor, verb: str) -> None:
    """The wrap-up is had in full, or ended early, and then the wish is granted."""
    wish, gone = ASKING[verb]
    offer = talking(floor)
    CHANGES[verb](floor)
    freed = floor.roster.end_talk(offer.promise, wrap_up_seconds=LONG_SECONDS)
    assert freed == Freed(answer=OfferAnswer.DONE, state=AgentState.WRAPPING_UP)
    assert agent_of(floor).wish == wish
    assert floor.roster.end_wrap_up(ANNA, OfferId("o1"), "r1", WHY) == gone
    assert agent_of(floor).state is wish.state
    assert floor.roster.end_wrap_up(ANNA, OfferId("o1"), "r1", WHY) == gone


def test_a_wish_survives_the_next_states_of_the_call(floor: AnyFloor) -> None:
    """Asked for when the call was promised, granted when it ends."""
    offer = reserved(floor)
    log_out(floor)
    floor.roster.mark_ringing(offer.promise)
    assert agent_of(floor).wish == TO_LEAVE
    floor.roster.win(offer.promise, Micros(1))
    assert agent_of(floor).wish == TO_LEAVE
    enrol(floor, ANNA, SALES)
    assert agent_of(floor).wish == TO_LEAVE
    floor.roster.end_talk(offer.promise, wrap_up_seconds=0)
    assert agent_of(floor).state is AgentState.LOGGED_OUT
    assert floor.roster.staffed(SALES) == frozenset()


@pytest.mark.parametrize("state", HOLDING)
def test_the_last_wish_wins(floor: AnyFloor, state: str) -> None:
    """Each wish takes the place of the one before, also of the same kind."""
    offer = HOLDING[state](floor)
    meeting = BreakCode("meeting")
    assert start_break(floor, most_seconds=LONG_SECONDS) is AgentAnswer.WISHED
    assert log_out(floor) is AgentAnswer.WISHED
    assert agent_of(floor).wish == TO_LEAVE
    assert start_break(floor) is AgentAnswer.WISHED
    assert start_break(floor, code=meeting) is AgentAnswer.WISHED
    assert start_break(floor, code=meeting) is AgentAnswer.WISHED
    if state == "talking":
        floor.roster.end_talk(offer.promise, wrap_up_seconds=0)
    else:
        offer.lose()
    agent = agent_of(floor)
    assert (agent.state, agent.break_code, agent.lease_until) == (
        *(AgentState.ON_BREAK, meeting, None),
    )


def test_a_wished_break_is_as_long_as_was_asked(floor: AnyFloor) -> None:
    """Its lease begins with it, not with the wish."""
    offer = talking(floor)
    start_break(floor, most_seconds=LONG_SECONDS)
    assert agent_of(floor).lease_until is None
    floor.roster.end_talk(offer.promise, wrap_up_seconds=0)
    agent = agent_of(floor)
    assert agent.lease_until is not None
    assert abs(agent.lease_until - agent.since - LONG_SECONDS * 1_000_000) < 100


@pytest.mark.parametrize("is_wrapping_up", [False, True])
@pytest.mark.parametrize(
    ("asked", "back", "answer"),
    [
        (log_out, log_in, AgentAnswer.CANCELLED),
        (start_break, log_in, AgentAnswer.CANCELLED),
        (start_break, end_break, AgentAnswer.CANCELLED),
        (log_out, end_break, AgentAnswer.ALREADY),
    ],
)
def test_a_wish_is_taken_back(
    floor: AnyFloor,
    is_wrapping_up: bool,
    asked: Callable[[AnyFloor], AgentAnswer],
    back: Callable[[AnyFloor], AgentAnswer],
    answer: AgentAnswer,
) -> None:
    """By logging in, and by ending the break that was wished for; nobody hears of it."""
    offer = talking(floor)
    asked(floor)
    if is_wrapping_up:
        floor.roster.end_talk(offer.promise, wrap_up_seconds=LONG_SECONDS)
    before = agent_of(floor)
    changes_since(floor)
    assert back(floor) is answer
    agent = agent_of(floor)
    is_taken_back = answer is AgentAnswer.CANCELLED
    assert (agent.wish is None) == is_taken_back
    assert (agent.state, agent.since) == (before.state, before.since)
    assert changes_since(floor) == []
    if is_taken_back:
        assert back(floor) is AgentAnswer.ALREADY
    if is_wrapping_up:
        freed = floor.roster.end_wrap_up(ANNA, OfferId("o1"), request(), WHY)
    else:
        freed = floor.roster.end_talk(offer.promise, wrap_up_seconds=0)
    available = Freed(answer=OfferAnswer.DONE, state=AgentState.AVAILABLE)
    assert (freed == available) == is_taken_back


@pytest.mark.parametrize("verb", ASKING)
def test_who_goes_during_the_wrap_up_has_no_wish_left(floor: AnyFloor, verb: str) -> None:
    """The wrap-up ends with it, whatever was wished before; back again, nothing happens later."""
    offer = talking(floor)
    log_out(floor)
    floor.roster.end_talk(offer.promise, wrap_up_seconds=LONG_SECONDS)
    assert CHANGES[verb](floor) is AgentAnswer.DONE
    wish, _ = ASKING[verb]
    assert (agent_of(floor).state, agent_of(floor).wish) == (wish.state, None)
    log_in(floor)
    end_break(floor)
    assert free_ids(floor) == [ANNA]


@pytest.mark.parametrize("verb", ASKING)
def test_a_repeated_wish_is_no_second_one(floor: AnyFloor, verb: str) -> None:
    """The answer is the first one's, and a wish that was taken back stays so."""
    reserved(floor)
    asks = {
        "log_out": lambda: log_out(floor, ANNA, "r"),
        "start_break": lambda: start_break(floor, ANNA, "r"),
    }[verb]
    assert asks() is AgentAnswer.WISHED
    assert floor.roster.log_in(ANNA, "s", WHY) is AgentAnswer.CANCELLED
    assert asks() is AgentAnswer.WISHED
    assert agent_of(floor).wish is None
    assert floor.roster.log_in(ANNA, "s", WHY) is AgentAnswer.CANCELLED


def test_the_caller_of_one_who_wishes_to_go_waits_on(floor: AnyFloor) -> None:
    """The wish is the agent's; the caller gets the old place back."""
    offer = reserved(floor)
    log_out(floor)
    offer.lose()
    assert waiting_ids(floor) == ["c1"]


def test_a_wish_is_granted_for_the_reason_it_was_made(floor: AnyFloor) -> None:
    """Hostile text in it does no harm."""
    offer = talking(floor)
    why = Why(reason=AgentReason.FEATURE_CODE, actor="agent", note='"}{\\ \x00 Zażółć 🐴 \udcff')
    floor.roster.start_break(ANNA, request(), why, code=LUNCH, most_seconds=None)
    changes_since(floor)
    floor.roster.end_talk(offer.promise, wrap_up_seconds=0)
    (change,) = changes_since(floor)
    assert (change.reason, change.actor) == (AgentReason.FEATURE_CODE, "agent")
    assert change.note == '"}{\\ \x00 Zażółć 🐴 ?'
