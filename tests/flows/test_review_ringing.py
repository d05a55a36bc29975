"""Phones that ring one after another, and callers whom nobody is left to be rung for."""

from __future__ import annotations

import pytest

from callcore.domain.events import Decided
from callcore.domain.policies import Strategy
from callcore.flows.offerings import Offerings
from tests.fakes.switch import SILENT
from tests.flows.floor import ANN, BOB, CLEO, ROOMY, TestFloor
from tests.flows.stories import come, queue_of, rung


def test_progressively_only_ringing_lets_one_more_ring() -> None:
    """After a miss nobody is left for a while; those who come then are rung one after another and
    not all at once. Nothing is looked for meanwhile.
    """
    policy = queue_of(
        strategy=Strategy.RING_PROGRESSIVELY,
        ring_more_after_seconds=10,
        ring_timeout_seconds=5,
        retry_after_miss_seconds=600,
    )
    floor = TestFloor(policy)
    for agent in ROOMY.agents.values():
        floor.switch.phones[agent.contact] = SILENT
    come(floor, ANN)
    floor.call_in()
    floor.clock.advance(100)
    assert rung(floor) == [ANN]
    assert len(floor.told(Decided)) == 1
    come(floor, BOB, CLEO)
    assert rung(floor) == [ANN, BOB]
    floor.clock.advance(4)
    assert rung(floor) == [ANN, BOB]
    floor.clock.advance(2)
    assert rung(floor) == [ANN, BOB, CLEO]


def test_a_decision_does_not_look_at_all_who_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where several phones ring for one caller, a decision costs as much with a long line as with a
    short one.
    """
    looks = 0
    real = vars(Offerings)["wants_more"]

    def wants_more(offerings: Offerings) -> bool:
        nonlocal looks
        looks += 1
        return bool(real.__get__(offerings))

    monkeypatch.setattr(Offerings, "wants_more", property(wants_more))
    found = []
    for length in (50, 200):
        floor = TestFloor(queue_of(strategy=Strategy.RING_ALL, maximum_waiting=1000))
        for agent in ROOMY.agents.values():
            floor.switch.phones[agent.contact] = SILENT
        callers = [floor.call_in() for _ in range(length)]
        looks = 0
        come(floor, ANN, BOB)
        assert [floor.agent(one).call_id for one in (ANN, BOB)] == [callers[0]] * 2
        found.append(looks)
    assert found[0] == found[1]
