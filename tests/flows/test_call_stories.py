"""Calls from arrival to record, as callers and agents live them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.announcements import STAND_IN_MUSIC
from callcore.domain.events import (
    CallArrived,
    CallerJoined,
    CallRefused,
    Decided,
    OfferLost,
    PositionAnnounced,
    PromptMissing,
    WrapUpEnded,
)
from callcore.domain.ids import LegId
from callcore.domain.outcomes import (
    CallOutcome,
    HungUpBy,
    LeaveReason,
    OfferLostReason,
    RefusalReason,
)
from callcore.domain.policies import NumberRoute
from callcore.domain.transfers import TransferKind
from callcore.ports.switch_events import DigitPressed, LegParked
from tests.fakes.clock import settle
from tests.fakes.switch import BUSY, NODE, REFUSING, SILENT, Phone
from tests.fakes.switch_sounds import PROMPT_SECONDS
from tests.flows.floor import ANN, BOB, CLEO, POLICY, SUPPORT, TestFloor


class TestServed:
    """A caller and an agent come together."""

    def test_a_caller_who_finds_a_free_agent_is_bridged_and_recorded(
        self, floor: TestFloor
    ) -> None:
        """Answer, music, offer, pick-up, bridge, hang-up by the agent, wrap-up, one record."""
        floor.log_in(ANN)
        caller = floor.call_in()
        leg = floor.switch.legs_by_id[caller]
        assert leg.playing == "local_stream://moh"
        assert floor.agent(ANN).state is AgentState.RESERVED

        floor.clock.advance(2.1)
        assert leg.is_answered
        assert floor.agent(ANN).state is AgentState.TALKING
        floor.clock.advance(30)
        agent_leg = leg.bridged_to
        assert agent_leg is not None
        floor.switch.end(agent_leg)
        settle()

        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        record = floor.record()
        assert record.outcome is CallOutcome.SERVED
        assert record.hung_up_by is HungUpBy.AGENT
        assert record.agent_id == ANN
        assert record.talk_seconds == pytest.approx(30, abs=0.2)
        assert record.is_within_service_level is True
        assert [visit.leave_reason for visit in record.visits] == [LeaveReason.PICKED_UP]
        floor.clock.advance(10)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert len(floor.told(WrapUpEnded)) == 1

    def test_the_caller_may_hang_up_first(self, floor: TestFloor) -> None:
        """The record says who ended the conversation."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.switch.end(caller)
        settle()
        assert floor.record().hung_up_by is HungUpBy.CALLER
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP

    def test_wrap_up_ends_with_the_next_waiting_caller(self, floor: TestFloor) -> None:
        """An agent who becomes free is offered the longest waiter at once."""
        floor.log_in(ANN)
        first = floor.call_in()
        floor.clock.advance(5)
        second = floor.call_in()
        floor.clock.advance(1)
        third = floor.call_in()
        floor.switch.end(first)
        floor.clock.advance(10)
        assert floor.agent(ANN).call_id == second
        assert floor.agent(ANN).call_id != third
        assert [fact.trigger for fact in floor.told(Decided)] == ["caller_joined", "agent_free"]

    def test_no_wrap_up_means_free_at_once(self, floor: TestFloor) -> None:
        """A queue without wrap-up gives its agents back when the talk ends."""
        floor.log_in(CLEO)
        caller = floor.call_in("8002")
        floor.clock.advance(5)
        floor.switch.end(caller)
        settle()
        assert floor.agent(CLEO).state is AgentState.AVAILABLE

    def test_a_queue_that_records_does(self, floor: TestFloor) -> None:
        """The recording begins with the conversation, named after call and talk."""
        floor.log_in(CLEO)
        caller = floor.call_in("8002")
        floor.clock.advance(5)
        talk = floor.agent(CLEO).offer_id
        assert floor.switch.recordings == [(caller, f"/recordings/{caller}_{talk}.wav")]

    def test_the_dead_mans_switch_is_wound_up_while_waiting_and_off_while_talking(
        self, floor: TestFloor
    ) -> None:
        """Nobody is sent to the fallback out of a conversation."""
        caller = floor.call_in()
        leg = floor.switch.legs_by_id[caller]
        floor.clock.advance(0)
        assert leg.guarded == (120, "callcore_fallback", "public")
        leg.guarded = None
        floor.clock.advance(61)
        assert leg.guarded is not None
        floor.log_in(ANN)
        floor.clock.advance(5)
        assert leg.bridged_to is not None
        assert leg.guarded is None

    def test_blind_transfer_frees_the_agent_and_follows_the_caller(self, floor: TestFloor) -> None:
        """The caller's end, minutes later, is the caller's doing; the talk ended before."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        agent_leg = floor.switch.legs_by_id[caller].bridged_to
        assert agent_leg is not None
        floor.switch.blind_transfer(agent_leg)
        settle()
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        assert floor.records() == []
        floor.clock.advance(100)
        floor.switch.end(caller)
        settle()
        record = floor.record()
        assert record.hung_up_by is HungUpBy.CALLER
        assert record.talk_seconds < 10
        [talk] = record.offers
        assert (talk.transfer, talk.transferred_to) == (TransferKind.BLIND, "2000")

    def test_a_caller_transferred_back_to_a_queue_is_the_same_call(self, floor: TestFloor) -> None:
        """Another visit, another agent, one record."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        agent_leg = floor.switch.legs_by_id[caller].bridged_to
        assert agent_leg is not None
        floor.switch.blind_transfer(agent_leg)
        floor.log_in(CLEO)
        floor.switch.park_again(caller, "8002", queue="")
        floor.clock.advance(5)
        assert floor.agent(CLEO).state is AgentState.TALKING
        floor.switch.end(caller)
        settle()
        record = floor.record()
        assert [visit.queue for visit in record.visits] == ["support", "sales"]
        assert [offer.agent_id for offer in record.offers] == [ANN, CLEO]
        assert [offer.transfer for offer in record.offers] == [TransferKind.BLIND, None]
        assert record.agent_id == CLEO


