"""Agents whose phone is away or on a call of its own are not asked, and no longer than that."""

from __future__ import annotations

import pytest

from callcore.domain.agents import AgentState, HoldReason
from callcore.domain.events import AgentHeld, ConfigurationApplied, FlowFailed, SelfHealed
from callcore.domain.ids import AgentId, LegId
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.phones import Phone
from callcore.domain.policies import SitePolicy
from callcore.flows.phone_holding import LEG_ENDS_SECONDS
from callcore.flows.phone_watch import ASK_AGAIN_SECONDS, COMPARE_SECONDS
from callcore.ports.stores import StandingLeg
from callcore.ports.switch_events import PhoneUnregistered
from callcore.ports.telephony import CommandTimedOutError
from tests.fakes.clock import settle
from tests.fakes.switch import NODE, UNREGISTERED
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, BOB, ROOMY, TestFloor
from tests.flows.stories import agent_of, come, leg_of, queue_of, rung, who_talks_with

ANNS, BOBS = "user/1001@t", "user/1002@t"
NOTHING: frozenset[HoldReason] = frozenset()
AWAY = frozenset({HoldReason.UNREGISTERED})
ON_A_CALL = frozenset({HoldReason.OUTSIDE_CALL})


@pytest.fixture
def floor() -> TestFloor:
    """The call centre with everybody's phone registered, and Ann logged in."""
    floor = TestFloor(ROOMY)
    pass_time(floor)
    come(floor, ANN)
    return floor


def pass_time(floor: TestFloor, seconds: float = 0.01) -> None:
    """What was told has been told on."""
    floor.clock.advance(seconds)


def holds(floor: TestFloor, agent_id: AgentId = ANN) -> frozenset[HoldReason]:
    """Why the floor does not ask the agent."""
    return floor.agent(agent_id).holds


def healed(floor: TestFloor) -> list[tuple[str, str]]:
    """The differences found, and of whom."""
    return [(fact.reason, fact.subject) for fact in floor.told(SelfHealed)]


def apply(floor: TestFloor, policy: SitePolicy) -> None:
    """Other settings are in force."""
    floor.policy = policy
    floor.site.policies.replace(policy, policy, "v2")
    now = floor.clock.now()
    floor.worker.phone_watch.hear_fact(ConfigurationApplied(at=now, version="v2", by="eve"))
    pass_time(floor)


