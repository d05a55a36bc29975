"""New callers are turned away before those who wait suffer from them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from callcore.domain.events import (
    CallRefused,
    CallTurnedAway,
    ClockCaughtUp,
    ClockStepped,
    LoadLooked,
    OverloadBegan,
    OverloadEnded,
)
from callcore.domain.ids import LegId
from callcore.domain.outcomes import CallOutcome, HungUpBy, RefusalReason
from callcore.domain.policies import OverloadPolicy, SitePolicy
from callcore.domain.treatments import Goodbye, Said, ToExtension, Treatment
from callcore.flows.clock_watch import ClockWatch
from callcore.flows.overload import LOOK_SECONDS
from tests.fakes.clock import settle
from tests.fakes.switch import Phone
from tests.flows.floor import ANN, POLICY, TestFloor

SECOND = round(1 / LOOK_SECONDS)


def having(**settings: Any) -> SitePolicy:
    """The site with settings of overload."""
    return replace(POLICY, overload=replace(OverloadPolicy(), **settings))


@pytest.fixture
def floor() -> TestFloor:
    return TestFloor()


def late(floor: TestFloor, loop_late_seconds: float, seconds: float) -> None:
    """For so long each look finds the worker so late."""
    for _ in range(round(seconds * SECOND)):
        floor.clock.advance(LOOK_SECONDS)
        floor.worker.overload.look(loop_late_seconds)


def swamp(floor: TestFloor) -> None:
    """The worker turns away everybody."""
    late(floor, 1.0, 10.0)


def is_refused(floor: TestFloor, caller: LegId) -> bool:
    """Was the caller hung up at once?"""
    floor.clock.advance(0.05)
    return floor.switch.causes.get(caller) == "NORMAL_CIRCUIT_CONGESTION"


def come(floor: TestFloor, *, is_answered: bool = False, **variables: str) -> LegId:
    """A caller arrives on a line that the dialplan has answered, or with variables of ours."""
    floor.switch.deliver_to(lambda _: None)
    caller = floor.switch.call_in("8001")
    leg = floor.switch.legs_by_id[caller]
    leg.variables |= variables
    leg.answered_at = floor.clock.now() if is_answered else None
    floor.switch.deliver_to(floor.worker.deliver)
    floor.switch.park_again(caller, "8001")
    settle()
    return caller


def test_a_caller_on_an_unanswered_line_is_refused_at_once(floor: TestFloor) -> None:
    """With what lets the carrier try another way; nothing is asked of the floor but the record."""
    swamp(floor)
    floor.switch.commands.clear()
    caller = floor.call_in()
    assert is_refused(floor, caller)
    assert [name for name, _ in floor.switch.commands] == ["hang_up"]
    record = floor.record()
    assert (record.outcome, record.hung_up_by) == (CallOutcome.REFUSED, HungUpBy.CALLCORE)
    (visit,) = record.visits
    assert (visit.queue, visit.refusal_reason) == ("support", RefusalReason.OVERLOADED)
    assert [fact.reason for fact in floor.told(CallRefused)] == [RefusalReason.OVERLOADED]
    assert not floor.knows(caller)
    assert floor.complaints == []


def test_who_waits_is_served_while_others_are_refused(floor: TestFloor) -> None:
    """That is what it is for."""
    waiting = floor.call_in()
    swamp(floor)
    assert is_refused(floor, floor.call_in())
    assert floor.position(waiting) == 1
    floor.log_in(ANN, phone=Phone(answers_after_seconds=1))
    floor.clock.advance(3)
    assert floor.switch.legs_by_id[waiting].bridged_to is not None


def test_callers_are_turned_away_by_share_and_taken_again(floor: TestFloor) -> None:
    """More and more of them, then fewer and fewer; told at the beginning and at the end."""
    late(floor, 1.0, 2.5)
    share = sum(is_refused(floor, floor.call_in()) for _ in range(20)) / 20
    assert 0 < share < 0.3
    (began,) = floor.told(OverloadBegan)
    assert (began.what, began.late_seconds) == ("event_loop", 1.0)
    assert "new callers: event_loop is 1.0 s late" in floor.worker.overload.trouble
    late(floor, 1.0, 15.0)
    assert floor.told(LoadLooked)[-1].share == 1.0
    late(floor, 0.0, 6.0)
    assert "ever fewer: nothing is late any more" in floor.worker.overload.trouble
    late(floor, 0.0, 10.0)
    (ended,) = floor.told(OverloadEnded)
    assert ended.turned_away_count == share * 20
    assert floor.worker.overload.trouble == ""
    assert not is_refused(floor, floor.call_in())


def test_who_was_ours_before_is_no_new_caller(floor: TestFloor) -> None:
    """A caller whom a dead process left waiting, or who has a promise to hear, is taken."""
    swamp(floor)
    caller = come(floor, callcore_joined_at=str(floor.clock.now()))
    assert not is_refused(floor, caller)


def test_an_arrival_that_is_found_is_judged_like_one_that_was_heard(floor: TestFloor) -> None:
    """The link was down when the caller came, and nothing was done for them yet."""
    swamp(floor)
    floor.switch.lose_link()
    caller = floor.call_in()
    floor.clock.advance(1)
    floor.switch.restore_link()
    assert is_refused(floor, caller)
    assert floor.record().outcome is CallOutcome.REFUSED


def test_nobody_is_turned_away_where_that_is_not_wanted() -> None:
    """``enabled: false``."""
    floor = TestFloor(having(enabled=False))
    swamp(floor)
    assert not is_refused(floor, floor.call_in())
    assert floor.told(OverloadBegan) == []


def test_a_reload_that_switches_it_off_takes_callers_at_once(floor: TestFloor) -> None:
    """And tells that it is over."""
    swamp(floor)
    floor.reload(having(enabled=False))
    late(floor, 1.0, LOOK_SECONDS)
    assert len(floor.told(OverloadEnded)) == 1
    assert not is_refused(floor, floor.call_in())


@pytest.mark.parametrize(
    ("treatment", "sounds"),
    [
        (None, ["refused/queue-full"]),
        (Goodbye(prompts=("busy",), cause="USER_BUSY"), ["busy"]),
        (Said(prompts=("busy",), then=Goodbye(cause="USER_BUSY")), ["busy"]),
    ],
)
def test_a_caller_on_an_answered_line_hears_why(
    treatment: Treatment | None, sounds: list[str]
) -> None:
    """And is hung up when it has been heard."""
    floor = TestFloor(having(treatment=treatment))
    swamp(floor)
    caller = come(floor, is_answered=True)
    floor.clock.advance(0.1)
    assert sounds[0] in " ".join(floor.switch.legs_by_id[caller].announced[0])
    floor.clock.advance(30)
    expected = "NORMAL_CIRCUIT_CONGESTION" if treatment is None else "USER_BUSY"
    assert floor.switch.causes[caller] == expected
    assert floor.record().outcome is CallOutcome.REFUSED


def test_a_caller_on_an_unanswered_line_may_hear_why_too() -> None:
    """As early media: ``rejects_unanswered: false``."""
    floor = TestFloor(having(rejects_unanswered=False))
    swamp(floor)
    caller = floor.call_in()
    floor.clock.advance(0.1)
    assert "refused/queue-full" in floor.switch.legs_by_id[caller].announced[0][0]
    floor.clock.advance(30)
    assert floor.switch.causes[caller] == "NORMAL_CIRCUIT_CONGESTION"


def test_callers_may_be_sent_to_an_extension() -> None:
    """An answering machine, another site: answered or not."""
    floor = TestFloor(having(treatment=ToExtension(extension="5000", context="public")))
    swamp(floor)
    caller = floor.call_in()
    assert floor.switch.legs_by_id[caller].variables["transferred_to"] == "5000 public"


def test_of_the_floor_away_too_the_settings_say_what_becomes() -> None:
    """In place of the dialplan's fallback."""
    floor = TestFloor(having(floor_away=Goodbye(prompts=("later",), cause="SWITCH_CONGESTION")))
    floor.store.go_down()
    caller = floor.call_in()
    floor.clock.advance(30)
    assert floor.switch.causes[caller] == "SWITCH_CONGESTION"


