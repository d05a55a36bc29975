"""How long wrap-ups last: the same for the fake and each real server."""

from __future__ import annotations

from callcore.domain.agents import AgentReason, AgentState, Why
from callcore.domain.ids import Micros, OfferId
from callcore.ports.stores import AgentAnswer, Freed, OfferAnswer
from tests.contract.conftest import Stage
from tests.contract.floor_builders import (
    ANNA,
    LONG_SECONDS,
    SHORT_SECONDS,
    WHY,
    AnyFloor,
    agent_of,
    changes_since,
    free_ids,
    joining,
    make_available,
    request,
    reservation,
    start_break,
    talking,
)

STALE = Freed(answer=OfferAnswer.STALE)
AVAILABLE = Freed(answer=OfferAnswer.DONE, state=AgentState.AVAILABLE)
O1 = OfferId("o1")
EXTENDING = Why(reason=AgentReason.WRAP_UP_EXTENDED, actor="agent")


def wrapping_up(floor: AnyFloor, seconds: float) -> None:
    floor.roster.end_talk(talking(floor).promise, wrap_up_seconds=seconds)


def extend(floor: AnyFloor, seconds: float, most_seconds: float) -> AgentAnswer:
    return floor.roster.extend_wrap_up(
        ANNA, request(), EXTENDING, seconds=seconds, most_seconds=most_seconds
    )


def length(floor: AnyFloor) -> float:
    """How long the wrap-up is, in seconds."""
    agent = agent_of(floor)
    assert agent.lease_until is not None
    return round((agent.lease_until - agent.since) / 1_000_000, 3)


def test_a_timer_does_not_end_a_wrap_up_that_goes_on(floor: AnyFloor) -> None:
    """Whoever gives no reason finds it going on; whoever gives one ends it."""
    wrapping_up(floor, LONG_SECONDS)
    before = agent_of(floor)
    assert floor.roster.end_wrap_up(ANNA, O1, request()) == STALE
    assert agent_of(floor) == before
    why = Why(reason=AgentReason.WRAP_UP_ENDED_EARLY, actor="agent")
    assert floor.roster.end_wrap_up(ANNA, O1, request(), why) == AVAILABLE
    agent = agent_of(floor)
    assert (agent.reason, agent.actor) == (AgentReason.WRAP_UP_ENDED_EARLY, "agent")
    assert floor.roster.next_expiry_seconds() is None


def test_a_timer_may_come_a_moment_early(floor: AnyFloor) -> None:
    """It is not in vain if Redis' clock is some milliseconds behind."""
    wrapping_up(floor, SHORT_SECONDS)
    assert floor.roster.end_wrap_up(ANNA, O1, request()) == AVAILABLE
    assert agent_of(floor).reason == AgentReason.WRAP_UP_ENDED
    assert free_ids(floor) == [ANNA]


def test_a_wrap_up_whose_time_is_over_ends_without_a_reason(stage: Stage) -> None:
    """Also when nobody came for a while."""
    floor = stage.floor
    wrapping_up(floor, 0.12)
    assert floor.roster.end_wrap_up(ANNA, O1, "early") == STALE
    stage.pass_time(0.15)
    assert floor.roster.end_wrap_up(ANNA, O1, "late") == AVAILABLE
    assert floor.roster.end_wrap_up(ANNA, O1, "early") == STALE


def test_the_end_of_one_wrap_up_does_not_end_the_next(floor: AnyFloor) -> None:
    """Though it is the same agent, and a reason is given."""
    wrapping_up(floor, SHORT_SECONDS)
    floor.roster.end_wrap_up(ANNA, O1, request())
    wrapping_up_after(floor, 2)
    assert floor.roster.end_wrap_up(ANNA, O1, request(), WHY) == STALE
    assert agent_of(floor).offer_id == "o2"


def test_a_wrap_up_is_extended_up_to_its_limit(floor: AnyFloor) -> None:
    """By what is asked each time; the limit counts from the beginning of the wrap-up."""
    wrapping_up(floor, 30)
    begun = agent_of(floor)
    changes_since(floor)
    assert extend(floor, 40, 100) is AgentAnswer.DONE
    assert length(floor) == 70
    assert extend(floor, 40, 100) is AgentAnswer.DONE
    assert length(floor) == 100
    assert extend(floor, 40, 100) is AgentAnswer.ALREADY
    assert extend(floor, 40, 99) is AgentAnswer.ALREADY
    assert length(floor) == 100
    agent = agent_of(floor)
    assert (agent.state, agent.since, agent.reason) == (begun.state, begun.since, begun.reason)
    changes = changes_since(floor)
    assert [(c.before, c.state, c.reason, c.actor, c.offer_id) for c in changes] == [
        (AgentState.WRAPPING_UP, AgentState.WRAPPING_UP, EXTENDING.reason, "agent", "o1")
    ] * 2
    assert floor.roster.end_wrap_up(ANNA, O1, request()) == STALE


def test_an_extension_is_done_once(floor: AnyFloor) -> None:
    """A repeated request does not add up."""
    wrapping_up(floor, 30)
    for _ in range(2):
        answer = floor.roster.extend_wrap_up(ANNA, "r", EXTENDING, seconds=5, most_seconds=100)
        assert answer is AgentAnswer.DONE
    assert length(floor) == 35


def test_what_was_extended_is_told_at_the_end(floor: AnyFloor) -> None:
    """Of this wrap-up, not of the next."""
    wrapping_up(floor, 30)
    assert not agent_of(floor).was_extended
    extend(floor, 40, 100)
    assert agent_of(floor).was_extended
    freed = floor.roster.end_wrap_up(ANNA, O1, request(), WHY)
    extended = Freed(answer=OfferAnswer.DONE, state=AgentState.AVAILABLE, was_extended=True)
    assert freed == extended
    for number in (2, 3):
        wrapping_up_after(floor, number)
        freed = floor.roster.end_wrap_up(ANNA, OfferId(f"o{number}"), request(), WHY)
        assert freed == AVAILABLE


def wrapping_up_after(floor: AnyFloor, number: int) -> None:
    """Another conversation, and the wrap-up after it."""
    call_id = f"c{number}"
    floor.waiting_room.join(joining(call_id), request())
    promise = reservation(call_id, f"o{number}")
    floor.roster.reserve(promise)
    floor.roster.win(promise, Micros(1))
    floor.roster.end_talk(promise, wrap_up_seconds=30)


def test_only_a_wrap_up_is_extended(floor: AnyFloor) -> None:
    """Not a conversation, not a break, not an agent at rest."""
    make_available(floor, ANNA)
    assert extend(floor, 40, 100) is AgentAnswer.REFUSED
    start_break(floor, most_seconds=LONG_SECONDS)
    before = agent_of(floor)
    assert extend(floor, 40, 100) is AgentAnswer.REFUSED
    assert agent_of(floor) == before


def test_a_break_out_of_an_extended_wrap_up_is_a_break(floor: AnyFloor) -> None:
    """It has its own length, and the wrap-up after it was not extended."""
    wrapping_up(floor, 30)
    extend(floor, 40, 100)
    start_break(floor)
    assert agent_of(floor).lease_until is None
    assert not agent_of(floor).was_extended
    floor.roster.end_break(ANNA, request(), WHY)
    wrapping_up_after(floor, 2)
    freed = floor.roster.end_wrap_up(ANNA, OfferId("o2"), request(), WHY)
    assert freed.was_extended is False
