"""Agents who are available and not to be asked: the same for the fake and each real server."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from callcore.domain.agents import AgentReason, AgentState, HoldReason
from callcore.domain.ids import Micros, OfferId
from callcore.ports.stores import AgentAnswer, AskingOrder, Post, ReserveAnswer
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
    agent_of,
    candidates,
    changes_since,
    end_break,
    enrol,
    free_ids,
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

AWAY = frozenset({HoldReason.UNREGISTERED})
BUSY = frozenset({HoldReason.OUTSIDE_CALL})
NONE: frozenset[HoldReason] = frozenset()


def hold(floor: AnyFloor, holds: frozenset[HoldReason] = AWAY) -> AgentAnswer:
    return floor.roster.hold(ANNA, holds, request())


def test_who_is_held_is_not_asked(floor: AnyFloor) -> None:
    """In no queue, though available and staffed; released, the agent has the place of before."""
    make_available(floor, ANNA, SUPPORT, SALES)
    make_available(floor, BORIS, SUPPORT, SALES)
    before = agent_of(floor)
    assert hold(floor) is AgentAnswer.DONE
    held = agent_of(floor)
    assert (held.state, held.since, held.holds) == (AgentState.AVAILABLE, before.since, AWAY)
    assert (free_ids(floor, SUPPORT), free_ids(floor, SALES)) == ([BORIS], [BORIS])
    assert floor.roster.staffed(SUPPORT) == {ANNA, BORIS}
    floor.waiting_room.join(joining("c1"), request())
    assert floor.roster.reserve(reservation("c1", "o1")) is ReserveAnswer.AGENT_BUSY
    assert hold(floor, NONE) is AgentAnswer.DONE
    assert agent_of(floor) == before
    assert (free_ids(floor, SUPPORT), free_ids(floor, SALES)) == ([ANNA, BORIS], [ANNA, BORIS])


def test_one_reason_is_enough(floor: AnyFloor) -> None:
    """Each is told in place of what was said before; only the last one's end frees the agent."""
    make_available(floor, ANNA)
    changes_since(floor)
    assert hold(floor, NONE) is AgentAnswer.ALREADY
    assert hold(floor, AWAY | BUSY) is AgentAnswer.DONE
    assert hold(floor, BUSY | AWAY) is AgentAnswer.ALREADY
    assert hold(floor, BUSY) is AgentAnswer.DONE
    assert (agent_of(floor).holds, free_ids(floor)) == (BUSY, [])
    assert hold(floor, NONE) is AgentAnswer.DONE
    assert free_ids(floor) == [ANNA]
    changes = changes_since(floor)
    assert [change.holds for change in changes] == [AWAY | BUSY, BUSY, NONE]
    available = AgentState.AVAILABLE
    assert {(c.before, c.state, c.reason, c.offer_id) for c in changes} == {
        (available, available, AgentReason.HOLDS_CHANGED, None)
    }


def test_a_repeated_hold_changes_nothing(floor: AnyFloor) -> None:
    """A late repetition does not hold an agent who was released."""
    make_available(floor, ANNA)
    floor.roster.hold(ANNA, AWAY, "r")
    floor.roster.hold(ANNA, NONE, "s")
    assert floor.roster.hold(ANNA, AWAY, "r") is AgentAnswer.DONE
    assert free_ids(floor) == [ANNA]


def back_by_log_in(floor: AnyFloor) -> None:
    log_out(floor)
    hold(floor)
    log_in(floor)


def back_by_end_break(floor: AnyFloor) -> None:
    start_break(floor)
    hold(floor)
    end_break(floor)


def back_by_lose(floor: AnyFloor) -> None:
    offer = reserved(floor)
    hold(floor)
    offer.lose()


def back_by_end_talk(floor: AnyFloor) -> None:
    offer = talking(floor)
    hold(floor)
    floor.roster.end_talk(offer.promise, wrap_up_seconds=0)


