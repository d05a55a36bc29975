"""What the scripts do to agents from every state: what the domain's table says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from callcore.adapters.redisdb.floor import Floor
from callcore.adapters.redisdb.keys import Keys
from callcore.domain.agents import (
    REFUSE,
    STAY,
    TRANSITIONS,
    WISH,
    AgentEvent,
    AgentState,
    states_before,
)
from callcore.domain.ids import Micros, OfferId
from callcore.domain.outcomes import OfferLostReason
from callcore.ports.stores import (
    AgentAnswer,
    Freed,
    OfferAnswer,
)
from tests.adapters.redisdb.floors import SITE
from tests.contract.floor_builders import (
    ANNA,
    WHY,
    changes_since,
    end_break,
    joining,
    log_in,
    log_out,
    make_available,
    request,
    reservation,
    reserved,
    start_break,
    talking,
)

KEYS = Keys(SITE)


def bring_into(floor: Floor, raw: Any, state: AgentState) -> None:
    """One agent in any state, with an offer where the state has one."""
    if state in {AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING}:
        offer = talking(floor) if state is AgentState.TALKING else reserved(floor)
        if state is AgentState.RINGING:
            floor.roster.mark_ringing(offer.promise)
    elif state is AgentState.WRAPPING_UP:
        floor.roster.end_talk(talking(floor).promise, wrap_up_seconds=100)
    else:
        make_available(floor, ANNA)
        if state is AgentState.LOGGED_OUT:
            log_out(floor)
        if state is AgentState.ON_BREAK:
            start_break(floor)
    assert raw.hget(KEYS.agent(ANNA), "state") == state
    # The answers of the verbs that led here must not answer for the verb under test.
    for key in raw.keys(KEYS.request("*", "*")):
        raw.delete(key)


PROMISE = reservation("c1", "o1")


def reserve_for_another(floor: Floor) -> object:
    floor.waiting_room.join(joining("c2"), request())
    return floor.roster.reserve(reservation("c2", "o2"))


def lose(floor: Floor, limit: int | None) -> Freed:
    return floor.roster.lose(
        PROMISE,
        reason=OfferLostReason.NO_ANSWER,
        retry_after_seconds=0,
        is_caller_waiting=True,
        break_after_misses=limit,
    )


VERBS: dict[AgentEvent, Callable[[Floor], object]] = {
    AgentEvent.LOG_IN: log_in,
    AgentEvent.LOG_OUT: log_out,
    AgentEvent.BREAK_STARTED: start_break,
    AgentEvent.BREAK_ENDED: end_break,
    AgentEvent.RESERVE: reserve_for_another,
    AgentEvent.LEG_RINGING: lambda floor: floor.roster.mark_ringing(PROMISE),
    AgentEvent.BRIDGED: lambda floor: floor.roster.win(PROMISE, Micros(1)),
    AgentEvent.OFFER_LOST: lambda floor: lose(floor, None),
    AgentEvent.MISSED_TOO_OFTEN: lambda floor: lose(floor, 1),
    AgentEvent.TALK_ENDED: lambda floor: floor.roster.end_talk(PROMISE, wrap_up_seconds=100),
    AgentEvent.WRAP_UP_ENDED: lambda floor: floor.roster.end_wrap_up(
        ANNA, OfferId("o1"), request(), WHY
    ),
    AgentEvent.WRAP_UP_EXTENDED: lambda floor: floor.roster.extend_wrap_up(
        ANNA, request(), WHY, seconds=1, most_seconds=900
    ),
}


@pytest.mark.parametrize("event", list(AgentEvent))
@pytest.mark.parametrize("state", list(AgentState))
def test_a_script_changes_a_state_as_the_domain_s_table_says(
    floor: Floor, raw: Any, state: AgentState, event: AgentEvent
) -> None:
    """Every pair of state and event ends where ``domain.agents`` says, also those that refuse; a
    wish is kept, and nothing else is told than what changed.
    """
    bring_into(floor, raw, state)
    changes_since(floor)
    answer = VERBS[event](floor)
    decided = TRANSITIONS[state][event]
    expected = decided if isinstance(decided, AgentState) else state
    assert raw.hget(KEYS.agent(ANNA), "state") == expected
    assert raw.hexists(KEYS.agent(ANNA), "wish") == (decided is WISH)
    is_extended = event is AgentEvent.WRAP_UP_EXTENDED and decided is STAY
    told = [(change.before, change.state) for change in changes_since(floor)]
    assert told == ([(state, expected)] if expected is not state or is_extended else [])
    if isinstance(answer, AgentAnswer):
        by_decision: dict[object, AgentAnswer] = {
            STAY: AgentAnswer.DONE if is_extended else AgentAnswer.ALREADY,
            WISH: AgentAnswer.WISHED,
            REFUSE: AgentAnswer.REFUSED,
        }
        assert answer is by_decision.get(decided, AgentAnswer.DONE)
    elif isinstance(answer, Freed) and state in states_before(event):
        assert (answer.answer, answer.state) == (OfferAnswer.DONE, expected)
    elif state in states_before(event):
        assert answer in {"reserved", "done"}


@pytest.mark.parametrize("asks", [log_out, start_break], ids=["log_out", "start_break"])
@pytest.mark.parametrize(
    "state", [AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING, AgentState.WRAPPING_UP]
)
def test_a_wish_is_done_wherever_the_agent_would_be_available(
    floor: Floor, raw: Any, state: AgentState, asks: Callable[[Floor], AgentAnswer]
) -> None:
    """Every event that the table makes lead to ``AVAILABLE`` leads to what was wished instead."""
    wished = AgentState.LOGGED_OUT if asks is log_out else AgentState.ON_BREAK
    events = [event for event, to in TRANSITIONS[state].items() if to is AgentState.AVAILABLE]
    assert events or state is AgentState.TALKING
    # A conversation without a wrap-up is the table's end of both.
    for event in events or [AgentEvent.TALK_ENDED]:
        raw.flushall()
        if state is AgentState.WRAPPING_UP:
            offer = talking(floor)
            asks(floor)
            floor.roster.end_talk(offer.promise, wrap_up_seconds=100)
        else:
            bring_into(floor, raw, state)
            asks(floor)
        changes_since(floor)
        if event is AgentEvent.TALK_ENDED:
            freed: object = floor.roster.end_talk(PROMISE, wrap_up_seconds=0)
        else:
            freed = VERBS[event](floor)
        assert isinstance(freed, Freed)
        assert (freed.state, freed.is_wish) == (wished, True)
        assert raw.hget(KEYS.agent(ANNA), "state") == wished
        assert not raw.hexists(KEYS.agent(ANNA), "wish")
        (change,) = changes_since(floor)
        assert (change.before, change.state, change.reason, change.actor, change.note) == (
            *(state, wished, WHY.reason, WHY.actor, WHY.note),
        )
