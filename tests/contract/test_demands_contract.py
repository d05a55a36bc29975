"""What the floor tells of callers to other workers: the same for the fake and each real server."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import HoldReason
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import AgentId, CallId, Micros, NodeName
from callcore.domain.outcomes import OfferLostReason
from callcore.ports.stores import AgentAnswer, FloorDemand, FloorPromise
from tests.contract.floor_builders import (
    ANNA,
    BORIS,
    NODE,
    NUMBER,
    SALES,
    SUPPORT,
    AnyFloor,
    agent_of,
    changes_since,
    free_ids,
    joining,
    make_available,
    request,
    reservation,
    talking,
)
from tests.contract.promises import CALLBACK, promise

CLEO = AgentId("cleo")
BUSY = frozenset({HoldReason.OUTSIDE_CALL})
AWAY = frozenset({HoldReason.UNREGISTERED})
NONE: frozenset[HoldReason] = frozenset()
HERE, THERE = "fs1:a", "fs1:b"


def demand(floor: AnyFloor, call_id: str) -> FloorDemand:
    (found,) = floor.waiting_room.demands([CallId(call_id)]).values()
    return found


def test_a_demand_has_what_decides_whom_to_ask(floor: AnyFloor) -> None:
    """All of it, as the caller joined."""
    asked = joining("c1", score=3.5, own_priority=4, skills=("english >= 50",))
    floor.waiting_room.join(replace(asked, sticky_agent=ANNA), request())
    assert demand(floor, "c1") == FloorDemand(
        call_id=CallId("c1"),
        node=NODE,
        queue=SUPPORT,
        score=3.5,
        priority=5,
        own_priority=4,
        skills=("english >= 50",),
        first_joined_at=asked.first_joined_at,
        joined_at=asked.joined_at,
        caller_number=NUMBER,
        sticky_agent=ANNA,
    )


def test_only_those_in_line_have_one(floor: AnyFloor) -> None:
    """Not who talks, has left or was never there; an empty question has an empty answer."""
    talking(floor)
    floor.waiting_room.join(joining("c2"), request())
    floor.waiting_room.leave(CallId("c2"), SUPPORT, request())
    assert floor.waiting_room.demands([CallId("c1"), CallId("c2"), CallId("nobody")]) == {}
    assert floor.waiting_room.demands([]) == {}


def test_a_demand_follows_its_caller(floor: AnyFloor) -> None:
    """A new place in line, who rings, who rang last; and forgets in another queue."""
    floor.waiting_room.join(replace(joining("c1"), sticky_agent=ANNA), request())
    first_joined_at = Micros(7)
    floor.waiting_room.rescore(
        CallId("c1"),
        SUPPORT,
        score=9.0,
        priority=8,
        own_priority=6,
        first_joined_at=first_joined_at,
    )
    make_available(floor, ANNA)
    floor.roster.reserve(reservation("c1", "o1"))
    found = demand(floor, "c1")
    assert (found.score, found.priority, found.own_priority) == (9.0, 8, 6)
    assert (found.first_joined_at, found.offered_to) == (first_joined_at, {ANNA})
    floor.roster.lose(
        reservation("c1", "o1"),
        reason=OfferLostReason.NO_ANSWER,
        retry_after_seconds=0,
        is_caller_waiting=True,
    )
    found = demand(floor, "c1")
    assert (found.offered_to, found.last_offered) == (frozenset(), ANNA)
    floor.waiting_room.move(joining("c1", queue=SALES), SUPPORT, request())
    found = demand(floor, "c1")
    assert (found.queue, found.last_offered, found.sticky_agent) == (SALES, None, None)


def test_who_joins_again_begins_anew(floor: AnyFloor) -> None:
    """Nobody is waited for, and nobody was asked."""
    floor.waiting_room.join(replace(joining("c1"), sticky_agent=ANNA), request())
    make_available(floor, ANNA)
    floor.roster.reserve(reservation("c1", "o1"))
    floor.waiting_room.leave(CallId("c1"), SUPPORT, request())
    floor.waiting_room.join(joining("c1"), request())
    found = demand(floor, "c1")
    assert (found.last_offered, found.sticky_agent) == (None, None)


def test_of_promises_it_says_whether_they_are_due(floor: AnyFloor) -> None:
    """One that is not keeps its place and is nobody's to be asked for."""
    floor.waiting_room.join(promise("p1"), request())
    due = FloorPromise(node=CALLBACK.node, not_before=CALLBACK.not_before)
    found = demand(floor, "p1")
    assert (found.node, found.promise) == (CALLBACKS, due)
    floor.waiting_room.defer(CallId("p1"), SUPPORT, is_deferred=True)
    assert demand(floor, "p1").promise == replace(due, is_deferred=True)
    floor.waiting_room.defer(CallId("p1"), SUPPORT, is_deferred=False)
    assert demand(floor, "p1").promise == due


