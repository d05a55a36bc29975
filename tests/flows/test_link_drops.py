"""The link goes down at an awkward instant."""

from __future__ import annotations

from typing import cast

from callcore.domain.agents import AgentState
from callcore.domain.ids import CallId, NodeName
from callcore.domain.outcomes import CallOutcome, LeaveReason
from callcore.flows.messages import LinkBack
from callcore.ports.switch_events import LegBridged, SwitchEvent
from tests.fakes.clock import settle
from tests.fakes.switch import NODE, FakeSwitch
from tests.flows.floor import ANN, POLICY, ROOMY, SALES, TestFloor

FALLBACK = POLICY.fallback.extension


def test_a_guard_that_was_due_meanwhile_is_wound_up_when_the_link_is_back(floor: TestFloor) -> None:
    """Two seconds without a link must not cost a caller the place a minute later."""
    caller = floor.call_in()
    leg = floor.switch.legs_by_id[caller]
    floor.clock.advance(59)
    floor.switch.lose_link()
    floor.clock.advance(2)
    floor.switch.restore_link()
    floor.clock.advance(120)
    assert leg.dialled != FALLBACK


def test_no_dead_mans_switch_is_left_armed_in_a_conversation(floor: TestFloor) -> None:
    """The link drops with the word of the bridge: taken off when it is back."""
    floor.log_in(ANN)
    caller = floor.call_in()

    def deliver(event: SwitchEvent) -> None:
        floor.worker.deliver(event)
        if isinstance(event, LegBridged) and floor.switch.is_connected:
            floor.switch.deliver_to(floor.worker.deliver)
            floor.switch.lose_link()

    floor.switch.deliver_to(deliver)
    floor.clock.advance(4)
    assert not floor.switch.is_connected
    floor.switch.restore_link()
    floor.clock.advance(10)
    leg = floor.switch.legs_by_id[caller]
    assert leg.bridged_to is not None
    assert leg.guarded is None, "the caller would be torn out of the talk"


def test_a_bridge_made_as_the_link_drops_is_a_conversation(floor: TestFloor) -> None:
    """Six seconds deaf: the two talk, and nobody else is offered the caller."""
    floor.log_in(ANN)
    caller = floor.call_in()
    floor.advance_until_bridge_is_asked(caller)
    floor.switch.lose_link()
    floor.clock.advance(6)
    assert floor.switch.legs_by_id[caller].bridged_to is not None
    floor.switch.restore_link()
    floor.clock.advance(1)
    assert floor.agent(ANN).state is AgentState.TALKING
    assert len(floor.switch.requests) == 1


def test_a_caller_who_hangs_up_while_being_joined_has_not_talked(floor: TestFloor) -> None:
    """The link is back before the two have met, and they never do."""
    floor.log_in(ANN)
    caller = floor.call_in()
    floor.advance_until_bridge_is_asked(caller)
    floor.switch.lose_link()
    floor.switch.restore_link()
    settle()
    (found,) = floor.switch.legs([caller])
    assert found.is_joining
    floor.switch.end(caller)
    floor.clock.advance(10)
    record = floor.record()
    assert record.outcome is CallOutcome.SHORT_ABANDONED
    assert [offer.bridged_at for offer in record.offers] == [None]


def test_nothing_is_played_into_a_talk_that_is_being_made(floor: TestFloor) -> None:
    """The caller was listed as silent just before being joined to the agent."""
    floor.log_in(ANN)
    caller = floor.call_in()
    floor.advance_until_bridge_is_asked(caller)
    asked_count = len(floor.switch.commands)
    floor.worker.crew.switchboard.post(CallId(caller), LinkBack(is_silent=True), NODE)
    settle()
    assert ("play_endlessly", caller) not in floor.switch.commands[asked_count:]
    floor.clock.advance(1)
    assert floor.switch.legs_by_id[caller].bridged_to is not None