class TestWaiting:
    """A caller waits."""

    def test_position_is_announced_first_after_and_then_every_interval(
        self, floor: TestFloor
    ) -> None:
        """The prompts speak the place in the order of service."""
        floor.call_in()
        second = floor.call_in()
        floor.clock.advance(9.9)
        assert floor.switch.legs_by_id[second].announced == []
        floor.clock.advance(0.2)
        floor.clock.advance(30)
        heard = floor.switch.legs_by_id[second].announced
        assert (
            heard
            == [
                (
                    "/sounds/en/position/you-are-number.wav",
                    "/sounds/en/number/2.wav",
                    "/sounds/en/position/waiting-to-speak.wav",
                )
            ]
            * 2
        )
        assert [fact.position for fact in floor.told(PositionAnnounced)] == [1, 2, 1, 2]

    def test_an_abandoning_caller_leaves_the_queue(self, floor: TestFloor) -> None:
        """The record says abandoned; whoever is behind moves up."""
        first, second = floor.call_in(), floor.call_in()
        floor.clock.advance(9)
        floor.switch.end(first)
        settle()
        record = floor.record()
        assert record.outcome is CallOutcome.ABANDONED
        assert record.wait_seconds == pytest.approx(9, abs=0.01)
        assert record.agent_id is None
        assert floor.position(second) == 1

    def test_an_early_abandonment_is_short(self, floor: TestFloor) -> None:
        """Below the threshold it does not count against the service level."""
        caller = floor.call_in()
        floor.clock.advance(4)
        floor.switch.end(caller)
        settle()
        assert floor.record().outcome is CallOutcome.SHORT_ABANDONED

    def test_maximum_wait_ends_the_wait(self, floor: TestFloor) -> None:
        """The caller is not kept longer than the queue allows, and told so."""
        caller = floor.call_in()
        floor.clock.advance(599)
        assert floor.knows(caller)
        floor.clock.advance(2)
        assert not floor.knows(caller)
        floor.clock.advance(PROMPT_SECONDS)
        assert floor.record().visits[0].leave_reason is LeaveReason.MAXIMUM_WAIT
        assert floor.record().outcome is CallOutcome.OVERFLOWED
        assert floor.record().hung_up_by is HungUpBy.CALLCORE

    def test_music_that_is_not_there_is_replaced_once(self, floor: TestFloor) -> None:
        """A tone instead, and no replaying in a loop even if that is missing too."""
        floor.switch.missing_sounds |= {"local_stream://moh", STAND_IN_MUSIC}
        caller = floor.call_in()
        floor.clock.advance(5)
        started = [c for c in floor.switch.commands if c == ("play_endlessly", caller)]
        assert len(started) == 2
        assert [fact.what for fact in floor.told(PromptMissing)] == [
            "local_stream://moh",
            STAND_IN_MUSIC,
        ]

    def test_a_missing_prompt_becomes_a_tone(self, floor: TestFloor) -> None:
        """The caller hears something; from then on tones without asking for the file again."""
        floor.switch.missing_sounds.add("/sounds/en/position/you-are-next.wav")
        caller = floor.call_in()
        floor.clock.advance(50)
        leg = floor.switch.legs_by_id[caller]
        assert leg.announced == [("tone_stream://%(200,100,620);loops=2",)] * 2
        assert len(floor.told(PromptMissing)) == 1

    def test_keys_pressed_while_waiting_are_recorded(self, floor: TestFloor) -> None:
        """Digits stand in the record with their time."""
        caller = floor.call_in()
        floor.worker.deliver(
            DigitPressed(node=NODE, at=floor.clock.now(), leg_id=caller, digit="5")
        )
        floor.switch.end(caller)
        settle()
        assert [press.digit for press in floor.record().digits] == ["5"]


