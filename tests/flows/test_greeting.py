"""What an agent hears before the caller: the queue's whisper, and the key that accepts the call."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.announcements import ATTENTION_TONE
from callcore.domain.events import AgentPickedUp, LegsBridged, OfferLost
from callcore.domain.ids import AgentId, LegId
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.policies import SitePolicy, SoundsPolicy, Strategy
from callcore.flows.agent_greeting import LONGEST_GREETING_SECONDS
from tests.fakes.switch import Phone
from tests.flows.floor import ANN, BOB, POLICY, SUPPORT, TestFloor

WHISPER = ("whisper/support",)
SOUNDS = SoundsPolicy(directory="/sounds")
AT_ONCE = Phone(answers_after_seconds=0.1)
CONFIRM_SECONDS = 5.0


def whispering(key: str | None = None, *, agents: tuple[AgentId, ...] = (ANN,)) -> SitePolicy:
    """Support whispers; these agents have to press the key, if there is one."""
    support = replace(POLICY.queues[SUPPORT], whisper=WHISPER)
    confirming = {
        agent_id: replace(POLICY.agents[agent_id], confirm_key=key, confirm_seconds=CONFIRM_SECONDS)
        for agent_id in agents
    }
    return replace(
        POLICY,
        queues={**POLICY.queues, SUPPORT: support},
        agents={**POLICY.agents, **confirming},
        sounds=SOUNDS,
    )


def picked_up(floor: TestFloor) -> tuple[LegId, LegId]:
    """A caller waits and Ann's phone has been picked up: both legs."""
    floor.log_in(ANN, phone=AT_ONCE)
    caller = floor.call_in()
    floor.clock.advance(0.3)
    return caller, floor.offered_leg()


def announced(floor: TestFloor, leg_id: LegId) -> list[tuple[str, ...]]:
    """What was played to a leg."""
    return floor.switch.legs_by_id[leg_id].announced


def test_the_whisper_is_heard_before_the_caller() -> None:
    """The caller is still waiting, and not yet paying for the line, while the agent is told."""
    floor = TestFloor(whispering())
    caller, leg = picked_up(floor)
    assert announced(floor, leg) == [("/sounds/en/whisper/support.wav",)]
    assert [fact.agent_id for fact in floor.told(AgentPickedUp)] == [ANN]
    assert floor.told(LegsBridged) == []
    floor.clock.advance(3)
    assert floor.switch.legs_by_id[caller].bridged_to == leg
    assert [fact.agent_id for fact in floor.told(LegsBridged)] == [ANN]


def test_without_a_whisper_nothing_comes_between() -> None:
    """The first thing an agent's leg is told is the bridge."""
    floor = TestFloor()
    caller, leg = picked_up(floor)
    assert announced(floor, leg) == []
    assert floor.switch.legs_by_id[caller].bridged_to == leg


def test_a_whisper_that_is_not_there_is_a_tone() -> None:
    """Never silence, and the caller comes all the same."""
    floor = TestFloor(whispering())
    floor.switch.missing_sounds.add("/sounds/en/whisper/support.wav")
    caller, leg = picked_up(floor)
    floor.clock.advance(3)
    assert announced(floor, leg)[-1] == (ATTENTION_TONE,)
    assert floor.switch.legs_by_id[caller].bridged_to == leg