def test_a_promise_tells_of_its_customer(floor: AnyFloor) -> None:
    """When and from where the customer is called next, and that they are there."""
    floor.waiting_room.join(promise("p1"), request())
    now = replace(CALLBACK, node=NodeName("fs9"), not_before=Micros(99), is_on_line=True)
    floor.waiting_room.keep_callback(CallId("p1"), now)
    assert demand(floor, "p1").promise == FloorPromise(
        node=NodeName("fs9"), not_before=Micros(99), is_on_line=True
    )


def test_all_who_are_present_can_be_listed(floor: AnyFloor) -> None:
    """Those who wait and those being offered, of the queues asked for; not who talks."""
    talking(floor)
    for call_id in ("c2", "c3"):
        floor.waiting_room.join(joining(call_id), request())
    floor.waiting_room.join(joining("c4", queue=SALES), request())
    make_available(floor, BORIS)
    floor.roster.reserve(reservation("c2", "o2", agent_id=BORIS))
    assert set(floor.waiting_room.present([SUPPORT])) == {"c2", "c3"}
    assert set(floor.waiting_room.present([SALES, SUPPORT])) == {"c2", "c3", "c4"}
    assert floor.waiting_room.present([]) == []


def test_those_being_offered_are_read_where_asked_for(floor: AnyFloor) -> None:
    """Beside the candidates, up to as many, in the order of service."""
    for score, call_id in enumerate(("c1", "c2", "c3")):
        floor.waiting_room.join(joining(call_id, score=float(score)), request())
    for call_id, agent_id in (("c3", ANNA), ("c2", BORIS)):
        make_available(floor, agent_id)
        floor.roster.reserve(reservation(call_id, f"o-{call_id}", agent_id=agent_id))
    plain, rung = (
        floor.waiting_room.candidates([SALES, SUPPORT], 9, rung)[1] for rung in ((), (SUPPORT,))
    )
    assert [caller.call_id for caller in plain.callers] == ["c1"]
    assert (plain.rung, rung.callers) == ((), plain.callers)
    assert [(one.call_id, one.score) for one in rung.rung] == [("c2", 1.0), ("c3", 2.0)]
    (one,) = floor.waiting_room.candidates([SUPPORT], 1, [SUPPORT])
    assert [caller.call_id for caller in one.rung] == ["c2"]


def test_a_promise_tells_whether_its_customer_is_there(floor: AnyFloor) -> None:
    """For those who would take its place."""
    asked = promise("p1")
    floor.waiting_room.join(asked, request())
    assert asked.callback is not None
    for is_on_line in (True, False):
        kept = replace(asked.callback, is_on_line=is_on_line)
        floor.waiting_room.keep_callback(CallId("p1"), kept)
        call = floor.waiting_room.call(CallId("p1"))
        assert call is not None
        assert call.callback == kept


def hold(
    floor: AnyFloor,
    holds: frozenset[HoldReason] = NONE,
    *,
    began: tuple[str, ...] = (),
    ended: tuple[str, ...] = (),
) -> AgentAnswer:
    return floor.roster.hold(ANNA, holds, request(), began=began, ended=ended)


def test_calls_outside_are_held_by_until_the_last_has_ended(floor: AnyFloor) -> None:
    """Each worker tells of its own shards: what one ends does not let go whom another holds."""
    make_available(floor, ANNA)
    assert hold(floor, began=(HERE,)) is AgentAnswer.DONE
    assert hold(floor, began=(THERE,)) is AgentAnswer.ALREADY
    assert (agent_of(floor).holds, agent_of(floor).outside) == (BUSY, {HERE, THERE})
    assert hold(floor, ended=(HERE,)) is AgentAnswer.ALREADY
    assert (agent_of(floor).outside, free_ids(floor)) == ({THERE}, [])
    assert hold(floor, ended=(THERE,)) is AgentAnswer.DONE
    found = agent_of(floor)
    assert (found.holds, found.outside, free_ids(floor)) == (NONE, frozenset(), [ANNA])
    assert [change.holds for change in changes_since(floor)][-2:] == [BUSY, NONE]


def test_other_reasons_leave_the_calls_alone(floor: AnyFloor) -> None:
    """Who says that a phone is away, or back, says nothing of calls."""
    make_available(floor, ANNA)
    hold(floor, began=(HERE,))
    assert hold(floor, AWAY) is AgentAnswer.DONE
    assert agent_of(floor).holds == AWAY | BUSY
    assert hold(floor, NONE) is AgentAnswer.DONE
    assert (agent_of(floor).holds, agent_of(floor).outside) == (BUSY, {HERE})


@pytest.mark.parametrize("holds", [NONE, BUSY, AWAY])
def test_what_begins_and_ends_at_once_is_gone(
    floor: AnyFloor, holds: frozenset[HoldReason]
) -> None:
    """Ends win; what is said without shards is taken at its word."""
    make_available(floor, ANNA)
    hold(floor, began=(THERE,))
    hold(floor, holds, began=(HERE,), ended=(HERE, THERE))
    assert (agent_of(floor).holds, agent_of(floor).outside) == (holds, frozenset())
