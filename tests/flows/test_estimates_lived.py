"""Announced against lived: what became of each estimate that a caller was told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from callcore.domain.estimates import Wait
from callcore.domain.events import EstimateAnnounced, EstimateLived
from callcore.domain.ids import CallId, LegId
from callcore.domain.policies import EstimatePolicy
from callcore.domain.wait_telling import ToldWait
from callcore.flows import expecting
from tests.fakes.switch import Phone
from tests.flows.announcing import site
from tests.flows.callbacks import CallbackFloor
from tests.flows.estimating import learnt, seen_at_work
from tests.flows.floor import ANN, SALES, SUPPORT, TestFloor
from tests.flows.stories import come, end_talk, move, who_talks_with

OFTEN = EstimatePolicy(first_after_seconds=10, interval_seconds=40)


def busy() -> tuple[TestFloor, LegId]:
    """Talks take a minute, Ann is at one; a caller waits and was told up to two minutes after ten
    seconds.
    """
    floor = TestFloor(site(estimate=OFTEN, maximum_wait_seconds=3000, wrap_up_seconds=0))
    learnt(floor)
    floor.switch.phones[floor.policy.agents[ANN].contact] = Phone(answers_after_seconds=0.1)
    come(floor, ANN)
    floor.call_in()
    floor.clock.advance(1)
    caller = floor.call_in()
    floor.clock.advance(10.5)
    (told,) = floor.told(EstimateAnnounced)
    assert (told.call_id, told.low_minutes, told.high_minutes) == (caller, 0, 2)
    assert floor.told(EstimateLived) == []
    return floor, caller


def lived(floor: TestFloor, call_id: LegId) -> list[tuple[float | None, bool | None]]:
    return [
        (fact.error_seconds, fact.is_beyond)
        for fact in floor.told(EstimateLived)
        if fact.call_id == call_id and fact.queue == SUPPORT
    ]


def test_every_estimate_is_judged_when_the_caller_is_served() -> None:
    """Each by its own mean, from the instant at which it was told."""
    floor, caller = busy()
    floor.clock.advance(19.5)  # 30 seconds after joining
    end_talk(floor, ANN)
    floor.clock.advance(1)
    assert who_talks_with(floor, caller) == ANN
    assert lived(floor, caller) == [(pytest.approx(20.2 - 60, abs=0.2), False)]


def test_a_wait_beyond_the_upper_end_is_told_as_such() -> None:
    """Of the first; what was told later may hold."""
    floor, caller = busy()
    floor.clock.advance(160)
    count = len(floor.told(EstimateAnnounced))
    assert count >= 1
    end_talk(floor, ANN)
    floor.clock.advance(1)
    found = lived(floor, caller)
    assert len(found) == count
    assert found[0] == (pytest.approx(160.7 - 60, abs=0.3), True)
    assert [beyond for _, beyond in found[1:]] == [False] * (count - 1)


LEAVING: list[Callable[[TestFloor, LegId], object]] = [
    lambda floor, caller: floor.switch.end(caller),
    lambda floor, caller: move(floor, caller, SALES),
]


@pytest.mark.parametrize("leave", LEAVING)
def test_who_leaves_unserved_has_not_lived_it(
    leave: Callable[[TestFloor, LegId], object],
) -> None:
    """Nobody knows how long it would have been, but that it was longer than what was told."""
    for seconds, is_beyond in ((10, None), (130, True)):
        floor, caller = busy()
        floor.clock.advance(seconds)
        leave(floor, caller)
        floor.clock.advance(1)
        assert lived(floor, caller)[0] == (None, is_beyond)


def test_what_another_process_told_is_judged_too() -> None:
    """Also if the adopter itself has told nothing."""
    floor, caller = busy()
    floor.restart()
    floor.clock.advance(5)
    end_talk(floor, ANN)
    floor.clock.advance(1)
    assert who_talks_with(floor, caller) == ANN
    assert lived(floor, caller) == [(pytest.approx(8.6 - 60, abs=0.3), False)]


def test_a_floor_that_is_away_loses_nothing_of_it() -> None:
    """What was told is told later, and who told it knows."""
    floor, caller = busy()
    floor.store.go_down()
    floor.clock.advance(5)
    floor.switch.end(caller)
    floor.clock.advance(5)
    floor.store.come_up()
    floor.clock.advance(5)
    assert lived(floor, caller) == [(None, None)]


def test_what_was_told_at_a_promise_is_judged_when_it_is_kept() -> None:
    """From the telling to the talk."""
    floor = CallbackFloor()
    floor.promised()
    (promise,) = floor.promises()
    wait, told = Wait(mean=30.0, variance=100.0), ToldWait(low_minutes=0, high_minutes=1)
    expecting.note_told(floor.worker.crew.changes, floor.site, promise.call_id, SUPPORT, wait, told)
    floor.clock.advance(100)
    floor.log_in(ANN)
    floor.clock.advance(8)
    found = [fact for fact in floor.told(EstimateLived) if fact.call_id == promise.call_id]
    mine = [fact for fact in found if fact.error_seconds is not None and fact.is_beyond]
    assert len(mine) >= 1
    assert mine[-1].error_seconds == pytest.approx(75, abs=8)


def test_the_estimate_of_whoever_asks() -> None:
    """Of a caller in line; of nobody, and without the floor, there is none."""
    floor, caller = busy()
    seen_at_work(floor, ANN)
    of_caller = expecting.of_call(floor.site, CallId(caller), SUPPORT)
    assert isinstance(of_caller, Wait)
    assert of_caller.mean == pytest.approx(60.0, rel=0.1)
    range_ = expecting.told_range(of_caller, floor.policy.queues[SUPPORT])
    assert range_ is not None
    assert range_.high_minutes == 2
    unknown = expecting.of_call(floor.site, CallId("nobody"), SUPPORT)
    assert expecting.told_range(unknown, floor.policy.queues[SUPPORT]) is None
    floor.store.go_down()
    assert not isinstance(expecting.of_call(floor.site, CallId(caller), SUPPORT), Wait)