class TestMissed:
    """Agents who do not pick up."""

    @pytest.mark.parametrize(
        ("phone", "reason"),
        [
            (BUSY, OfferLostReason.BUSY),
            (REFUSING, OfferLostReason.REFUSED),
            (SILENT, OfferLostReason.NO_ANSWER),
        ],
    )
    def test_the_next_agent_is_asked_and_the_place_is_kept(
        self, floor: TestFloor, phone: Phone, reason: OfferLostReason
    ) -> None:
        """The caller goes on waiting with the first joining time; the misser rests."""
        floor.log_in(ANN, phone=phone)
        floor.clock.advance(1)
        floor.log_in(BOB)
        caller = floor.call_in()
        joined_at = floor.told(CallerJoined)[0].at
        floor.clock.advance(18)
        assert floor.agent(BOB).state is AgentState.TALKING
        floor.switch.end(caller)
        settle()
        record = floor.record()
        assert [(offer.agent_id, offer.lost_reason) for offer in record.offers] == [
            (ANN, reason),
            (BOB, None),
        ]
        assert record.visits[0].joined_at == joined_at
        assert floor.agent(ANN).miss_count == 1
        assert len(floor.told(OfferLost)) == 1

    def test_an_agent_who_missed_rests_and_is_asked_again(self, floor: TestFloor) -> None:
        """Alone on the floor, the agent is offered the caller again after the rest."""
        floor.log_in(ANN, phone=BUSY)
        floor.call_in()
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert len(floor.switch.requests) == 1
        floor.clock.advance(8)
        assert len(floor.switch.requests) == 2

    def test_a_caller_who_leaves_while_the_agent_rings_silences_the_phone(
        self, floor: TestFloor
    ) -> None:
        """No miss for the agent, who is free at once; the agent's leg is hung up."""
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(6)
        ringing = floor.switch.requests[0].leg_id
        floor.switch.end(caller)
        floor.clock.advance(0.1)
        assert floor.switch.causes[ringing] == "ORIGINATOR_CANCEL"
        agent = floor.agent(ANN)
        assert (agent.state, agent.miss_count) == (AgentState.AVAILABLE, 0)
        assert floor.record().offers[0].lost_reason is OfferLostReason.CALLER_GONE
        assert floor.record().outcome is CallOutcome.ABANDONED

    def test_a_caller_who_leaves_as_the_agent_picks_up_leaves_nobody_stuck(
        self, floor: TestFloor
    ) -> None:
        """The pick-up comes first, the bridge finds nobody: abandoned, agent free, leg ended."""
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(3)
        agent_leg = floor.switch.legs_by_id[floor.switch.requests[0].leg_id]
        floor.switch._pick_up(agent_leg)
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert agent_leg.leg_id not in floor.switch.legs_by_id
        assert floor.record().outcome is CallOutcome.SHORT_ABANDONED

    def test_an_agent_who_vanishes_after_pick_up_gives_the_caller_back(
        self, floor: TestFloor
    ) -> None:
        """Between pick-up and bridge the caller is still a waiting caller, first in line."""
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(3)
        agent_leg = floor.switch.legs_by_id[floor.switch.requests[0].leg_id]
        floor.switch._pick_up(agent_leg)
        floor.switch.end(agent_leg.leg_id)
        floor.clock.advance(1)
        lost = floor.told(OfferLost)
        assert lost[0].reason in {OfferLostReason.AGENT_GONE, OfferLostReason.BRIDGE_FAILED}
        assert caller in floor.switch.legs_by_id
        assert len(floor.switch.requests) == 2


