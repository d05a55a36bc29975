"""Agents whose hashes a version wrote that knew nothing of wishes, codes, holds and reasons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from callcore.adapters.redisdb.floor import Floor
from callcore.adapters.redisdb.keys import Keys
from callcore.domain.agents import ANY_BREAK, AgentState, HoldReason
from callcore.domain.ids import Micros, OfferId
from callcore.domain.outcomes import OfferLostReason
from callcore.ports.stores import AgentAnswer, FloorAgent, Freed, OfferAnswer
from tests.adapters.redisdb.floors import SITE
from tests.adapters.redisdb.racing import check
from tests.contract.floor_builders import (
    ANNA,
    LUNCH,
    SUPPORT,
    WHY,
    Offer,
    agent_of,
    changes_since,
    end_break,
    enrol,
    free_ids,
    joining,
    log_in,
    log_out,
    request,
    reservation,
    start_break,
)

KEYS = Keys(SITE)
SINCE = 1_700_000_000_000_001
LATER = 4_000_000_000_000_000
POSTS = '[{"queue":"support","order":"longest_idle","level":1,"position":1}]'
OFFER = {"call_id": "c1", "offer_id": "o1", "queue": "support", "leg_id": "leg-of-o1"}
PROMISE = reservation("c1", "o1")
LEASED = {AgentState.RESERVED, AgentState.RINGING, AgentState.WRAPPING_UP}


def write_as_before(floor: Floor, raw: Any, state: AgentState) -> None:
    """The keys of an agent in that state as the version before left them."""
    has_offer = state in {*LEASED, AgentState.TALKING}
    row = {
        "state": state,
        "since": SINCE,
        "posts": POSTS,
        "name": "Anna",
        "miss_count": 1,
        "draw": 7,
        "talk_micros": 5,
        "talk_count": 2,
        "offered_at:support": SINCE,
    }
    raw.sadd(KEYS.agents(), ANNA)
    raw.hset(KEYS.agent(ANNA), mapping={**row, **(OFFER if has_offer else {})})
    if state not in {AgentState.LOGGED_OUT, AgentState.ON_BREAK}:
        raw.sadd(KEYS.staffed(SUPPORT), ANNA)
    if state is AgentState.AVAILABLE:
        raw.zadd(KEYS.free_agents(SUPPORT), {ANNA: 2**42 + SINCE // 1000})
    if state in LEASED:
        raw.zadd(KEYS.leases(), {ANNA: LATER})
    if has_offer and state is not AgentState.WRAPPING_UP:
        floor.waiting_room.join(joining("c1"), request())
        raw.zrem(KEYS.waiting(SUPPORT), "c1")
        call = {"state": "talking", "offer_id": "o1", "agent_id": ANNA}
        if state is not AgentState.TALKING:
            raw.zadd(KEYS.offered(SUPPORT), {"c1": 1.0})
            call = {"state": "offered", "offers": '[["o1","anna","leg-of-o1"]]'}
        else:
            call |= {"agent_leg_id": "leg-of-o1", "bridged_at": str(SINCE)}
        raw.hset(KEYS.call(PROMISE.call_id), mapping=call)


@pytest.mark.parametrize("state", AgentState)
def test_an_agent_of_the_version_before_is_read(floor: Floor, raw: Any, state: AgentState) -> None:
    """With nothing that was not known then, but the code of a break that has to have one."""
    write_as_before(floor, raw, state)
    has_offer = state in {*LEASED, AgentState.TALKING}
    assert floor.roster.agents() == [
        FloorAgent(
            agent_id=ANNA,
            state=state,
            since=Micros(SINCE),
            queues=(SUPPORT,),
            call_id=PROMISE.call_id if has_offer else None,
            offer_id=PROMISE.offer_id if has_offer else None,
            queue=SUPPORT if has_offer else None,
            leg_id=PROMISE.leg_id if has_offer else None,
            lease_until=Micros(LATER) if state in LEASED else None,
            miss_count=1,
            break_code=ANY_BREAK if state is AgentState.ON_BREAK else None,
        )
    ]


def give_back(floor: Floor) -> object:
    return Offer(floor=floor, promise=PROMISE).lose()


GOING_ON: dict[AgentState, list[Callable[[Floor], object]]] = {
    AgentState.LOGGED_OUT: [log_in],
    AgentState.AVAILABLE: [start_break, end_break],
    AgentState.RESERVED: [
        lambda floor: floor.roster.mark_ringing(PROMISE),
        give_back,
    ],
    AgentState.RINGING: [log_out, give_back, log_in],
    AgentState.TALKING: [
        start_break,
        lambda floor: floor.roster.end_talk(PROMISE, wrap_up_seconds=0),
        end_break,
    ],
    AgentState.WRAPPING_UP: [
        lambda floor: floor.roster.end_wrap_up(ANNA, OfferId("o1"), request(), WHY),
    ],
    AgentState.ON_BREAK: [end_break],
}


@pytest.mark.parametrize("state", AgentState)
def test_an_agent_of_the_version_before_goes_on(floor: Floor, raw: Any, state: AgentState) -> None:
    """Into work as if nothing had been, with a timeline from now on."""
    write_as_before(floor, raw, state)
    for step in GOING_ON[state]:
        step(floor)
    check(raw)
    assert free_ids(floor) == [ANNA]
    changes = changes_since(floor)
    assert changes[0].before is state
    assert floor.roster.hold(ANNA, frozenset({HoldReason.OUTSIDE_CALL}), "r") is AgentAnswer.DONE
    assert free_ids(floor) == []
    check(raw)


def test_a_break_without_a_code_is_the_usual_one(floor: Floor, raw: Any) -> None:
    """Asked for again it is the same break; another code begins another."""
    write_as_before(floor, raw, AgentState.ON_BREAK)
    assert start_break(floor, code=ANY_BREAK) is AgentAnswer.ALREADY
    assert start_break(floor) is AgentAnswer.DONE
    assert agent_of(floor).break_code == LUNCH


@pytest.mark.parametrize("remembered", ["done", "done available 0 0 "])
@pytest.mark.parametrize("verb", ["lose", "end_talk"])
def test_an_end_that_the_version_before_remembered_is_over(
    floor: Floor, raw: Any, verb: str, remembered: str
) -> None:
    """Its answer had fewer words; repeated by this version it changes nothing and is no fault."""
    write_as_before(floor, raw, AgentState.TALKING)
    raw.set(KEYS.request(verb, "o1"), remembered)
    if verb == "lose":
        freed = Offer(floor=floor, promise=PROMISE).end(OfferLostReason.BUSY)
    else:
        freed = floor.roster.end_talk(PROMISE, wrap_up_seconds=0)
    assert freed == Freed(answer=OfferAnswer.STALE)
    assert agent_of(floor).state is AgentState.TALKING


def test_posts_are_written_as_before(floor: Floor, raw: Any) -> None:
    """The version before reads them, should one go back to it."""
    enrol(floor, ANNA, SUPPORT)
    assert raw.hget(KEYS.agent(ANNA), "posts") == POSTS
