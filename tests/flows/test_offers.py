"""Offers that go wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import (
    CallArrived,
    CallEnded,
    CallerLeft,
    OfferLost,
    OfferMade,
    WrapUpEnded,
)
from callcore.domain.outcomes import CallOutcome
from callcore.ports.switch_events import SwitchEvent
from callcore.ports.telephony import CommandRefusedError
from tests.fakes.switch import SILENT, Phone
from tests.flows.floor import ANN, BOB, CLEO, POLICY, SUPPORT, TESTED, TestFloor
from tests.flows.stories import agent_of, queue_of


def _look(floor: TestFloor) -> None:
    floor.worker.recovery.lease_watch.look()


def test_an_agent_is_not_kept_for_a_caller_whose_line_is_never_answered(
    floor: TestFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every wait has a deadline: the pick-up does not hold both for ever."""
    monkeypatch.setattr(floor.switch, "answer", lambda _: None)
    floor.log_in(ANN)
    floor.call_in()
    floor.clock.advance(60)
    assert floor.told(OfferLost)


def test_a_caller_who_cannot_be_bridged_does_not_ring_everybody_for_ever(
    floor: TestFloor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bridge that fails again and again is the caller's leg's fault; it is given up."""

    def refuse(*_: object) -> None:
        raise CommandRefusedError

    monkeypatch.setattr(floor.switch, "bridge", refuse)
    floor.log_in(ANN, BOB, CLEO, phone=Phone(answers_after_seconds=0.5))
    floor.call_in()
    floor.clock.advance(300)
    assert len(floor.switch.requests) <= 20


def test_a_phone_that_drops_what_it_picks_up_does_not_capture_the_caller(floor: TestFloor) -> None:
    """An idle colleague is asked before the agent whose phone has just failed."""
    floor.log_in(ANN, phone=SILENT)
    caller = floor.call_in()
    floor.clock.advance(1)
    floor.switch.phones[POLICY.agents[BOB].contact] = SILENT
    floor.store.roster.log_in(BOB, "bob", TESTED)
    leg = floor.switch.legs_by_id[floor.offered_leg()]
    floor.switch._pick_up(leg)
    floor.switch.end(leg.leg_id)
    floor.clock.advance(0.5)
    assert caller in floor.switch.legs_by_id
    assert floor.switch.requests[1].variables["callcore_agent"] == BOB


def test_a_broken_phone_is_not_rung_many_times_a_second() -> None:
    """Without a rest after a miss configured, a refusing phone still gets a breath."""
    support = replace(POLICY.queues[SUPPORT], retry_after_miss_seconds=0)
    floor = TestFloor(replace(POLICY, queues={**POLICY.queues, SUPPORT: support}))
    floor.log_in(ANN, phone=Phone(answers_after_seconds=None, fails_after_seconds=0.01))
    floor.call_in()
    floor.clock.advance(10)
    assert len(floor.switch.requests) <= 20


def test_a_wrap_up_is_ended_once_whoever_comes_first(floor: TestFloor) -> None:
    """The watch came a moment before the timer: one fact, and an agent at work stays so."""
    floor.log_in(ANN)
    caller = floor.call_in()
    floor.clock.advance(5)
    wrap_up_seconds = POLICY.queues[SUPPORT].wrap_up_seconds
    floor.clock.after(wrap_up_seconds, lambda: _look(floor))
    floor.switch.end(caller)
    floor.clock.advance(30)
    assert len(floor.told(WrapUpEnded)) == 1


def test_duplicates_of_events_change_nothing(floor: TestFloor) -> None:
    """Every event told twice: one bridge, one record, one of each fact."""

    def deliver_twice(event: SwitchEvent) -> None:
        floor.worker.deliver(event)
        floor.worker.deliver(event)

    floor.switch.deliver_to(deliver_twice)
    floor.log_in(ANN)
    caller = floor.call_in()
    floor.clock.advance(5)
    floor.switch.end(caller)
    floor.clock.advance(30)
    assert floor.record().outcome is CallOutcome.SERVED
    assert len(floor.told(CallArrived)) == len(floor.told(CallEnded)) == 1
    assert len(floor.told(OfferMade)) == len(floor.told(CallerLeft)) == 1
    assert len(floor.told(WrapUpEnded)) == 1
    assert floor.agent(ANN).state is AgentState.AVAILABLE


@pytest.mark.parametrize(
    ("whisper", "key", "seconds"),
    [((), None, 30.0), (("whisper/support",), None, 60.0), ((), "1", 64.0), (("x",), "1", 64.0)],
)
def test_a_reservation_lasts_as_long_as_everything_before_the_talk(
    whisper: tuple[str, ...], key: str | None, seconds: float
) -> None:
    """Whoever listens or presses a key is not taken for one whose process has died."""
    policy = agent_of(ANN, queue_of(whisper=whisper), confirm_key=key, confirm_seconds=4.0)
    floor = TestFloor(policy)
    floor.log_in(ANN, phone=SILENT)
    floor.call_in()
    lease_until = floor.agent(ANN).lease_until
    assert lease_until is not None
    assert (lease_until - floor.clock.now()) / 1e6 == pytest.approx(seconds, abs=0.1)