class TestRefused:
    """Callers who may not join."""

    def test_an_unknown_queue_is_refused_by_name(self, floor: TestFloor) -> None:
        """The fact names the queue the dialplan asked for; the line is cleared."""
        caller = floor.call_in(queue="suport")
        floor.clock.advance(1)
        (refused,) = floor.told(CallRefused)
        assert (refused.queue, refused.reason) == ("suport", RefusalReason.UNKNOWN_QUEUE)
        assert floor.switch.causes[caller] == "UNALLOCATED_NUMBER"
        assert floor.record().outcome is CallOutcome.REFUSED

    def test_a_full_queue_takes_no_more(self, floor: TestFloor) -> None:
        """The sixth caller of five is told so and sent away, the five stay."""
        callers = [floor.call_in() for _ in range(6)]
        floor.clock.advance(PROMPT_SECONDS + 1)
        assert floor.switch.causes == {callers[5]: "SWITCH_CONGESTION"}
        assert floor.record().visits[0].refusal_reason is RefusalReason.QUEUE_FULL

    def test_without_a_floor_callers_go_to_the_dialplans_fallback(self, floor: TestFloor) -> None:
        """Redis is away: no joins, and nobody is left in silence."""
        floor.store.go_down()
        caller = floor.call_in()
        leg = floor.switch.legs_by_id[caller]
        assert leg.variables["transferred_to"] == "callcore_fallback public"
        floor.store.come_up()
        floor.switch.end(caller)
        floor.clock.advance(5)
        assert floor.record().visits[0].refusal_reason is RefusalReason.FLOOR_UNAVAILABLE


def test_priority_outweighs_waiting() -> None:
    """A caller of a number with a higher priority is served before one who waited longer."""
    numbers = {**POLICY.numbers, "8009": NumberRoute(queue=SUPPORT, priority=1)}
    floor = TestFloor(replace(POLICY, numbers=numbers))
    patient = floor.call_in()
    floor.clock.advance(60)
    important = floor.call_in("8009")
    assert (floor.position(important), floor.position(patient)) == (1, 2)


def test_two_agents_and_two_callers_are_two_pairs(floor: TestFloor) -> None:
    """Nobody is offered twice at once."""
    floor.log_in(ANN, BOB)
    callers = {floor.call_in(), floor.call_in()}
    assert {floor.agent(ANN).call_id, floor.agent(BOB).call_id} == callers


def test_a_call_that_another_application_parked_is_left_alone(floor: TestFloor) -> None:
    """No variable of ours on the leg: neither answered nor recorded."""
    event = LegParked(
        node=NODE,
        at=floor.clock.now(),
        leg_id=LegId("b0000000-0000-4000-8000-000000000000"),
        is_inbound=True,
        is_line_answered=True,
        caller_number="+48200100",
        caller_name="Valet",
        dialled_number="6001",
        variables={},
    )
    floor.worker.deliver(event)
    settle()
    assert floor.switch.commands == []
    assert floor.told(CallArrived) == []
