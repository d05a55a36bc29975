"""Redis is away, or a step happened of which we heard nothing."""

from __future__ import annotations

import pytest

from callcore.domain.agents import AgentState
from tests.fakes.switch import SILENT
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, ROOMY, TestFloor


def test_callers_who_hang_up_meanwhile_leave_no_ghosts(floor: TestFloor) -> None:
    """Their places are given up once the floor answers again."""
    caller = floor.call_in()
    floor.clock.advance(1)
    floor.store.go_down()
    floor.switch.end(caller)
    floor.clock.advance(5)
    floor.store.come_up()
    floor.clock.advance(60)
    assert not floor.knows(caller)


def test_ghosts_do_not_keep_the_living_from_being_served() -> None:
    """Ten gone callers ahead of a living one: the agent is offered the living one."""
    floor = TestFloor(ROOMY)
    gone = [floor.call_in() for _ in range(10)]
    floor.store.go_down()
    for caller in gone:
        floor.switch.end(caller)
    floor.clock.advance(5)
    floor.store.come_up()
    floor.clock.advance(60)
    living = floor.call_in()
    floor.log_in(ANN)
    floor.clock.advance(60)
    assert floor.agent(ANN).call_id == living


def test_an_agent_whose_talk_ended_meanwhile_is_not_stuck(floor: TestFloor) -> None:
    """``end_talk`` is done once the floor answers again: talking has no lease."""
    floor.log_in(ANN)
    caller = floor.call_in()
    floor.clock.advance(5)
    floor.store.go_down()
    floor.switch.end(caller)
    floor.clock.advance(5)
    floor.store.come_up()
    floor.clock.advance(120)
    assert floor.agent(ANN).state is AgentState.AVAILABLE


def test_a_win_the_floor_did_not_hear_does_not_bring_the_caller_back(
    floor: TestFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the talk the caller is gone from the floor and the agent is free."""
    floor.log_in(ANN)
    fail_once(monkeypatch, floor.store.roster, "win", happens=False)
    caller = floor.call_in()
    floor.clock.advance(40)
    floor.switch.end(caller)
    floor.clock.advance(120)
    assert not floor.knows(caller)
    assert floor.agent(ANN).state is AgentState.AVAILABLE


def test_a_win_the_floor_did_not_hear_still_gives_wrap_up(
    floor: TestFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The agent who has talked wraps up, is not rung in the same second."""
    floor.log_in(ANN)
    fail_once(monkeypatch, floor.store.roster, "win", happens=False)
    caller = floor.call_in()
    floor.clock.advance(40)
    floor.switch.end(caller)
    floor.clock.advance(1)
    assert floor.agent(ANN).state is AgentState.WRAPPING_UP


def test_a_join_that_happened_unheard_leaves_no_ghost(
    floor: TestFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The caller was sent to the fallback: nobody waits, nobody counts."""
    fail_once(monkeypatch, floor.store.waiting_room, "join", happens=True)
    caller = floor.call_in()
    floor.switch.end(caller)
    floor.clock.advance(60)
    assert not floor.knows(caller)


def test_a_ghost_of_an_unheard_join_is_never_stuck_in_an_offer(
    floor: TestFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the caller is in the fallback, the floor's position of others is right."""
    fail_once(monkeypatch, floor.store.waiting_room, "join", happens=True)
    floor.call_in()
    floor.log_in(ANN, phone=SILENT)
    floor.clock.advance(5)
    second = floor.call_in()
    assert floor.position(second) == 1


def test_a_caller_whose_search_failed_is_offered_an_idle_agent_soon(
    floor: TestFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Joined, but no agent was looked for: not left beside an idle agent."""
    floor.log_in(ANN)
    fail_once(monkeypatch, floor.store.waiting_room, "candidates", happens=False)
    caller = floor.call_in()
    floor.clock.advance(60)
    assert floor.agent(ANN).call_id == caller


def test_an_offer_lost_unheard_is_followed_by_another(
    floor: TestFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``lose`` happened and timed out: caller and agent are both free and come together."""
    floor.log_in(ANN, phone=SILENT)
    caller = floor.call_in()
    floor.clock.advance(1)
    leg = floor.switch.legs_by_id[floor.offered_leg()]
    fail_once(monkeypatch, floor.store.roster, "lose", happens=True)
    floor.switch._pick_up(leg)
    floor.switch.end(leg.leg_id)
    floor.clock.advance(60)
    assert caller in floor.switch.legs_by_id
    assert len(floor.switch.requests) > 1


def test_a_floor_that_lost_its_data_is_rebuilt_while_the_process_lives(floor: TestFloor) -> None:
    """Redis came back empty: the roster is enrolled again, callers have their places."""
    caller = floor.call_in()
    floor.clock.advance(5)
    floor.store.lose_data()
    floor.clock.advance(60)
    assert floor.position(caller) == 1
    assert floor.store.roster.agent(ANN) is not None


def test_an_adoption_that_failed_half_way_is_tried_again(
    floor: TestFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Redis fails as the adopter notes the bridge: the call still gets a script."""
    floor.log_in(ANN)
    caller = floor.call_in()
    floor.advance_until_bridge_is_asked(caller)
    fail_once(monkeypatch, floor.store.roster, "win", happens=False)
    floor.restart()
    floor.clock.advance(20)
    floor.switch.end(caller)
    floor.clock.advance(1)
    assert [record.call_id for record in floor.records()] == [caller]
    assert floor.worker.calls_count == 0