def back_by_end_wrap_up(floor: AnyFloor) -> None:
    floor.roster.end_talk(talking(floor).promise, wrap_up_seconds=LONG_SECONDS)
    hold(floor)
    floor.roster.end_wrap_up(ANNA, OfferId("o1"), request(), WHY)


def back_by_wake(floor: AnyFloor) -> None:
    reserved(floor).lose(rest=SHORT_SECONDS)
    hold(floor)
    assert floor.roster.wake(ANNA) is False
    assert floor.roster.wake(ANNA) is False
    assert floor.roster.next_expiry_seconds() is None


def back_by_enrol(floor: AnyFloor) -> None:
    hold(floor)
    enrol(floor, ANNA, SALES)
    enrol(floor, ANNA, SUPPORT)


@pytest.mark.parametrize(
    "come_back",
    [
        *(back_by_log_in, back_by_end_break, back_by_lose, back_by_end_talk),
        *(back_by_end_wrap_up, back_by_wake, back_by_enrol),
    ],
)
def test_whoever_comes_back_is_held_still(
    floor: AnyFloor, come_back: Callable[[AnyFloor], None]
) -> None:
    """Available, staffed and not free, until released."""
    make_available(floor, ANNA)
    come_back(floor)
    agent = agent_of(floor)
    assert (agent.state, agent.holds, agent.lease_until) == (AgentState.AVAILABLE, AWAY, None)
    assert (free_ids(floor), floor.roster.staffed(SUPPORT)) == ([], {ANNA})
    assert hold(floor, NONE) is AgentAnswer.DONE
    assert free_ids(floor) == [ANNA]
    assert floor.roster.wake(ANNA) is True


def test_holding_ends_no_call(floor: AnyFloor) -> None:
    """Offers and talks go on as if nothing had been said."""
    offer = reserved(floor)
    changes_since(floor)
    hold(floor)
    assert floor.roster.mark_ringing(offer.promise) == "done"
    assert floor.roster.win(offer.promise, Micros(1)) == "done"
    hold(floor, BUSY)
    assert agent_of(floor).state is AgentState.TALKING
    told = [(change.state, change.holds) for change in changes_since(floor)]
    assert told == [
        *((AgentState.RESERVED, AWAY), (AgentState.RINGING, AWAY)),
        *((AgentState.TALKING, AWAY), (AgentState.TALKING, BUSY)),
    ]


@pytest.mark.parametrize("state", ["logged_out", "on_break", "resting", "reserved"])
def test_a_release_frees_nobody_who_is_not_available(floor: AnyFloor, state: str) -> None:
    """Nor one who rests after a miss."""
    if state in {"resting", "reserved"}:
        offer = reserved(floor)
        if state == "resting":
            offer.lose(rest=LONG_SECONDS)
    else:
        make_available(floor, ANNA)
        (log_out if state == "logged_out" else start_break)(floor)
    before = agent_of(floor)
    hold(floor)
    hold(floor, NONE)
    assert agent_of(floor) == before
    assert free_ids(floor) == []


def test_a_released_agent_is_at_the_place_of_the_post_of_now(floor: AnyFloor) -> None:
    """Posts that changed while the agent was held count."""
    make_available(floor, ANNA)
    hold(floor)
    floor.roster.enrol(ANNA, [Post(queue=SUPPORT, order=AskingOrder.POSITION, level=3)], "Anna")
    hold(floor, NONE)
    (agent,) = candidates(floor, SUPPORT, 9).agents
    assert agent.score == 3 * 2**42 + 1


def test_a_held_agent_s_rest_ends(stage: Stage) -> None:
    """It is found when it is over, once; the agent is not asked until released."""
    floor = stage.floor
    reserved(floor).lose(rest=SHORT_SECONDS)
    hold(floor)
    assert agent_of(floor).lease_until is not None
    stage.pass_time(SHORT_SECONDS * 1.1)
    assert [agent.agent_id for agent in floor.roster.expired(9)] == [ANNA]
    assert floor.roster.wake(ANNA) is False
    assert floor.roster.expired(9) == []
    hold(floor, NONE)
    assert free_ids(floor) == [ANNA]