def test_a_switch_that_tells_nothing_of_the_end_does_not_keep_the_caller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The greeting counts as heard after a while."""
    floor = TestFloor(whispering())
    monkeypatch.setattr(floor.switch, "announce", lambda *_: None)
    caller, leg = picked_up(floor)
    floor.clock.advance(LONGEST_GREETING_SECONDS - 1)
    assert floor.told(LegsBridged) == []
    floor.clock.advance(2)
    assert floor.switch.legs_by_id[caller].bridged_to == leg


class TestConfirming:
    """An agent whose phone a voicemail may pick up presses a key to accept."""

    @pytest.mark.parametrize("seconds", [0.5, 5.0])
    def test_the_key_accepts_the_call(self, seconds: float) -> None:
        """While the prompts are heard and after them; until then the phone counts as ringing."""
        floor = TestFloor(whispering("1"))
        caller, leg = picked_up(floor)
        assert announced(floor, leg) == [
            (
                "/sounds/en/whisper/support.wav",
                "/sounds/en/press/key.wav",
                "/sounds/en/digit/1.wav",
            )
        ]
        floor.clock.advance(seconds)
        assert floor.told(AgentPickedUp) == []
        assert floor.agent(ANN).state is AgentState.RINGING
        floor.switch.press(leg, "21")
        floor.clock.advance(0.5)
        assert floor.switch.legs_by_id[caller].bridged_to == leg
        assert floor.agent(ANN).state is AgentState.TALKING

    def test_a_voicemail_is_not_talked_to(self) -> None:
        """Nothing pressed: the line is given up, a miss that is told apart; the caller waits on."""
        floor = TestFloor(whispering("1"))
        caller, leg = picked_up(floor)
        floor.clock.advance(CONFIRM_SECONDS + 1)
        assert floor.told(OfferLost) == []
        floor.clock.advance(2)
        (lost,) = floor.told(OfferLost)
        assert lost.reason is OfferLostReason.NOT_CONFIRMED
        assert leg not in floor.switch.legs_by_id
        assert floor.position(caller) == 1
        assert floor.agent(ANN).miss_count == 1

    def test_a_line_that_ends_meanwhile_was_not_confirmed(self) -> None:
        """The phone was picked up: it is neither unreachable nor was it not answered."""
        floor = TestFloor(whispering("1"))
        _, leg = picked_up(floor)
        floor.switch.end(leg)
        floor.clock.advance(0.1)
        (lost,) = floor.told(OfferLost)
        assert lost.reason is OfferLostReason.NOT_CONFIRMED

    def test_a_caller_who_hangs_up_lets_the_agent_go(self) -> None:
        """At the worst moment: while the agent hears who is calling."""
        floor = TestFloor(whispering("1"))
        caller, leg = picked_up(floor)
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert leg not in floor.switch.legs_by_id
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.agent(ANN).miss_count == 0

    def test_of_several_phones_the_first_to_accept_wins(self) -> None:
        """Ann's voicemail picks up first and Bob accepts: Bob talks, and Ann has missed nothing."""
        policy = whispering("1", agents=(ANN, BOB))
        support = replace(policy.queues[SUPPORT], strategy=Strategy.RING_ALL)
        floor = TestFloor(replace(policy, queues={**policy.queues, SUPPORT: support}))
        floor.log_in(ANN, phone=AT_ONCE)
        floor.log_in(BOB, phone=Phone(answers_after_seconds=2.0))
        caller = floor.call_in()
        floor.clock.advance(3)
        legs = {
            request.variables["callcore_agent"]: request.leg_id for request in floor.switch.requests
        }
        floor.switch.press(legs[BOB], "1")
        floor.clock.advance(1)
        assert floor.switch.legs_by_id[caller].bridged_to == legs[BOB]
        assert legs[ANN] not in floor.switch.legs_by_id
        assert [(fact.agent_id, fact.reason) for fact in floor.told(OfferLost)] == [
            (ANN, OfferLostReason.PICKED_UP_ELSEWHERE)
        ]

    def test_the_lease_covers_the_greeting(self) -> None:
        """Whoever looks at leases meanwhile does not free an agent who is listening."""
        floor = TestFloor(whispering("1"))
        _, leg = picked_up(floor)
        floor.clock.advance(6)
        floor.worker.recovery.lease_watch.look()
        floor.switch.press(leg, "1")
        floor.clock.advance(0.5)
        assert floor.agent(ANN).state is AgentState.TALKING
