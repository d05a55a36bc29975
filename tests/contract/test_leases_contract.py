"""What ends by itself, leases and rests: the same for the fake and each real server."""

from __future__ import annotations

from callcore.domain.agents import AgentState
from tests.contract.conftest import Stage
from tests.contract.floor_builders import (
    ANNA,
    BORIS,
    SHORT_SECONDS,
    AnyFloor,
    free_ids,
    joining,
    make_available,
    request,
    reservation,
    reserved,
    talking,
)

REST_SECONDS = 0.25


def test_an_agent_rests_after_a_miss_until_woken(stage: Stage) -> None:
    """Available but not asked; the end of the rest is found like a lease's, then ended."""
    floor = stage.floor
    reserved(floor).lose(is_miss=True, rest=REST_SECONDS)
    resting = floor.roster.agent(ANNA)
    assert resting
    assert resting.state is AgentState.AVAILABLE
    assert resting.lease_until is not None
    assert (free_ids(floor), floor.roster.wake(ANNA), floor.roster.expired(9)) == ([], False, [])
    stage.pass_time(REST_SECONDS * 1.1)
    assert floor.roster.expired(9) == [resting]
    assert floor.roster.next_expiry_seconds() == 0
    assert floor.roster.wake(ANNA) is True
    assert floor.roster.wake(ANNA) is True
    assert (free_ids(floor), floor.roster.expired(9)) == ([ANNA], [])
    assert floor.roster.next_expiry_seconds() is None


def test_a_rest_may_be_ended_a_moment_early(floor: AnyFloor) -> None:
    """A timer that fires a few milliseconds before Redis' clock says so is not in vain."""
    reserved(floor).lose(is_miss=True, rest=SHORT_SECONDS)
    assert floor.roster.wake(ANNA) is True
    assert (free_ids(floor), floor.roster.next_expiry_seconds()) == ([ANNA], None)


def test_nobody_is_woken_out_of_work(floor: AnyFloor) -> None:
    """Only an available agent can be."""
    talking(floor)
    assert floor.roster.wake(ANNA) is False
    assert free_ids(floor) == []


def test_leases_that_ended_are_found_oldest_first(stage: Stage) -> None:
    """Reserved, ringing and wrapping up; finding them changes nothing."""
    floor = stage.floor
    make_available(floor, ANNA)
    make_available(floor, BORIS)
    floor.waiting_room.join(joining("c1"), request())
    floor.waiting_room.join(joining("c2"), request())
    floor.roster.reserve(reservation("c1", "o1", agent_id=BORIS, lease_seconds=SHORT_SECONDS))
    assert floor.roster.expired(9) == []
    assert 0 < (floor.roster.next_expiry_seconds() or 0) <= SHORT_SECONDS
    floor.roster.reserve(reservation("c2", "o2", lease_seconds=SHORT_SECONDS))
    stage.pass_time(SHORT_SECONDS * 1.1)
    for _ in range(2):
        assert [agent.offer_id for agent in floor.roster.expired(9)] == ["o1", "o2"]
    assert [agent.offer_id for agent in floor.roster.expired(1)] == ["o1"]
    assert floor.roster.next_expiry_seconds() == 0


def test_a_wrap_up_ends_by_its_lease(stage: Stage) -> None:
    """The agent is found with the offer that the wrap-up followed."""
    floor = stage.floor
    offer = talking(floor)
    floor.roster.end_talk(offer.promise, wrap_up_seconds=SHORT_SECONDS)
    stage.pass_time(SHORT_SECONDS * 1.1)
    (agent,) = floor.roster.expired(9)
    assert (agent.state, agent.offer_id) == (AgentState.WRAPPING_UP, "o1")


def test_a_renewed_lease_has_not_ended(stage: Stage) -> None:
    """Ringing gives the lease its length anew."""
    floor = stage.floor
    offer = reserved(floor)
    floor.roster.mark_ringing(reservation("c1", "o1", lease_seconds=SHORT_SECONDS))
    floor.roster.mark_ringing(offer.promise)
    stage.pass_time(SHORT_SECONDS * 1.1)
    assert floor.roster.expired(9) == []
