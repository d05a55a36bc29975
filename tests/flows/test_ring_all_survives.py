"""Several phones ring for one caller, and a process dies or Redis is away."""

from __future__ import annotations

import pytest
from gevent.event import Event

from callcore.domain.agents import AgentState
from callcore.domain.ids import AgentId, LegId
from callcore.domain.outcomes import CallOutcome
from tests.fakes.clock import settle
from tests.fakes.switch import NODE, SILENT, Phone
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, BOB, CLEO, TestFloor
from tests.flows.ringing import ringing, states
from tests.flows.stories import end_talk, leg_of, pick_up, record_of, who_talks_with
from tests.flows.teams import TEAM


@pytest.fixture
def three() -> tuple[TestFloor, LegId]:
    """Three phones ring for one caller, and nobody picks up by himself."""
    floor = TestFloor(ringing())
    floor.log_in(*TEAM, phone=SILENT)
    caller = floor.call_in()
    floor.clock.advance(1)
    assert states(floor) == [AgentState.RINGING] * 3
    return floor, caller


class TestProcessDies:
    """The process is killed; another one takes over."""

    def test_while_three_ring(self, three: tuple[TestFloor, LegId]) -> None:
        """They ring on for the same caller; whoever picks up first talks, and the others stop."""
        floor, caller = three
        behind = floor.call_in()
        before = [leg_of(floor, agent_id) for agent_id in TEAM]
        floor.restart()
        floor.clock.advance(0.1)
        assert [leg_of(floor, agent_id) for agent_id in TEAM] == before
        assert set(before) <= set(floor.switch.legs_by_id)
        assert (floor.position(caller), floor.position(behind)) == (1, 2)
        pick_up(floor, CLEO)
        floor.clock.advance(0.2)
        assert who_talks_with(floor, caller) == CLEO
        assert [floor.switch.causes.get(leg) for leg in before[:2]] == ["LOSE_RACE"] * 2
        assert [floor.agent(one).call_id for one in (ANN, BOB)] == [behind] * 2
        assert [floor.agent(one).miss_count for one in TEAM] == [0, 0, 0]

    def test_after_a_pick_up_before_the_bridge(
        self, three: tuple[TestFloor, LegId], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nobody joined them: they are joined now, and the other phones stop."""
        floor, caller = three
        with monkeypatch.context() as patch:
            patch.setattr(floor.switch, "bridge", lambda *_: None)
            pick_up(floor, BOB)
            settle()
            floor.kill_worker()
        floor.restart()
        floor.clock.advance(0.1)
        assert who_talks_with(floor, caller) == BOB

    def test_two_have_picked_up_unheard(self, three: tuple[TestFloor, LegId]) -> None:
        """One of them talks, the other's phone is hung up."""
        floor, caller = three
        floor.kill_worker()
        pick_up(floor, BOB, CLEO)
        floor.restart()
        floor.clock.advance(0.2)
        talks_with = who_talks_with(floor, caller)
        assert talks_with in {BOB, CLEO}
        assert len(floor.switch.legs_by_id) == 2
        others = [one for one in TEAM if one != talks_with]
        assert [floor.agent(one).state for one in others] == [AgentState.AVAILABLE] * 2

    @pytest.mark.parametrize("winner", TEAM)
    def test_after_the_bridge_before_the_floor_knew(
        self,
        three: tuple[TestFloor, LegId],
        winner: AgentId,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """The talk goes on with the one who picked up; the others are free at once, not after the
        lease.
        """
        floor, caller = three
        real = floor.switch.bridge

        def bridge_and_die(caller_leg: LegId, agent_leg: LegId) -> None:
            real(caller_leg, agent_leg)
            floor.kill_worker()
            Event().wait()

        monkeypatch.setattr(floor.switch, "bridge", bridge_and_die)
        pick_up(floor, winner)
        floor.clock.advance(0.1)
        assert who_talks_with(floor, caller) == winner
        assert states(floor) == [AgentState.RINGING] * 3
        floor.restart()
        floor.clock.advance(0.1)
        expected = dict.fromkeys(TEAM, AgentState.AVAILABLE) | {winner: AgentState.TALKING}
        assert dict(zip(TEAM, states(floor), strict=True)) == expected
        assert len(floor.switch.legs_by_id) == 2
        end_talk(floor, winner)
        floor.clock.advance(20)
        assert states(floor) == [AgentState.AVAILABLE] * 3
        record = record_of(floor, caller)
        assert (record.outcome, record.agent_id) == (CallOutcome.SERVED, winner)


class TestRedisAway:
    """A step of the race was not heard of, or happened unheard."""

    @pytest.mark.parametrize("happens", [False, True])
    @pytest.mark.parametrize("verb", ["reserve", "mark_ringing", "win", "lose"])
    def test_nobody_is_stuck(
        self, verb: str, monkeypatch: pytest.MonkeyPatch, *, happens: bool
    ) -> None:
        """Whatever fails once: the caller is served, everybody is free in the end, one record."""
        floor = TestFloor(ringing())
        floor.log_in(*TEAM, phone=Phone(answers_after_seconds=2))
        fail_once(monkeypatch, floor.store.roster, verb, happens=happens)
        caller = floor.call_in()
        floor.clock.advance(10)
        talks_with = who_talks_with(floor, caller)
        assert talks_with is not None
        floor.clock.advance(30)
        others = [one for one in TEAM if one != talks_with]
        assert [floor.agent(one).state for one in others] == [AgentState.AVAILABLE] * 2
        floor.switch.end(caller)
        floor.clock.advance(60)
        assert states(floor) == [AgentState.AVAILABLE] * 3
        assert record_of(floor, caller).outcome is CallOutcome.SERVED
        assert not floor.knows(caller)

    @pytest.mark.parametrize("when", [0.0, 0.5, 2.0, 2.01, 2.05, 2.2])
    def test_it_is_away_for_a_while(self, when: float) -> None:
        """From any moment of the ringing on."""
        floor = TestFloor(ringing())
        floor.log_in(*TEAM, phone=Phone(answers_after_seconds=2))
        caller = floor.call_in()
        floor.clock.advance(when)
        floor.store.go_down()
        floor.clock.advance(4)
        floor.store.come_up()
        floor.clock.advance(60)
        talks_with = who_talks_with(floor, caller)
        assert talks_with is not None
        floor.switch.end(caller)
        floor.clock.advance(60)
        assert states(floor) == [AgentState.AVAILABLE] * 3
        assert floor.store.waiting_room.calls(NODE) == []
        assert len(floor.records()) == 1
