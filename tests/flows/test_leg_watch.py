"""Legs that vanish or live on without an event, and what is left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import CallEnded, SelfHealed, StoreFailed, TalkEnded
from callcore.domain.ids import LegId, NodeName
from callcore.domain.outcomes import CallOutcome
from callcore.flows.leg_watch import LOOK_EVERY_SECONDS, SETTLED_SECONDS
from callcore.flows.mending import ORPHAN_CAUSE
from callcore.flows.taking_over import LISTED_LATE_SECONDS
from tests.fakes.clock import settle
from tests.fakes.switch import NODE
from tests.fakes.switch_core import FakeLeg
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, ROOMY, TestFloor
from tests.flows.stories import come, leg_of, who_talks_with

ONE_LOOK = LOOK_EVERY_SECONDS + SETTLED_SECONDS + 1


def vanish(floor: TestFloor, *legs: LegId) -> None:
    """Legs end, and nobody is told."""
    floor.switch.deliver_to(lambda _: None)
    for leg_id in legs:
        floor.switch.end(leg_id)
    floor.switch.deliver_to(floor.worker.deliver)


def healed(floor: TestFloor) -> list[tuple[str, str, str]]:
    """What was mended."""
    return [(fact.what, fact.subject, fact.reason) for fact in floor.told(SelfHealed)]


def talking(floor: TestFloor) -> LegId:
    """Ann talks with a caller."""
    come(floor, ANN)
    caller = floor.call_in()
    floor.clock.advance(3)
    assert who_talks_with(floor, caller) == ANN
    return caller


def test_a_talk_that_vanished_ends() -> None:
    """Both legs are gone, each is counted; one record; the agent wraps up and is free."""
    floor = TestFloor(ROOMY)
    caller = talking(floor)
    agents = leg_of(floor, ANN)
    vanish(floor, caller)
    assert floor.agent(ANN).state is AgentState.TALKING
    floor.clock.advance(ONE_LOOK)
    assert healed(floor) == [("leg", leg, "gone_unheard") for leg in (caller, agents)]
    assert len(floor.told(TalkEnded)) == 1
    assert floor.record().outcome is CallOutcome.SERVED
    floor.clock.advance(11)
    assert floor.agent(ANN).state is AgentState.AVAILABLE
    assert floor.worker.calls_count == 0


def test_an_agents_leg_that_vanished_ends_the_talk() -> None:
    """The caller's end is heard as ever."""
    floor = TestFloor(ROOMY)
    caller = talking(floor)
    agents = leg_of(floor, ANN)
    floor.switch.legs_by_id[agents].bridged_to = None
    vanish(floor, agents)
    floor.clock.advance(ONE_LOOK)
    assert healed(floor) == [("leg", agents, "gone_unheard")]
    assert floor.agent(ANN).state is AgentState.WRAPPING_UP
    floor.switch.end(caller)
    settle()
    assert len(floor.told(CallEnded)) == 1


def test_a_caller_who_vanished_gives_up_the_place() -> None:
    """Nobody is offered somebody who is not there."""
    floor = TestFloor(ROOMY)
    caller = floor.call_in()
    floor.clock.advance(5)
    vanish(floor, caller)
    floor.clock.advance(ONE_LOOK)
    assert healed(floor) == [("leg", caller, "gone_unheard")]
    assert not floor.knows(caller)


def test_a_phone_that_rings_for_nobody_is_silenced() -> None:
    """Left over from a call that is no more; once."""
    floor = TestFloor(ROOMY)
    left = LegId("a0000000-0000-4000-8000-000000000001")
    floor.switch.legs_by_id[left] = FakeLeg(
        left,
        is_inbound=False,
        created_at=floor.clock.now(),
        variables={"callcore_offer": "o1", "callcore_agent": ANN},
    )
    floor.clock.advance(ONE_LOOK + LOOK_EVERY_SECONDS)
    assert healed(floor) == [("leg", left, "orphan")]
    assert floor.switch.causes[left] == ORPHAN_CAUSE
    assert floor.switch.legs_by_id == {}


def test_what_fits_at_the_second_look_is_left_alone() -> None:
    """A caller whose arrival is on its way is not taken twice; one gone by then is not ended."""
    floor = TestFloor(ROOMY)
    floor.clock.advance(LOOK_EVERY_SECONDS - 1)
    floor.switch.deliver_to(lambda _: None)
    late, gone = floor.switch.call_in(), floor.switch.call_in()
    floor.clock.advance(2)
    floor.switch.deliver_to(floor.worker.deliver)
    floor.switch.end(gone)
    floor.switch._park(floor.switch.legs_by_id[late])
    floor.clock.advance(10)
    assert floor.knows(late)
    assert healed(floor) == []


def test_a_leg_that_has_just_been_called_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The switch lists it late."""
    floor = TestFloor(ROOMY)
    floor.clock.advance(LOOK_EVERY_SECONDS - 0.5)
    come(floor, ANN)
    caller = floor.call_in()
    monkeypatch.setattr(floor.switch, "leg_ids", lambda: frozenset({caller}))
    floor.clock.advance(1)
    monkeypatch.undo()
    floor.clock.advance(10)
    assert healed(floor) == []
    assert who_talks_with(floor, caller) == ANN


def test_strangers_are_asked_about_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The legs of other users of the switch cost one question each, and are never touched."""
    floor = TestFloor(ROOMY)
    floor.clock.advance(2 * LISTED_LATE_SECONDS)
    stranger = floor.switch.call_phone("user/9@t")
    asked: list[frozenset[LegId]] = []
    legs = floor.switch.legs
    monkeypatch.setattr(
        floor.switch, "legs", lambda among: (asked.append(frozenset(among)), legs(among))[1]
    )
    floor.clock.advance(5 * LOOK_EVERY_SECONDS)
    assert asked == [frozenset({stranger})]
    assert stranger in floor.switch.legs_by_id
    assert healed(floor) == []


def test_a_look_that_failed_is_told_of_and_the_next_one_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Redis did not answer: nothing is mended by half."""
    floor = TestFloor(ROOMY)
    caller = talking(floor)
    vanish(floor, caller)
    fail_once(monkeypatch, floor.store.roster, "agents", happens=False)
    floor.clock.advance(ONE_LOOK)
    assert "was not looked at" in floor.told(StoreFailed)[-1].reason
    assert healed(floor) == []
    floor.clock.advance(LOOK_EVERY_SECONDS)
    assert healed(floor)[0] == ("leg", caller, "gone_unheard")


def test_who_talks_on_a_switch_out_of_reach_talks_on() -> None:
    """For all we know, however often is looked, until the switch counts as dead."""
    floor = TestFloor(ROOMY)
    talking(floor)
    floor.switch.lose_link()
    floor.clock.advance(10 * LOOK_EVERY_SECONDS)
    assert floor.agent(ANN).state is AgentState.TALKING
    assert healed(floor) == []


def test_a_switch_that_was_taken_out_of_the_settings_holds_nobody() -> None:
    """The process begins anew without it."""
    floor = TestFloor(ROOMY)
    caller = talking(floor)
    floor.kill_worker()
    (call,) = floor.store.waiting_room.calls(NODE)
    floor.store._memory.calls.put(replace(call, node=NodeName("fs9")))
    floor.switch.end(caller)
    floor.clock.advance(3)
    floor.worker = floor.start_worker()
    floor.switch.restore_link()
    floor.clock.advance(ONE_LOOK)
    assert ("agent", ANN, "held_by_nothing") in healed(floor)
    floor.clock.advance(20)
    assert floor.agent(ANN).state is AgentState.AVAILABLE
