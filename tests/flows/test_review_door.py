"""What is told of the limit at a queue's door."""

from __future__ import annotations

import pytest

from callcore.domain.admission import Closure
from callcore.domain.events import CallRefused
from tests.fakes.clock import settle
from tests.flows.floor import SUPPORT, TestFloor
from tests.flows.stories import TOLD_WHY_SECONDS, queue_of, record_of


@pytest.mark.parametrize("is_closed", [False, True])
def test_no_limit_is_told_of_who_is_asked_for_none(*, is_closed: bool) -> None:
    """A dropped place is had again however many wait; the record does not make up a number."""
    floor = TestFloor(queue_of(resume_within_seconds=60))
    first = floor.call_in(number="+48600100200")
    floor.switch.end(first)
    settle()
    if is_closed:
        now = floor.clock.now()
        closure = Closure(by="ann", reason="", at=now, until=None)
        floor.store.waiting_room.close_queue(SUPPORT, closure)
    again = floor.call_in(number="+48600100200")
    assert floor.knows(again) is not is_closed
    if not is_closed:
        floor.switch.end(again)
    floor.clock.advance(TOLD_WHY_SECONDS)
    (visit,) = record_of(floor, again).visits
    assert visit.limit is None
    assert all(fact.limit is None for fact in floor.told(CallRefused))
    assert record_of(floor, first).visits[0].limit == 100