def test_what_nobody_else_has_does_not_grow_without_end(floor: TestFloor) -> None:
    """New callers are turned away with a record each, and at twice as much without one."""
    floor.worker.overload.most_unkept = 3
    floor.store.go_down()
    while floor.worker.unkept_count < 3:
        floor.switch.end(floor.call_in())
        floor.clock.advance(0.1)
    late(floor, 0.0, 10.0)
    (began,) = floor.told(OverloadBegan)
    assert began.what == "unkept"
    for _ in range(20):
        floor.call_in()
        floor.clock.advance(0.1)
    assert floor.worker.unkept_count == 6
    assert len(floor.told(CallTurnedAway)) == 17
    assert floor.switch.legs_by_id == {}
    floor.store.come_up()
    late(floor, 0.0, 30.0)
    assert len(floor.records()) == 6
    assert not is_refused(floor, floor.call_in())


def test_a_step_of_the_clock_is_told_once(floor: TestFloor) -> None:
    """And when it has been made up for."""
    behind = [0.0]
    watch = ClockWatch(floor.site, lambda: behind[0])
    for seconds in (0.0, -3600.0, -3599.99, -3599.98):
        behind[0] = seconds
        watch.look()
    (stepped,) = floor.told(ClockStepped)
    assert (stepped.by_seconds, stepped.behind_seconds) == (-3600.0, -3600.0)
    behind[0] = -0.01
    floor.facts.clear()
    watch.look()
    behind[0] = 0.0
    watch.look()
    watch.look()
    assert len(floor.told(ClockCaughtUp)) == 1


@pytest.mark.parametrize("cause", ["ORIGINATOR_CANCEL", "NORMAL_CLEARING"])
def test_a_caller_who_is_quicker_than_the_refusal_has_hung_up(floor: TestFloor, cause: str) -> None:
    """In the instant between our command and the end of the line: the cause is not ours."""
    swamp(floor)
    caller = floor.call_in()
    assert floor.switch.commands[-1][0] == "hang_up"
    floor.switch.end(caller, cause)
    floor.clock.advance(0.1)
    record = floor.record()
    assert (record.hung_up_by, record.hangup_cause) == (HungUpBy.CALLER, cause)
    assert record.outcome is CallOutcome.REFUSED