def test_music_that_had_ended_meanwhile_is_begun_once(floor: TestFloor) -> None:
    """The caller is found parked in silence: told as the event and with the link, played once."""
    caller = floor.call_in()
    floor.clock.advance(10)
    floor.switch.lose_link()
    floor.switch.legs_by_id[caller].playing = None
    asked_count = len(floor.switch.commands)
    floor.switch.restore_link()
    floor.clock.advance(1)
    assert floor.switch.commands[asked_count:].count(("play_endlessly", caller)) == 1


def test_a_caller_who_went_to_the_fallback_meanwhile_is_left_there(floor: TestFloor) -> None:
    """The dead man's switch fired while we were deaf: no agent is rung for that caller."""
    caller = floor.call_in()
    floor.clock.advance(10)
    floor.switch.lose_link()
    floor.clock.advance(130)
    leg = floor.switch.legs_by_id[caller]
    assert leg.dialled == FALLBACK
    floor.switch.commands.clear()
    floor.switch.restore_link()
    floor.clock.advance(1)
    floor.log_in(ANN)
    floor.clock.advance(70)
    assert floor.switch.requests == []
    assert floor.switch.commands == []
    assert not floor.knows(caller)


def test_a_caller_handed_back_meanwhile_is_served(floor: TestFloor) -> None:
    """A blind transfer to a queue of ours while the link is down: found parked, served."""
    floor.log_in(ANN)
    caller = floor.call_in()
    floor.clock.advance(5)
    agent_leg = floor.switch.legs_by_id[caller].bridged_to
    assert agent_leg is not None
    floor.switch.lose_link()
    floor.switch.blind_transfer(agent_leg)
    floor.switch.park_again(caller, "8002", queue="")
    floor.switch.restore_link()
    floor.clock.advance(1)
    assert floor.position(caller, SALES) == 1


def test_a_line_that_could_not_be_answered_is_answered_later(floor: TestFloor) -> None:
    """The link drops as the caller arrives: answered and given music when it is back."""
    caller = floor.switch.call_in()
    floor.switch.lose_link()
    floor.clock.advance(1)
    floor.switch.restore_link()
    floor.clock.advance(1)
    leg = floor.switch.legs_by_id[caller]
    assert leg.is_answered
    assert leg.playing is not None
    assert leg.guarded is not None


def test_an_unheard_blind_transfer_ends_an_adopted_conversation(floor: TestFloor) -> None:
    """The agent's leg is gone, the caller's lives on: the agent is not talking any more."""
    floor.log_in(ANN)
    caller = floor.call_in()
    floor.clock.advance(5)
    floor.restart()
    agent_leg = floor.switch.legs_by_id[caller].bridged_to
    assert agent_leg is not None
    floor.switch.lose_link()
    floor.switch.blind_transfer(agent_leg)
    floor.switch.restore_link()
    floor.clock.advance(1)
    assert floor.agent(ANN).state is AgentState.WRAPPING_UP


def test_callers_of_a_node_without_a_link_do_not_hold_up_another_nodes() -> None:
    """Ten wait on a node that is cut off; the agent is offered the eleventh, on the other."""
    floor = TestFloor(ROOMY)
    other_node = NodeName("fs2")
    other = FakeSwitch(floor.clock, other_node)
    other.deliver_to(floor.worker.deliver)
    cast("dict[NodeName, FakeSwitch]", floor.site.switches)[other_node] = other
    for _ in range(10):
        floor.call_in()
    floor.switch.lose_link()
    floor.clock.advance(0.001)
    reachable = other.call_in()
    floor.log_in(ANN)
    floor.clock.advance(1)
    assert floor.agent(ANN).call_id == reachable


def test_a_talk_nobody_heard_of_is_not_an_abandonment(floor: TestFloor) -> None:
    """The bridge was asked for, the link went down, and both were gone when it came back."""
    floor.log_in(ANN)
    caller = floor.call_in()
    floor.advance_until_bridge_is_asked(caller)
    floor.switch.lose_link()
    floor.clock.advance(1)
    floor.switch.end(caller)
    floor.switch.restore_link()
    floor.clock.advance(1)
    record = floor.record()
    assert record.outcome is CallOutcome.LOST
    assert record.visits[0].leave_reason is LeaveReason.SWITCH_LOST
    assert record.faults
