"""Two switches of which either may die at any moment."""

from __future__ import annotations

import random

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.ids import CallId, LegId
from tests.fakes.switch import FakeSwitch
from tests.flows.teams import TEAM
from tests.flows.two_nodes import TwoNodes, shared


class Turmoil:
    """Switches die, come back empty or with their calls, processes are killed, callers come and go
    on both.
    """

    def __init__(self, seed: int) -> None:
        self.floor = TwoNodes(shared(wrap_up_seconds=1))
        self.callers: list[LegId] = []
        self._chance = random.Random(seed)
        for agent_id in TEAM:
            self.floor.other.register(f"user/{agent_id}@t")
        self.floor.log_in(*TEAM)

    def run(self, steps_count: int) -> None:
        """One thing after another; in the end everybody hangs up."""
        floor = self.floor
        for _ in range(steps_count):
            self._step(self._chance.choice((floor.switch, floor.other)))
            floor.clock.advance(self._chance.uniform(0.01, 4))
        for switch in (floor.switch, floor.other):
            if not switch.is_connected:
                switch.restore_link()
        floor.clock.advance(5)
        for switch in (floor.switch, floor.other):
            for leg_id in sorted(switch.legs_by_id):
                switch.end(leg_id)
        floor.clock.advance(200)

    def _step(self, switch: FakeSwitch) -> None:
        chance, is_up = self._chance, switch.is_connected
        match chance.randrange(10):
            case 0 | 1 | 2 | 3 if is_up:
                self.callers.append(switch.call_in("8001", number=f"+4850{len(self.callers):07}"))
            case 4 | 5 if switch.legs_by_id:
                switch.end(chance.choice(sorted(switch.legs_by_id)))
            case 6 if is_up:
                switch.vanish(is_dead=chance.random() < 0.5)
            case 7 if not is_up:
                switch.restore_link(is_restarted=chance.random() < 0.3)
            case 8:
                self.floor.restart()
            case _:
                pass


@pytest.mark.parametrize("seed", range(4))
def test_whatever_dies_nobody_is_stuck_and_each_call_has_a_record(seed: int) -> None:
    """In the end nobody is held."""
    turmoil = Turmoil(seed)
    turmoil.run(60)
    floor = turmoil.floor
    assert floor.stuck() == []
    assert all(floor.agent(one).state is AgentState.AVAILABLE for one in TEAM)
    assert {record.call_id for record in floor.records()} == set(map(CallId, turmoil.callers))
    assert floor.complaints == []
