"""An agent's next caller is found with the answer to the end of the talk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

import pytest

from callcore.domain.ids import CallId, LegId
from callcore.flows.site import Site
from tests.fakes.clock import MortalClock, settle
from tests.fakes.switch import ANSWERING
from tests.flows.floor import ANN, POLICY, SUPPORT, TestFloor


class Heard:
    """A port, and which of its verbs were used."""

    def __init__(
        self, real: object, verbs: list[str], before: dict[str, Callable[[], object]]
    ) -> None:
        self._real = real
        self._verbs = verbs
        self._before = before

    def __getattr__(self, verb: str) -> Any:
        self._verbs.append(verb)
        self._before.pop(verb, lambda: None)()
        return getattr(self._real, verb)


class HeardFloor(TestFloor):
    """A floor that knows what it was asked."""

    __test__ = False

    def __init__(self, wrap_up_seconds: float) -> None:
        self.verbs: list[str] = []
        self.before: dict[str, Callable[[], object]] = {}
        """What happens just before a verb is used next."""
        queue = replace(POLICY.queues[SUPPORT], wrap_up_seconds=wrap_up_seconds)
        super().__init__(replace(POLICY, queues={**POLICY.queues, SUPPORT: queue}))

    def _new_site(self, life: MortalClock) -> Site:
        site = super()._new_site(life)
        room = cast("Any", Heard(site.waiting_room, self.verbs, self.before))
        roster = cast("Any", Heard(site.roster, self.verbs, self.before))
        return replace(site, waiting_room=room, roster=roster)

    def verbs_since(self, verb: str, until: str) -> list[str]:
        """What was asked from the last use of one to the next of another."""
        last = len(self.verbs) - 1 - self.verbs[::-1].index(verb)
        return self.verbs[last : self.verbs.index(until, last) + 1]


def talk_and_wait(floor: HeardFloor) -> LegId:
    """Ann talks with the first of two callers; who waits."""
    floor.log_in(ANN, phone=ANSWERING)
    floor.call_in()
    floor.clock.advance(3)
    return floor.call_in()


def hang_up(floor: HeardFloor) -> None:
    """Ann does."""
    agent = floor.store.roster.agent(ANN)
    assert agent is not None
    assert agent.leg_id is not None
    floor.switch.end(agent.leg_id)
    settle()


@pytest.mark.parametrize(("wrap_up_seconds", "verb"), [(0.0, "end_talk"), (2.0, "end_wrap_up")])
def test_lines_are_read_once(wrap_up_seconds: float, verb: str) -> None:
    """Between the change that makes the agent free and the reservation the floor is not asked."""
    floor = HeardFloor(wrap_up_seconds)
    waiting = talk_and_wait(floor)
    hang_up(floor)
    floor.clock.advance(wrap_up_seconds)
    assert floor.verbs_since(verb, "reserve") == [verb, "reserve"]
    agent = floor.store.roster.agent(ANN)
    assert agent is not None
    assert agent.call_id == waiting


def test_who_left_in_that_instant_is_passed_by() -> None:
    """The first in line has left between the answer and the reservation: a new look finds the next
    one.
    """
    floor = HeardFloor(0.0)
    first = talk_and_wait(floor)
    second = floor.call_in()
    floor.before["reserve"] = lambda: floor.store.waiting_room.leave(CallId(first), SUPPORT, "gone")
    hang_up(floor)
    assert floor.before == {}
    assert floor.verbs_since("end_talk", "reserve") == ["end_talk", "reserve"]
    agent = floor.store.roster.agent(ANN)
    assert agent is not None
    assert agent.call_id == second


def test_who_joins_looks_for_agents_only_if_some_are_free() -> None:
    """Where nobody is the floor is not asked who; whoever is free then finds the caller."""
    floor = HeardFloor(0.0)
    floor.clock.advance(10)  # after the looks with which it begins
    caller = floor.call_in()
    joined = floor.verbs.index("join")
    assert "candidates" not in floor.verbs[joined:]
    floor.log_in(ANN, phone=ANSWERING)
    agent = floor.store.roster.agent(ANN)
    assert agent is not None
    assert agent.call_id == caller


def test_who_joins_beside_a_free_agent_is_served_at_once() -> None:
    """The agent is found by whoever comes."""
    floor = HeardFloor(0.0)
    floor.log_in(ANN, phone=ANSWERING)
    caller = floor.call_in()
    agent = floor.store.roster.agent(ANN)
    assert agent is not None
    assert agent.call_id == caller
