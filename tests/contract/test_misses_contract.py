"""Misses in a row and the break that follows: the same for the fake and each real server."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from callcore.domain.agents import CALLCORE, MISSED_CALLS, AgentReason, AgentState
from callcore.domain.ids import Micros
from callcore.domain.outcomes import MISSES_BY_WILL, OfferLostReason
from callcore.ports.stores import Freed, OfferAnswer
from tests.contract.floor_builders import (
    LONG_SECONDS,
    LUNCH,
    SUPPORT,
    AnyFloor,
    Offer,
    agent_of,
    changes_since,
    end_break,
    free_ids,
    log_in,
    log_out,
    reservation,
    reserved,
    start_break,
    waiting_ids,
)

AVAILABLE = Freed(answer=OfferAnswer.DONE, state=AgentState.AVAILABLE)
SENT_AWAY = Freed(answer=OfferAnswer.DONE, state=AgentState.ON_BREAK, break_code=MISSED_CALLS)


def offered_again(floor: AnyFloor, number: int) -> Offer:
    """The same caller, promised to the same agent anew."""
    promise = reservation("c1", f"o{number}")
    assert floor.roster.reserve(promise) == "reserved"
    return Offer(floor=floor, promise=promise)


@pytest.mark.parametrize("reason", OfferLostReason)
def test_what_the_agent_did_is_counted(floor: AnyFloor, reason: OfferLostReason) -> None:
    """A phone or a line that is away, and what is nobody's fault, sends nobody on a break."""
    freed = reserved(floor).end(reason, limit=1)
    agent = agent_of(floor)
    if reason in MISSES_BY_WILL:
        assert freed == SENT_AWAY
        assert agent.state is AgentState.ON_BREAK
    else:
        assert freed == AVAILABLE
        assert (agent.state, agent.miss_count, agent.reason) == (
            *(AgentState.AVAILABLE, 0, str(reason)),
        )


def test_so_many_misses_in_a_row_are_followed_by_a_break(floor: AnyFloor) -> None:
    """Of no limited length, whatever rest there would be; the count begins anew with it, and the
    caller waits on.
    """
    offer = reserved(floor)
    assert offer.end(OfferLostReason.BUSY, limit=2) == AVAILABLE
    offer = offered_again(floor, 2)
    assert offer.end(OfferLostReason.UNREGISTERED, limit=2) == AVAILABLE
    offer = offered_again(floor, 3)
    changes_since(floor)
    assert offer.end(OfferLostReason.REFUSED, rest=LONG_SECONDS, limit=2) == SENT_AWAY
    agent = agent_of(floor)
    assert (agent.state, agent.break_code, agent.lease_until, agent.miss_count) == (
        *(AgentState.ON_BREAK, MISSED_CALLS, None, 0),
    )
    assert (agent.reason, agent.actor) == (AgentReason.MISSED_CALLS, CALLCORE)
    assert (free_ids(floor), floor.roster.staffed(SUPPORT)) == ([], set())
    assert waiting_ids(floor) == ["c1"]
    (change,) = changes_since(floor)
    assert (change.before, change.state, change.reason, change.break_code, change.offer_id) == (
        *(AgentState.RESERVED, AgentState.ON_BREAK, AgentReason.MISSED_CALLS, MISSED_CALLS, "o3"),
    )
    assert offer.end(OfferLostReason.REFUSED, limit=2) == SENT_AWAY
    assert end_break(floor) == "done"
    assert offered_again(floor, 4).end(OfferLostReason.BUSY, limit=2) == AVAILABLE


def test_without_a_limit_nobody_is_sent_away(floor: AnyFloor) -> None:
    """However many are missed."""
    offer = reserved(floor)
    for number in range(2, 6):
        assert offer.end(OfferLostReason.NO_ANSWER) == AVAILABLE
        offer = offered_again(floor, number)
    assert agent_of(floor).miss_count == 4


def test_only_a_miss_sends_away(floor: AnyFloor) -> None:
    """Whoever has missed as many as a new limit allows is sent away by the next one."""
    reserved(floor).end(OfferLostReason.BUSY)
    offered_again(floor, 2).end(OfferLostReason.BUSY)
    assert offered_again(floor, 3).end(OfferLostReason.CALLER_GONE, limit=2) == AVAILABLE
    assert offered_again(floor, 4).end(OfferLostReason.BUSY, limit=2) == SENT_AWAY


@pytest.mark.parametrize("between", ["win", "log_in", "end_break"])
def test_what_ends_a_row(floor: AnyFloor, between: str) -> None:
    """A conversation, another login and a break's end each."""
    reserved(floor).end(OfferLostReason.BUSY, limit=2)
    assert agent_of(floor).miss_count == 1
    if between == "win":
        offer = offered_again(floor, 2)
        floor.roster.win(offer.promise, Micros(1))
        assert agent_of(floor).miss_count == 0
        return
    if between == "log_in":
        log_out(floor)
        log_in(floor)
    else:
        start_break(floor)
        end_break(floor)
    assert agent_of(floor).miss_count == 0
    assert offered_again(floor, 2).end(OfferLostReason.BUSY, limit=2) == AVAILABLE


@pytest.mark.parametrize("wish", [log_out, start_break], ids=["log_out", "start_break"])
def test_a_wish_comes_before_the_break_for_misses(
    floor: AnyFloor, wish: Callable[[AnyFloor], object]
) -> None:
    """It is the agent's own choice; the misses are counted on."""
    offer = reserved(floor)
    wish(floor)
    freed = offer.end(OfferLostReason.BUSY, limit=1)
    is_break = freed.state is AgentState.ON_BREAK
    assert freed.is_wish is True
    assert freed.break_code == (LUNCH if is_break else None)
    assert (agent_of(floor).state, agent_of(floor).miss_count) == (freed.state, 1)


def test_a_stale_loss_is_no_miss(floor: AnyFloor) -> None:
    """An offer that is not the agent's any more counts for nothing."""
    offer = reserved(floor)
    floor.roster.win(offer.promise, Micros(1))
    assert offer.end(OfferLostReason.BUSY, limit=1) == Freed(answer=OfferAnswer.STALE)
    assert agent_of(floor).miss_count == 0
    assert agent_of(floor).state is AgentState.TALKING
