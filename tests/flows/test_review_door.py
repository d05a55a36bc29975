"""What is told of the limit at a queue's door."""

from __future__ import annotations

import pytest

from callcore.domain.admission import Closure
from callcore.domain.events import CallRefused
from callcore.domain.outcomes import RefusalReason
from callcore.domain.treatments import OverflowReason, ToVoicemail
from callcore.ports.stores import JoinAnswer, Joined
from tests.fakes.clock import settle
from tests.flows.floor import ANN, SUPPORT, TestFloor
from tests.flows.stories import come, line_of, queue_of, record_of


def test_who_loses_the_last_place_to_another_is_refused_for_the_same_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two at the door at once, one place, given by the estimate: the second has that treatment, as
    if the first had long been there.
    """
    policy = queue_of(
        maximum_estimate_seconds=60,
        overflow={OverflowReason.ESTIMATE_TOO_LONG: ToVoicemail(box="7")},
    )
    floor = TestFloor(policy)
    for _ in range(10):
        floor.store.waiting_room.learn_service(SUPPORT, 30)
    come(floor, ANN)
    floor.call_in()
    floor.clock.advance(5)
    full = Joined(answer=JoinAnswer.QUEUE_FULL, position=None)
    monkeypatch.setattr(floor.store.waiting_room, "join", lambda *_: full)
    caller = floor.call_in()
    (refused,) = floor.told(CallRefused)
    assert refused.reason is RefusalReason.ESTIMATE_TOO_LONG
    assert line_of(floor, caller).dialled == "callcore_voicemail"


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
    floor.clock.advance(1)
    (visit,) = record_of(floor, again).visits
    assert visit.limit is None
    assert all(fact.limit is None for fact in floor.told(CallRefused))
    assert record_of(floor, first).visits[0].limit == 100
