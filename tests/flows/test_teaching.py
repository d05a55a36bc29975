"""Queues learn together, once a second; nothing is learnt twice, and little is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st

from callcore.domain.estimates import Lesson, Lessons, Term
from callcore.domain.ids import CallId, QueueName
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.handing_over import Scripts
from callcore.flows.teaching import TOGETHER_SECONDS
from callcore.ports.stores import StoreUnavailableError
from callcore.runtime.greenlets import spawn
from tests.fakes.floor_waiting_room import FakeWaitingRoom
from tests.flows.floor import SALES, SUPPORT, TestFloor

ONE = CallId("one")


class Room:
    """What the floor is asked to learn."""

    def __init__(self) -> None:
        self.steps: list[Mapping[QueueName, Lesson]] = []
        self.is_away = False

    def learn_all(self, lessons: Mapping[QueueName, Lesson]) -> None:
        if self.is_away:
            raise StoreUnavailableError
        self.steps.append(lessons)


def changes_on(floor: TestFloor, scripts: Scripts | None = None) -> tuple[FloorChanges, Room]:
    room = Room()
    site = replace(floor.site, waiting_room=cast("FakeWaitingRoom", room))
    return FloorChanges(site, scripts), room


def term(name: str, kept: float, added: float) -> Term:
    return Term(name=name, kept=kept, added=added)


def taught(sums: dict[str, float], lesson: Lesson) -> dict[str, float]:
    """The sums as a floor has them after it."""
    for one in lesson:
        sums = {**sums, one.name: sums.get(one.name, 0.0) * one.kept + one.added}
    return sums


NUMBERS = st.floats(0, 1e6)
TERMS = st.builds(term, st.sampled_from("abc"), st.floats(0, 1), NUMBERS)
LESSONS = st.lists(st.lists(TERMS, max_size=4).map(tuple), max_size=6)


@given(before=st.dictionaries(st.sampled_from("abc"), NUMBERS), several=LESSONS)
def test_one_lesson_teaches_what_several_do(
    before: dict[str, float], several: list[Lesson]
) -> None:
    """Whatever the sums were, and in the order of the lessons."""
    together, one_by_one = Lessons(), before
    for lesson in several:
        together.add(lesson)
        one_by_one = taught(one_by_one, lesson)
    at_once = taught(before, together.as_one())
    assert at_once.keys() == one_by_one.keys()
    for name, value in one_by_one.items():
        assert abs(at_once[name] - value) <= 1e-9 * max(1.0, value)


def test_what_is_learnt_within_a_second_is_one_step(floor: TestFloor) -> None:
    """For all queues; what comes later is the next, and silence none."""
    changes, room = changes_on(floor)
    changes.teach({SUPPORT: (term("a", 0.5, 1.0),)})
    floor.clock.advance(TOGETHER_SECONDS / 2)
    changes.teach({SUPPORT: (term("a", 0.5, 2.0),), SALES: (term("b", 1.0, 1.0),)})
    assert room.steps == []
    floor.clock.advance(TOGETHER_SECONDS / 2)
    assert room.steps == [{SUPPORT: (term("a", 0.25, 2.5),), SALES: (term("b", 1.0, 1.0),)}]
    changes.teach({SUPPORT: (term("a", 0.5, 4.0),)})
    floor.clock.advance(10)
    assert room.steps[1:] == [{SUPPORT: (term("a", 0.5, 4.0),)}]


def test_while_redis_is_away_they_are_summed_up(floor: TestFloor) -> None:
    """However long: then it is told of those it did not take, and of all others together."""
    changes, room = changes_on(floor)
    room.is_away = True
    for _ in range(100):
        changes.teach({SUPPORT: (term("a", 1.0, 1.0),)})
        floor.clock.advance(TOGETHER_SECONDS)
    assert changes.owed_count == 1
    room.is_away = False
    floor.clock.advance(3 * TOGETHER_SECONDS)
    assert len(room.steps) == 2
    sums: dict[str, float] = {}
    for step in room.steps:
        sums = taught(sums, step[SUPPORT])
    assert sums == {"a": 100.0}


def test_a_process_that_stops_tells_at_once(floor: TestFloor) -> None:
    """And nothing again when the second is over."""
    changes, room = changes_on(floor)
    changes.teach({SUPPORT: (term("a", 1.0, 1.0),)})
    changes.tell_lessons()
    assert len(room.steps) == 1
    floor.clock.advance(10)
    changes.tell_lessons()
    assert len(room.steps) == 1


def test_a_dropped_call_teaches_nothing(floor: TestFloor) -> None:
    """Who follows it now tells how long it waited."""
    scripts = Scripts()
    changes, room = changes_on(floor, scripts)
    waits: Any = floor.clock.sleep
    spawn("script", scripts.of(ONE, lambda: waits(1000)))
    floor.clock.advance(0.1)
    scripts.drop(ONE)
    changes.teach({SUPPORT: (term("a", 1.0, 1.0),)}, ONE)
    floor.clock.advance(10)
    assert room.steps == []
