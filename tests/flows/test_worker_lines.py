"""An agent's standing line is followed by one worker, and serves callers of all."""

from __future__ import annotations

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import OfferLost
from callcore.domain.ids import LegId
from tests.flows.feature_codes import ANNS_PIN, by_phone, key, standing, until
from tests.flows.floor import ANN
from tests.flows.many_workers import Process, WorkersFloor
from tests.flows.stories import line_of, log_out, queue_of
from tests.flows.worker_scenes import play_to_the_end

SILENCE = "silence_stream://-1"


@pytest.fixture
def floor() -> WorkersFloor:
    return WorkersFloor("1", "2", site=standing(queue_of(policy=by_phone(), wrap_up_seconds=0)))


def stand(floor: WorkersFloor, process: Process) -> LegId:
    """Ann logs in on her line, which the process follows."""
    floor.worker = process.worker
    line = floor.arrive(process, "*80", phone="1001@t")
    floor.clock.advance(0.1)
    key(floor, line, f"{ANNS_PIN}#")
    until(lambda: floor.agent(ANN).state is AgentState.AVAILABLE, floor)
    until(lambda: line_of(floor, line).playing == SILENCE, floor)
    floor.clock.advance(1)
    return line


def test_callers_of_any_worker_are_served_on_it(floor: WorkersFloor) -> None:
    """One after another; between the calls it is silent, and stays."""
    one, two = floor.processes
    line = stand(floor, one)
    for process in (two, one, two, two):
        caller = floor.call_to(process)
        floor.clock.advance(3)
        assert line_of(floor, caller).bridged_to == line
        assert floor.agent(ANN).state is AgentState.TALKING
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert line_of(floor, line).playing == SILENCE
        assert floor.agent(ANN).state is AgentState.AVAILABLE
    assert floor.told(OfferLost) == []
    assert len(floor.kept()) == 4


def test_two_stars_end_the_talk_of_another_workers_caller(floor: WorkersFloor) -> None:
    """And keep the line."""
    one, two = floor.processes
    line = stand(floor, one)
    caller = floor.call_to(two)
    floor.clock.advance(3)
    key(floor, line, "**")
    floor.clock.advance(1)
    assert caller not in floor.switch.legs_by_id
    assert line_of(floor, line).playing == SILENCE


def test_the_line_ends_in_the_talk(floor: WorkersFloor) -> None:
    """The caller's worker hears of it, whose line it is not."""
    one, two = floor.processes
    line = stand(floor, one)
    caller = floor.call_to(two)
    floor.clock.advance(3)
    floor.switch.end(line)
    floor.clock.advance(3)
    assert caller in floor.kept()
    assert floor.agent(ANN).state is AgentState.LOGGED_OUT


@pytest.mark.parametrize("how", ["kill", "leave"])
@pytest.mark.parametrize("whose", ["line", "caller"])
@pytest.mark.parametrize("seconds", [0.4, 3.0, -1.0])
def test_a_worker_goes(floor: WorkersFloor, how: str, whose: str, seconds: float) -> None:
    """The line's or the caller's, before the talk, in it, or between two: the line serves on."""
    one, two = floor.processes
    line = stand(floor, one)
    floor.worker = two.worker
    goes = one if whose == "line" else two
    caller = floor.call_to(two) if seconds >= 0 else None
    floor.clock.advance(max(seconds, 0.0))
    getattr(floor, how)(goes)
    floor.clock.advance(25)
    if caller is None:
        caller = floor.call_in()
        floor.clock.advance(3)
    assert line_of(floor, caller).bridged_to == line
    assert floor.agent(ANN).state is AgentState.TALKING
    floor.switch.end(caller)
    floor.clock.advance(1)
    another = floor.call_in()
    floor.clock.advance(3)
    assert line_of(floor, another).bridged_to == line
    play_to_the_end(floor)


def test_an_agent_who_is_logged_out_elsewhere_leaves_the_line(floor: WorkersFloor) -> None:
    """The line is told by whoever has logged the agent out."""
    one, two = floor.processes
    line = stand(floor, one)
    floor.worker = two.worker
    log_out(floor, ANN)
    floor.clock.advance(5)
    assert line not in floor.switch.legs_by_id


def test_another_line_replaces_it(floor: WorkersFloor) -> None:
    """Though another worker follows the new one."""
    one, two = floor.processes
    first = stand(floor, one)
    second = stand(floor, two)
    floor.clock.advance(5)
    assert first not in floor.switch.legs_by_id
    caller = floor.call_to(one)
    floor.clock.advance(3)
    assert line_of(floor, caller).bridged_to == second
