"""A worker dies, or leaves as planned, while an agent is asked to take a call: the agent's phone
goes on as if nothing had been, and the caller is offered to nobody else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import OfferLost, SelfHealed
from callcore.domain.ids import CallId, LegId
from callcore.domain.outcomes import CallOutcome, HungUpBy, LeaveReason, OfferLostReason
from callcore.domain.policies import SitePolicy, SoundsPolicy
from callcore.flows.offer_bridging import BRIDGE_SECONDS
from callcore.ports.telephony import CommandTimedOutError
from tests.fakes.switch import NODE, SILENT, Phone
from tests.flows.feature_codes import by_phone, standing
from tests.flows.floor import ANN, BOB, POLICY, ROOMY, SUPPORT
from tests.flows.many_workers import Process, WorkersFloor
from tests.flows.ringing import ringing as ring_all
from tests.flows.stories import agent_of, line_of, pick_up, queue_of, record_of, who_talks_with
from tests.flows.test_worker_lines import stand
from tests.flows.worker_scenes import play_to_the_end

RING_SECONDS = POLICY.queues[SUPPORT].ring_timeout_seconds
KEY = "1"
WHISPER = "/sounds/en/whisper/support.wav"

Goes = Callable[[WorkersFloor, Process], object]

HOW: dict[str, Goes] = {
    "killed": WorkersFloor.kill,
    "leaves": WorkersFloor.leave,
}


@pytest.fixture(params=HOW)
def goes(request: pytest.FixtureRequest) -> Goes:
    """How the worker goes that follows the call."""
    return HOW[request.param]


def whispering(policy: SitePolicy = ROOMY, **agent: object) -> SitePolicy:
    """Support whispers to its agents; more of Ann."""
    policy = replace(queue_of(policy=policy, whisper=("whisper/support",)), sounds=SOUNDS)
    return agent_of(ANN, policy, **agent)


SOUNDS = SoundsPolicy(directory="/sounds")


def asked(
    phone: Phone = SILENT, site: SitePolicy | None = None, *, seconds: float = 1.0
) -> tuple[WorkersFloor, Process, LegId]:
    """The worker 1 has Ann asked to take a caller, for so long."""
    floor = WorkersFloor("1", "2", site=site or ROOMY)
    one = floor.named("1")
    caller = floor.call_to(one)
    floor.log_in(ANN, phone=phone)
    floor.clock.advance(seconds)
    return floor, one, caller


def called(floor: WorkersFloor) -> list[LegId]:
    """The legs of phones that were called, by any worker."""
    links = [switch for process in floor.processes for switch in process.switches.values()]
    return [one.leg_id for link in links for one in link.requests]


def assert_talk(floor: WorkersFloor, caller: LegId, agents_leg: LegId) -> None:
    """They talk on that leg, which was the only call; the record has one offer."""
    assert line_of(floor, caller).bridged_to == agents_leg
    assert called(floor) == [agents_leg]
    floor.switch.end(caller)
    floor.clock.advance(0.1)
    record = record_of(floor, caller)
    assert (record.outcome, record.agent_id) == (CallOutcome.SERVED, ANN)
    assert record.is_adopted
    (offer,) = record.offers
    assert offer.leg_id == agents_leg
    assert offer.reserved_at <= (offer.bridged_at or 0)
    assert floor.told(OfferLost) == []
    play_to_the_end(floor)


class TestPhone:
    """A phone that is called."""

    def test_it_rings(self, goes: Goes) -> None:
        """It rings on, and is joined to the caller when it is picked up."""
        floor, one, caller = asked()
        leg, offer_id = floor.offered_leg_of(ANN), floor.agent(ANN).offer_id
        goes(floor, one)
        assert leg in floor.switch.legs_by_id
        agent = floor.agent(ANN)
        assert (agent.state, agent.offer_id) == (AgentState.RINGING, offer_id)
        assert floor.position(caller) == 1
        pick_up(floor, ANN)
        floor.clock.advance(0.5)
        assert_talk(floor, caller, leg)

    def test_it_was_not_called_yet(self, goes: Goes, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is called now, for the same offer and as the same leg."""
        floor = WorkersFloor("1", "2", site=ROOMY)
        one = floor.named("1")
        caller = floor.call_to(one)
        monkeypatch.setattr(one.switches[NODE], "originate", lambda _: None)  # never carried out
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.2))
        reserved = floor.agent(ANN)
        assert (reserved.state, reserved.call_id) == (AgentState.RESERVED, caller)
        goes(floor, one)
        floor.clock.advance(1)
        assert reserved.leg_id is not None
        assert_talk(floor, caller, reserved.leg_id)

    def test_it_is_picked_up_while_nobody_listens(self) -> None:
        """They are joined as soon as somebody does."""
        floor, one, caller = asked()
        leg = floor.offered_leg_of(ANN)
        one.kill()
        pick_up(floor, ANN)
        floor.kill(one)
        floor.clock.advance(0.1)
        assert_talk(floor, caller, leg)

    def test_it_was_picked_up_and_nobody_has_joined_them(
        self, goes: Goes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The bridge was not asked for, or not heard: it is asked for now."""
        floor, one, caller = asked()
        leg = floor.offered_leg_of(ANN)
        for switch in one.switches.values():
            monkeypatch.setattr(switch, "bridge", lambda *_: None)  # nor is it carried out
        pick_up(floor, ANN)
        goes(floor, one)
        floor.clock.advance(0.5)
        assert_talk(floor, caller, leg)

    @pytest.mark.parametrize("milliseconds", range(0, 60, 5))
    def test_they_are_being_joined(self, milliseconds: int, goes: Goes) -> None:
        """Whatever the instant, they talk."""
        floor, one, caller = asked()
        leg = floor.offered_leg_of(ANN)
        pick_up(floor, ANN)
        floor.clock.advance(milliseconds / 1000)
        goes(floor, one)
        floor.clock.advance(0.5)
        assert_talk(floor, caller, leg)

    def test_it_rings_no_longer_than_it_may(self, goes: Goes) -> None:
        """Counted from when it was called; then it is a miss as ever."""
        floor, one, caller = asked(seconds=RING_SECONDS - 5)
        leg, began_at = floor.offered_leg_of(ANN), floor.clock.now()
        goes(floor, one)
        floor.clock.advance(4.5 - (floor.clock.now() - began_at) / 1e6)
        assert leg in floor.switch.legs_by_id
        floor.clock.advance(1)
        assert floor.switch.causes[leg] == "NO_ANSWER"
        assert floor.agent(ANN).miss_count == 1
        assert floor.position(caller) == 1
        play_to_the_end(floor)

    def test_it_has_stopped_ringing_unheard(self) -> None:
        """The agent is free, without a miss, and the caller is offered anew; it is told why."""
        floor, one, caller = asked()
        leg = floor.offered_leg_of(ANN)
        one.kill()
        floor.switch.end(leg, "CALL_REJECTED")
        floor.kill(one)
        floor.clock.advance(0.1)
        reasons = [fact.reason for fact in floor.told(SelfHealed) if fact.what == "agent"]
        assert reasons == ["offer_leg_gone"]
        assert floor.agent(ANN).miss_count == 0
        assert floor.offered_leg_of(ANN) != leg
        pick_up(floor, ANN)
        floor.clock.advance(0.5)
        floor.switch.end(caller)
        floor.clock.advance(0.1)
        first, second = record_of(floor, caller).offers
        assert (first.leg_id, first.lost_reason) == (leg, OfferLostReason.RECLAIMED)
        assert second.bridged_at is not None

    def test_its_agent_is_in_the_settings_no_more(self) -> None:
        """The phone stops, and the caller waits on."""
        floor, one, caller = asked()
        leg = floor.offered_leg_of(ANN)
        for process in floor.living():
            process.kill()
        agents = {name: agent for name, agent in floor.policy.agents.items() if name != ANN}
        floor.policy = replace(floor.policy, agents=agents)
        floor.begin(one.name)
        floor.clock.advance(5)
        assert floor.switch.causes[leg] == "ORIGINATOR_CANCEL"
        assert ("agent", "offer_agent_unknown") in {
            (fact.what, fact.reason) for fact in floor.told(SelfHealed)
        }
        assert floor.position(caller) == 1


class TestGreeting:
    """An agent who hears something before the caller."""

    def test_a_whisper_is_heard_again(self, goes: Goes) -> None:
        """From its beginning, and then they talk."""
        floor, one, caller = asked(Phone(answers_after_seconds=0.1), whispering(), seconds=0.3)
        leg = floor.offered_leg_of(ANN)
        assert line_of(floor, leg).announced == [(WHISPER,)]
        goes(floor, one)
        floor.clock.advance(8)
        assert line_of(floor, leg).announced == [(WHISPER,)] * 2
        assert_talk(floor, caller, leg)

    def test_nobody_is_joined_without_the_key(self, goes: Goes) -> None:
        """It is asked for again."""
        site = whispering(confirm_key=KEY, confirm_seconds=20.0)
        floor, one, caller = asked(Phone(answers_after_seconds=0.1), site, seconds=0.3)
        leg = floor.offered_leg_of(ANN)
        goes(floor, one)
        floor.clock.advance(8)
        assert line_of(floor, caller).bridged_to is None
        floor.switch.press(leg, KEY)
        floor.clock.advance(0.5)
        assert_talk(floor, caller, leg)

    def test_who_does_not_press_it_is_hung_up(self, goes: Goes) -> None:
        """After the time there is for it, counted anew."""
        site = whispering(confirm_key=KEY, confirm_seconds=5.0)
        floor, one, caller = asked(Phone(answers_after_seconds=0.1), site, seconds=0.3)
        leg = floor.offered_leg_of(ANN)
        goes(floor, one)
        floor.clock.advance(20)
        assert leg not in floor.switch.legs_by_id
        assert [fact.reason for fact in floor.told(OfferLost)][:1] == [
            OfferLostReason.NOT_CONFIRMED
        ]
        assert line_of(floor, caller).bridged_to is None


class TestSeveral:
    """Phones that ring together."""

    def test_all_ring_on(self, goes: Goes) -> None:
        """One is picked up, and the others stop."""
        floor = WorkersFloor("1", "2", site=ring_all())
        one = floor.named("1")
        floor.log_in(ANN, BOB, phone=SILENT)
        caller = floor.call_to(one)
        floor.clock.advance(1)
        legs = [floor.offered_leg_of(agent_id) for agent_id in (ANN, BOB)]
        goes(floor, one)
        assert [floor.offered_leg_of(agent_id) for agent_id in (ANN, BOB)] == legs
        pick_up(floor, BOB)
        floor.clock.advance(0.5)
        assert who_talks_with(floor, caller) == BOB
        assert floor.switch.causes[legs[0]] == "LOSE_RACE"
        assert sorted(called(floor)) == sorted(legs)
        play_to_the_end(floor)


class TestStandingLine:
    """An agent who stays connected."""

    @pytest.mark.parametrize("milliseconds", [0, 60, 130, 300, 1000, 1040, 1080])
    @pytest.mark.parametrize("whose", ["callers", "lines", "both"])
    def test_whatever_the_instant_they_talk(self, whose: str, milliseconds: int) -> None:
        """The worker of the caller dies, that of the line, or that of both."""
        floor = WorkersFloor(
            "1", "2", site=standing(queue_of(policy=by_phone(), wrap_up_seconds=0))
        )
        one, two = floor.processes
        line = stand(floor, one if whose != "callers" else two)
        caller = floor.call_to(two if whose == "lines" else one)
        floor.clock.advance(milliseconds / 1000)
        floor.kill(one)
        floor.clock.advance(3)
        assert line_of(floor, caller).bridged_to == line
        assert floor.agent(ANN).state is AgentState.TALKING
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        (offer,) = record_of(floor, caller).offers
        assert offer.leg_id == line
        another = floor.call_to(floor.living()[0])
        floor.clock.advance(3)
        assert line_of(floor, another).bridged_to == line
        play_to_the_end(floor)


def test_an_agent_who_hangs_up_while_being_joined_does_not_cost_the_caller() -> None:
    """The caller waits on at the old place, with music, and is offered to the next."""
    floor = WorkersFloor("1", site=ROOMY)
    caller = floor.call_in()
    floor.log_in(ANN, phone=SILENT)
    floor.clock.advance(1)
    leg = floor.offered_leg_of(ANN)
    pick_up(floor, ANN)
    floor.clock.advance(0.01)
    floor.clock.after(0.01, partial(floor.switch.end, leg))
    floor.clock.advance(0.2)
    assert floor.position(caller) == 1
    assert line_of(floor, caller).playing == "local_stream://moh"
    floor.log_in(BOB, phone=Phone(answers_after_seconds=0.1))
    floor.clock.advance(1)
    assert who_talks_with(floor, caller) == BOB
    floor.switch.end(caller)
    floor.clock.advance(0.1)
    first, _ = record_of(floor, caller).offers
    assert first.lost_reason is OfferLostReason.AGENT_GONE


def test_a_caller_whom_the_switch_ends_with_such_an_agent_has_not_hung_up() -> None:
    """The agent's leg was gone before the switch looked for it, as the record says."""
    floor = WorkersFloor("1", site=ROOMY)
    caller = floor.call_in()
    floor.log_in(ANN, phone=SILENT)
    floor.clock.advance(1)
    leg = floor.offered_leg_of(ANN)
    line_of(floor, caller).parks_on_cancel = False
    pick_up(floor, ANN)
    floor.clock.advance(0.01)
    floor.clock.after(0.01, partial(floor.switch.end, leg))
    floor.clock.advance(0.2)
    record = record_of(floor, caller)
    assert (record.outcome, record.hung_up_by) == (CallOutcome.LOST, HungUpBy.SWITCH)
    assert record.visits[0].leave_reason is LeaveReason.SWITCH_LOST
    assert record.faults


def test_a_caller_whom_the_switch_ends_when_a_link_moves_again_has_not_hung_up() -> None:
    """What it was asked to join had waited in the link, and the agent was given up meanwhile."""
    floor = WorkersFloor("1", site=ROOMY)
    switch: Any = floor.processes[0].switches[NODE]

    def stalls(*_: object) -> None:
        raise CommandTimedOutError("fs1: no reply to uuid_bridge in 2 s")

    caller = floor.call_in()
    floor.log_in(ANN, phone=SILENT)
    floor.clock.advance(1)
    switch.bridge = stalls
    pick_up(floor, ANN)
    floor.clock.advance(BRIDGE_SECONDS + 2)
    floor.switch.end(caller, "ORIGINATOR_CANCEL")
    floor.clock.advance(1)
    record = record_of(floor, caller)
    assert (record.outcome, record.hung_up_by) == (CallOutcome.LOST, HungUpBy.SWITCH)
    assert record.offers[0].lost_reason is OfferLostReason.BRIDGE_FAILED


def test_a_caller_missing_in_the_switchs_list_has_not_hung_up() -> None:
    """The list is behind: whoever takes over a caller who has just come asks for the line itself,
    and the agent's phone rings on.
    """
    floor = WorkersFloor("1", "2", site=ROOMY)
    one, two = floor.processes
    floor.log_in(ANN, phone=SILENT)
    caller = floor.call_to(one)
    floor.clock.advance(0.05)
    leg = floor.offered_leg_of(ANN)
    switch: Any = two.switches[NODE]
    listed = switch.leg_ids
    switch.leg_ids = lambda: listed() - {caller}
    one.kill()
    floor.clock.advance(3)
    assert floor.owner(CallId(caller)) is two
    assert floor.offered_leg_of(ANN) == leg
    pick_up(floor, ANN)
    floor.clock.advance(0.2)
    assert who_talks_with(floor, caller) == ANN
    play_to_the_end(floor)
