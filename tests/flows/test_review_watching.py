"""What those who wait hear of agents who come and go, and when the watch looks."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.domain.events import QueueDoorChanged
from callcore.domain.ids import MICROS_PER_SECOND, CallId, Micros
from callcore.domain.outcomes import LeaveReason
from callcore.domain.policies import StickyPolicy, TierPolicy
from callcore.flows.messages import StaffingChanged
from tests.fakes.clock import START, settle
from tests.flows.floor import ANN, BOB, ROOMY, SUPPORT, TestFloor
from tests.flows.stories import come, queue_of, record_of, start_break


def test_the_end_of_a_closure_by_command_is_noticed_at_its_instant() -> None:
    """Metrics and log say that the queue is open as soon as it is, not at the next look."""
    floor = TestFloor(ROOMY)
    floor.clock.advance(1)
    until = Micros(START + 21 * MICROS_PER_SECOND)
    floor.worker.operating.close_queue(SUPPORT, until=until, reason="", by="ann")
    floor.clock.advance(60)
    changes = [(fact.is_open, (fact.at - START) / 1e6) for fact in floor.told(QueueDoorChanged)]
    assert changes == [(False, 1.0), (True, 21.0)]


def test_who_came_in_as_the_last_agent_went_is_sent_on_after_the_grace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The door still knew of the agent; the change was told before the caller could hear of it."""
    floor = TestFloor(queue_of(no_agents_grace_seconds=60.0))
    come(floor, ANN)
    real = floor.store.waiting_room.join

    def join(*args: Any) -> Any:
        start_break(floor, ANN)
        return real(*args)

    monkeypatch.setattr(floor.store.waiting_room, "join", join)
    caller = floor.call_in()
    floor.clock.advance(50)
    assert floor.knows(caller)
    floor.clock.advance(30)
    assert record_of(floor, caller).visits[0].leave_reason is LeaveReason.NO_AGENTS


@pytest.mark.parametrize(
    ("settings", "is_told"),
    [
        ({}, False),
        ({"no_agents_grace_seconds": 60.0}, False),
        ({"tiers": TierPolicy(relax_after_seconds=10)}, True),
        ({"sticky": StickyPolicy()}, True),
    ],
)
def test_a_change_is_told_to_those_only_whom_it_concerns(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any], *, is_told: bool
) -> None:
    """One of two agents goes on a break: nobody's script runs for it where no timer depends on it,
    and still every caller knows who is there.
    """
    floor = TestFloor(queue_of(**settings))
    come(floor, ANN, BOB)
    for _ in range(2):
        floor.call_in()
    floor.clock.advance(5)
    callers = [floor.call_in() for _ in range(3)]
    told: list[CallId] = []
    real = floor.worker.crew.switchboard.post

    def post(call_id: CallId, message: Any) -> bool:
        if isinstance(message, StaffingChanged):
            told.append(call_id)
        return real(call_id, message)

    monkeypatch.setattr(floor.worker.crew.switchboard, "post", post)
    leg_id = floor.agent(ANN).leg_id
    assert leg_id is not None
    floor.switch.end(leg_id)
    settle()
    start_break(floor, ANN)
    settle()
    assert sorted(told) == (sorted(map(CallId, callers)) if is_told else [])
    waiters = floor.worker.operating._crew.waiters
    assert all(waiter.staffed == {BOB} for waiter in waiters.all())
