"""Agents are not asked while their phone is away, whichever phone the settings give them."""

from __future__ import annotations

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import AgentHeld, ConfigurationApplied, FlowFailed, QueueLooked
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.phones import Phone
from callcore.domain.policies import SitePolicy
from callcore.flows.phone_watch import ASK_AGAIN_SECONDS, COMPARE_SECONDS
from callcore.ports.switch_events import PhoneUnregistered
from tests.fakes.switch import NODE, UNREGISTERED
from tests.flows.floor import ANN, BOB, ROOMY, TestFloor
from tests.flows.phone_holds import ANNS, AWAY, NOTHING, ON_A_CALL, holds, pass_time, with_ann
from tests.flows.stories import agent_of, come, rung, who_talks_with


@pytest.fixture
def floor() -> TestFloor:
    return with_ann()


def apply(floor: TestFloor, policy: SitePolicy) -> None:
    """Other settings are in force."""
    floor.policy = policy
    floor.site.policies.replace(policy, policy, "v2")
    now = floor.clock.now()
    floor.worker.service.phone_watch.hear_fact(ConfigurationApplied(at=now, version="v2", by="eve"))
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
    # Looks at queues are told of in any case.
    assert [fact for fact in floor.facts[before:] if not isinstance(fact, QueueLooked)] == []
    assert asked == {"1001@t", "1002@t", "1003@t"}