class TestRegistration:
    """Where nobody knows where the phone is, nobody is asked."""

    def test_an_agent_whose_phone_is_away_is_passed_over(self, floor: TestFloor) -> None:
        """The caller goes to another agent at once, and no offer is lost."""
        floor.switch.unregister(ANNS)
        pass_time(floor)
        come(floor, BOB)
        caller = floor.call_in()
        assert rung(floor) == [BOB]
        pass_time(floor, 3)
        assert who_talks_with(floor, caller) == BOB
        assert holds(floor) == AWAY

    def test_a_phone_that_comes_back_is_rung_at_once(self, floor: TestFloor) -> None:
        """In the same instant, for the caller who waits."""
        floor.switch.unregister(ANNS)
        floor.call_in()
        pass_time(floor, 30)
        assert rung(floor) == []
        floor.switch.register(ANNS)
        floor.clock.advance(0)
        assert rung(floor) == [ANN]
        assert [fact.holds for fact in floor.told(AgentHeld)] == [AWAY, NOTHING]

    def test_who_logs_in_without_a_phone_is_asked_once_there_is_one(self) -> None:
        """The state is available all the while."""
        floor = TestFloor(ROOMY)
        floor.switch.unregister(ANNS)
        pass_time(floor)
        come(floor, ANN)
        floor.call_in()
        pass_time(floor, 5)
        assert (floor.agent(ANN).state, rung(floor)) == (AgentState.AVAILABLE, [])
        floor.switch.register(ANNS)
        floor.clock.advance(0)
        assert rung(floor) == [ANN]

    def test_phones_that_need_not_register_are_called_all_the_same(self) -> None:
        """And what the switch then says loses the offer, as ever."""
        floor = TestFloor(agent_of(ANN, ROOMY, must_be_registered=False))
        pass_time(floor)
        floor.switch.unregister(ANNS)
        come(floor, ANN, BOB)
        caller = floor.call_in()
        pass_time(floor, 5)
        assert holds(floor) == NOTHING
        floor.switch.end(caller)
        pass_time(floor)
        assert [(one.agent_id, one.lost_reason) for one in floor.record().offers] == [
            (ANN, OfferLostReason.UNREGISTERED),
            (BOB, None),
        ]

    @pytest.mark.parametrize(
        "contact", ["sofia/internal/1001@10.0.0.21:5060", "sofia/gateway/carrier/+48600100200"]
    )
    def test_contacts_that_cannot_be_followed_are_never_held(self, contact: str) -> None:
        """Nobody says that they register."""
        floor = TestFloor(agent_of(ANN, ROOMY, contact=contact))
        pass_time(floor)
        come(floor, ANN)
        floor.call_in()
        assert rung(floor) == [ANN]
        assert holds(floor) == NOTHING

    def test_one_registration_of_several_ends(self, floor: TestFloor) -> None:
        """Where the switch allows several, the phone is asked about again, and is let go."""
        gone = PhoneUnregistered(node=NODE, at=floor.clock.now(), phone=Phone("1001@t"))
        floor.worker.deliver(gone)
        pass_time(floor)
        assert holds(floor) == AWAY
        pass_time(floor, ASK_AGAIN_SECONDS)
        assert holds(floor) == NOTHING

    def test_renewals_cost_the_floor_nothing(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A phone says every minute that it is there."""

        def fail(*_: object) -> None:
            raise AssertionError

        monkeypatch.setattr(floor.store.roster, "agent", fail)
        monkeypatch.setattr(floor.store.roster, "hold", fail)
        for _ in range(3):
            floor.switch.register(ANNS)
            pass_time(floor, 5)
        assert floor.told(FlowFailed) == []


class TestOutsideCalls:
    """A phone that is on a call callcore did not make is left alone until it is over."""

    @pytest.mark.parametrize("act", ["dial", "call_phone"])
    def test_an_agent_on_a_call_of_the_phones_own(self, floor: TestFloor, act: str) -> None:
        """Whoever called whom: another agent is rung, and this one the instant it is over."""
        leg_id: LegId = getattr(floor.switch, act)(ANNS)
        pass_time(floor)
        assert holds(floor) == ON_A_CALL
        floor.call_in()
        pass_time(floor, 30)
        assert rung(floor) == []
        floor.switch.end(leg_id)
        floor.clock.advance(0)
        assert rung(floor) == [ANN]

    def test_one_call_of_two_ends(self, floor: TestFloor) -> None:
        """A call waiting, or an enquiry: the phone is busy until the last of them is over."""
        first, second = floor.switch.dial(ANNS), floor.switch.call_phone(ANNS)
        pass_time(floor)
        floor.switch.end(first)
        pass_time(floor)
        assert holds(floor) == ON_A_CALL
        floor.switch.end(second)
        pass_time(floor)
        assert holds(floor) == NOTHING

    def test_callcores_own_calls_hold_nobody(self, floor: TestFloor) -> None:
        """Neither while they ring, nor while they talk, nor a moment after."""
        caller = floor.call_in()
        for seconds in (1.0, 2.0, COMPARE_SECONDS, LEG_ENDS_SECONDS):
            pass_time(floor, seconds)
            assert holds(floor) == NOTHING
        assert who_talks_with(floor, caller) == ANN
        floor.switch.end(caller)
        pass_time(floor, COMPARE_SECONDS)
        assert floor.told(AgentHeld) == []

    def test_an_enquiry_during_a_talk_outlives_it(self, floor: TestFloor) -> None:
        """The agent talks on with a colleague: nobody is offered before that is over."""
        caller = floor.call_in()
        pass_time(floor, 3)
        enquiry = floor.switch.dial(ANNS)
        pass_time(floor)
        floor.switch.end(caller)
        second = floor.call_in()
        pass_time(floor, 30)
        assert (floor.agent(ANN).state, rung(floor)) == (AgentState.AVAILABLE, [ANN])
        floor.switch.end(enquiry)
        pass_time(floor, 3)
        assert who_talks_with(floor, second) == ANN

    def test_an_agents_leg_that_lives_on(self) -> None:
        """Somebody sent it elsewhere when the talk was over: the phone is busy with it."""
        floor = TestFloor(queue_of(wrap_up_seconds=0))
        pass_time(floor)
        come(floor, ANN)
        floor.call_in()
        pass_time(floor, 3)
        leg_id = leg_of(floor, ANN)
        floor.switch.carry_off(leg_id)
        pass_time(floor, LEG_ENDS_SECONDS)
        assert (floor.agent(ANN).state, holds(floor)) == (AgentState.AVAILABLE, ON_A_CALL)
        floor.call_in()
        pass_time(floor, 10)
        assert rung(floor) == [ANN]
        floor.switch.end(leg_id)
        floor.clock.advance(0)
        assert rung(floor) == [ANN, ANN]

    def test_the_line_of_an_agent_who_stays_connected(self, floor: TestFloor) -> None:
        """It is a call until the floor knows it for the agent's line, and again when it is not."""
        leg_id = floor.switch.dial(ANNS)
        pass_time(floor)
        assert holds(floor) == ON_A_CALL
        floor.store.roster.stand(ANN, StandingLeg(leg_id=leg_id, node=NODE))
        pass_time(floor, COMPARE_SECONDS)
        assert holds(floor) == NOTHING
        floor.store.roster.stand(ANN, None)
        pass_time(floor, COMPARE_SECONDS)
        assert holds(floor) == ON_A_CALL

    def test_a_phone_is_away_and_busy(self, floor: TestFloor) -> None:
        """Both reasons have to be over."""
        leg_id = floor.switch.dial(ANNS)
        floor.switch.unregister(ANNS)
        pass_time(floor)
        assert holds(floor) == AWAY | ON_A_CALL
        floor.switch.register(ANNS)
        pass_time(floor)
        assert holds(floor) == ON_A_CALL
        floor.switch.end(leg_id)
        pass_time(floor)
        assert holds(floor) == NOTHING


class TestMissed:
    """What was not told is found, and counted."""

    def test_what_happened_while_the_link_was_down(self, floor: TestFloor) -> None:
        """Known before the link's return is told to anybody else; nothing is guessed meanwhile."""
        come(floor, BOB)
        call = floor.switch.dial(BOBS)
        pass_time(floor)
        floor.switch.lose_link()
        floor.switch.unregister(ANNS)
        floor.switch.end(call)
        pass_time(floor, 2 * COMPARE_SECONDS)
        assert (holds(floor), holds(floor, BOB)) == (NOTHING, ON_A_CALL)
        floor.switch.restore_link()
        settle()
        assert (holds(floor), holds(floor, BOB)) == (AWAY, NOTHING)
        assert ("registration_unheard", "1001@t") in healed(floor)
        assert ("call_end_unheard", "1002@t") in healed(floor)

    def test_an_event_that_was_lost(self, floor: TestFloor) -> None:
        """The comparison of every minute finds it."""
        floor.switch.deliver_to(lambda _: None)
        floor.switch.dial(ANNS)
        floor.switch.deliver_to(floor.worker.deliver)
        pass_time(floor, COMPARE_SECONDS)
        assert holds(floor) == ON_A_CALL
        assert healed(floor).count(("call_unheard", "1001@t")) == 1

    def test_a_process_dies_with_agents_held(self, floor: TestFloor) -> None:
        """At the next start the switch decides; an end nobody heard is a difference that counts."""
        come(floor, BOB)
        call = floor.switch.dial(ANNS)
        floor.switch.unregister(BOBS)
        pass_time(floor)
        floor.kill_worker()
        floor.switch.end(call)
        floor.call_in()
        floor.clock.advance(3)
        floor.worker = floor.start_worker()
        pass_time(floor)
        floor.switch.restore_link()
        settle()
        assert (holds(floor), holds(floor, BOB)) == (NOTHING, AWAY)
        assert [one for one in healed(floor) if one[0] == "hold_differed"] == [
            ("hold_differed", ANN)
        ]
        assert rung(floor) == [ANN]

    def test_a_call_that_goes_on_when_a_process_dies(self, floor: TestFloor) -> None:
        """The next one neither lets the agent go nor counts anything."""
        call = floor.switch.dial(ANNS)
        pass_time(floor)
        floor.restart()
        assert holds(floor) == ON_A_CALL
        floor.switch.end(call)
        pass_time(floor)
        assert holds(floor) == NOTHING
        assert "hold_differed" not in dict(healed(floor))

    def test_the_switch_was_restarted(self, floor: TestFloor) -> None:
        """Its calls are gone."""
        floor.switch.dial(ANNS)
        pass_time(floor)
        floor.switch.lose_link()
        floor.switch.restore_link(is_restarted=True)
        pass_time(floor)
        assert holds(floor) == NOTHING
        assert healed(floor) == []

    def test_the_switch_does_not_answer(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nothing is taken for granted, and the next comparison asks again."""
        floor.switch.deliver_to(lambda _: None)
        floor.switch.unregister(ANNS)
        floor.switch.deliver_to(floor.worker.deliver)
        fault = CommandTimedOutError("late")
        fail_once(monkeypatch, floor.switch, "registered", happens=False, error=fault)
        pass_time(floor, COMPARE_SECONDS)
        assert holds(floor) == NOTHING
        pass_time(floor, COMPARE_SECONDS)
        assert holds(floor) == AWAY

    @pytest.mark.parametrize("verb", ["agent", "hold"])
    @pytest.mark.parametrize("happens", [False, True])
    def test_redis_is_away(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch, verb: str, *, happens: bool
    ) -> None:
        """The floor hears of it as soon as it is back."""
        fail_once(monkeypatch, floor.store.roster, verb, happens=happens)
        call = floor.switch.dial(ANNS)
        pass_time(floor, 2)
        assert holds(floor) == ON_A_CALL
        fail_once(monkeypatch, floor.store.roster, verb, happens=happens)
        floor.call_in()
        floor.switch.end(call)
        pass_time(floor, 2)
        assert (holds(floor), rung(floor)) == (NOTHING, [ANN])

    def test_the_floor_lost_its_data(self, floor: TestFloor) -> None:
        """It is told again why agents are not asked."""
        floor.switch.unregister(ANNS)
        pass_time(floor)
        floor.store.lose_data()
        pass_time(floor, COMPARE_SECONDS / 2)
        assert holds(floor) == AWAY


class TestWhileAsking:
    """An answer may be older than what was told meanwhile."""

    def test_a_call_ends_while_the_switch_is_asked(self, floor: TestFloor) -> None:
        """It is not taken for one that goes on."""
        floor.switch.deliver_to(lambda _: None)
        call = floor.switch.dial(ANNS)
        floor.switch.deliver_to(floor.worker.deliver)
        found = floor.switch.legs_of

        def late(phones: frozenset[Phone]) -> object:
            answer = found(phones)
            floor.switch.end(call)
            return answer

        floor.switch.legs_of = late  # type: ignore[assignment]  # the world moves on
        floor.worker.phone_watch.compare(NODE)
        pass_time(floor)
        assert holds(floor) == NOTHING

    def test_a_call_that_is_not_listed_yet(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The list is written late: what is not on it is asked about."""
        floor.switch.dial(ANNS)
        pass_time(floor)
        monkeypatch.setattr(floor.switch, "legs_of", lambda _: {})
        pass_time(floor, COMPARE_SECONDS)
        assert holds(floor) == ON_A_CALL

    def test_a_phone_goes_while_the_switch_is_asked(self, floor: TestFloor) -> None:
        """The event is newer than the answer."""
        found = floor.switch.registered

        def late(phones: frozenset[Phone]) -> object:
            answer = found(phones)
            floor.switch.unregister(ANNS)
            return answer

        floor.switch.registered = late  # type: ignore[assignment]  # the world moves on
        floor.worker.phone_watch.compare(NODE)
        pass_time(floor)
        assert holds(floor) == AWAY


class TestSettings:
    """Agents and phones that come, go and change with a reload."""

    def test_another_phone(self, floor: TestFloor) -> None:
        """What was held because of the old phone is let go; the new one is asked about."""
        floor.switch.unregister(ANNS)
        pass_time(floor)
        apply(floor, agent_of(ANN, ROOMY, contact="user/2001@t"))
        assert holds(floor) == NOTHING
        floor.switch.phones["user/2002@t"] = UNREGISTERED
        apply(floor, agent_of(ANN, ROOMY, contact="user/2002@t"))
        assert holds(floor) == AWAY
        apply(floor, agent_of(ANN, ROOMY, contact="sofia/gateway/carrier/+48600100200"))
        assert holds(floor) == NOTHING

    def test_a_call_of_a_phone_that_was_nobodys(self, floor: TestFloor) -> None:
        """It was not followed before; with the settings it is found."""
        floor.switch.dial("user/2001@t")
        apply(floor, agent_of(ANN, ROOMY, contact="user/2001@t"))
        assert holds(floor) == ON_A_CALL

    def test_a_phone_need_not_register_any_more(self, floor: TestFloor) -> None:
        """From that instant on."""
        floor.switch.unregister(ANNS)
        pass_time(floor)
        apply(floor, agent_of(ANN, ROOMY, must_be_registered=False))
        assert holds(floor) == NOTHING

    def test_two_agents_at_one_phone(self, floor: TestFloor) -> None:
        """Both are held by it."""
        policy = agent_of(BOB, ROOMY, contact=ANNS)
        apply(floor, policy)
        floor.switch.dial(ANNS)
        pass_time(floor)
        assert (holds(floor), holds(floor, BOB)) == (ON_A_CALL, ON_A_CALL)


def test_phones_nobody_has_are_dropped(floor: TestFloor, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are: the floor is not asked of them, nor is the switch later."""
    asked: set[Phone] = set()
    real = floor.switch.registered

    def registered(phones: frozenset[Phone]) -> frozenset[Phone]:
        asked.update(phones)
        return real(phones)

    monkeypatch.setattr(floor.switch, "registered", registered)
    before = len(floor.facts)
    for number in range(5000):
        contact = f"user/{5000 + number}@elsewhere"
        floor.switch.register(contact)
    pass_time(floor, COMPARE_SECONDS)
    assert len(floor.facts) == before
    assert asked == {"1001@t", "1002@t", "1003@t"}
