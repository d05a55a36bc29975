"""Breaks and how long they may be: the same for the fake and each real server."""

from __future__ import annotations

from callcore.domain.agents import AgentReason, AgentState, BreakCode
from callcore.domain.ids import Micros
from callcore.ports.stores import AgentAnswer, OfferAnswer
from tests.contract.conftest import Stage
from tests.contract.floor_builders import (
    ANNA,
    LONG_SECONDS,
    LUNCH,
    SHORT_SECONDS,
    SUPPORT,
    WHY,
    AnyFloor,
    agent_of,
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
)

MEETING = BreakCode("meeting")


def test_who_is_not_there_takes_no_break(floor: AnyFloor) -> None:
    """Nor ends one."""
    enrol(floor, ANNA, SUPPORT)
    assert start_break(floor) is AgentAnswer.REFUSED
    assert end_break(floor) is AgentAnswer.REFUSED


def test_another_code_begins_another_break(stage: Stage) -> None:
    """With a beginning and a length of its own; the same code is the same break."""
    floor = stage.floor
    make_available(floor, ANNA)
    assert start_break(floor, most_seconds=LONG_SECONDS) is AgentAnswer.DONE
    first = agent_of(floor)
    stage.pass_time(0.002)
    assert start_break(floor, most_seconds=1.0) is AgentAnswer.ALREADY
    assert agent_of(floor) == first
    assert start_break(floor, code=MEETING) is AgentAnswer.DONE
    second = agent_of(floor)
    assert (second.break_code, second.lease_until) == (MEETING, None)
    assert second.since > first.since
    assert floor.roster.next_expiry_seconds() is None
    (begun, changed) = changes_since(floor)[-2:]
    assert (begun.state, begun.break_code) == (AgentState.ON_BREAK, LUNCH)
    assert (changed.before, changed.state, changed.break_code) == (
        *(AgentState.ON_BREAK, AgentState.ON_BREAK, MEETING),
    )


def test_a_break_that_is_too_long_is_found_and_noted_once(stage: Stage) -> None:
    """It goes on; it is not found again, and its end forgets that it was too long."""
    floor = stage.floor
    make_available(floor, ANNA)
    start_break(floor, most_seconds=SHORT_SECONDS)
    begun = agent_of(floor)
    assert begun.lease_until is not None
    assert 0 < (floor.roster.next_expiry_seconds() or 0) <= SHORT_SECONDS
    assert (floor.roster.expired(9), floor.roster.note_overrun(ANNA)) == ([], False)
    stage.pass_time(SHORT_SECONDS * 1.1)
    assert floor.roster.expired(9) == [begun]
    changes_since(floor)
    assert floor.roster.note_overrun(ANNA) is True
    assert floor.roster.note_overrun(ANNA) is False
    overrun = agent_of(floor)
    assert (overrun.state, overrun.since, overrun.reason) == (
        *(AgentState.ON_BREAK, begun.since, WHY.reason),
    )
    assert (overrun.is_overrun, overrun.lease_until) == (True, None)
    assert (floor.roster.expired(9), floor.roster.next_expiry_seconds()) == ([], None)
    (change,) = changes_since(floor)
    assert (change.before, change.state, change.reason, change.break_code) == (
        *(AgentState.ON_BREAK, AgentState.ON_BREAK, AgentReason.BREAK_OVERRUN, LUNCH),
    )
    assert end_break(floor) is AgentAnswer.DONE
    assert agent_of(floor).is_overrun is False
    assert agent_of(floor).break_code is None


def test_a_break_of_another_code_is_not_too_long_yet(stage: Stage) -> None:
    """Whoever overran the one has not overrun the next."""
    floor = stage.floor
    make_available(floor, ANNA)
    start_break(floor, most_seconds=SHORT_SECONDS)
    stage.pass_time(SHORT_SECONDS * 1.1)
    floor.roster.note_overrun(ANNA)
    start_break(floor, code=MEETING, most_seconds=LONG_SECONDS)
    agent = agent_of(floor)
    assert agent.is_overrun is False
    assert agent.lease_until is not None


def test_leaving_a_break_ends_its_lease(floor: AnyFloor) -> None:
    """Nothing is left that could expire."""
    make_available(floor, ANNA)
    for leave in (end_break, log_out):
        start_break(floor, most_seconds=LONG_SECONDS)
        assert leave(floor) is AgentAnswer.DONE
        assert floor.roster.next_expiry_seconds() is None
        assert floor.roster.note_overrun(ANNA) is False
    log_in(floor)
    assert free_ids(floor) == [ANNA]


def test_only_a_break_is_noted_as_too_long(stage: Stage) -> None:
    """A wrap-up or an offer whose lease has ended is something else."""
    floor = stage.floor
    make_available(floor, ANNA)
    floor.waiting_room.join(joining("c1"), request())
    promise = reservation("c1", "o1", lease_seconds=SHORT_SECONDS)
    floor.roster.reserve(promise)
    stage.pass_time(SHORT_SECONDS * 1.1)
    assert floor.roster.note_overrun(ANNA) is False
    assert len(floor.roster.expired(9)) == 1
    assert floor.roster.win(promise, Micros(1)) is OfferAnswer.DONE


def test_the_end_of_a_break_forgets_misses(floor: AnyFloor) -> None:
    """Who comes back begins anew."""
    reserved(floor).lose(is_miss=True)
    start_break(floor)
    assert agent_of(floor).miss_count == 1
    end_break(floor)
    assert agent_of(floor).miss_count == 0
