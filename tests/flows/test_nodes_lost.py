"""One of two switches dies, or seems to: its calls are closed once, everything else goes on."""

from __future__ import annotations

import random

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import NodeLost
from callcore.domain.ids import CallId, LegId
from callcore.domain.outcomes import (
    CallbackOrigin,
    CallOutcome,
    HungUpBy,
    LeaveReason,
    OfferLostReason,
    RecordSource,
)
from callcore.domain.policies import SwitchLostPolicy
from tests.fakes.switch import NODE, SILENT, FakeSwitch
from tests.flows.feature_codes import by_phone, stand, standing
from tests.flows.floor import ANN, BOB, SUPPORT
from tests.flows.stories import queue_of
from tests.flows.teams import TEAM
from tests.flows.two_nodes import HELD, TwoNodes, promising, shared

NUMBER = "+48200100"
CUSTOMER = f"sofia/gateway/carrier/{NUMBER}"


@pytest.fixture
def floor() -> TwoNodes:
    return TwoNodes()


class TestDead:
    """The process is gone, and its calls."""

    def test_who_waited_there_has_a_record_that_says_so(self, floor: TwoNodes) -> None:
        """Nobody stays on the floor, and those on the other switch go on."""
        lost, lives = floor.call_in(), floor.call_other()
        floor.clock.advance(5)
        floor.switch.vanish()
        floor.clock.advance(1)
        record = floor.record()
        assert (record.call_id, record.outcome) == (lost, CallOutcome.LOST)
        assert record.visits[0].leave_reason is LeaveReason.SWITCH_LOST
        assert (record.hung_up_by, record.hangup_cause) == (HungUpBy.SWITCH, "SWITCH_LOST")
        assert floor.position(lives) == 1
        assert [(fact.node, fact.calls_count) for fact in floor.told(NodeLost)] == [(NODE, 1)]
        assert not floor.stuck()

    def test_a_lost_link_alone_ends_nothing(self, floor: TwoNodes) -> None:
        """Before it counts as dead the calls go on."""
        caller = floor.call_in()
        floor.switch.lose_link()
        floor.clock.advance(50)
        assert floor.records() == []
        assert floor.position(caller) == 1

    def test_who_talked_there_is_free(self, floor: TwoNodes) -> None:
        """The talk is in the record, and the agent serves the next on the other switch."""
        floor.log_in(ANN)
        lost = floor.call_in()
        floor.clock.advance(3)
        assert floor.agent_with(lost) == ANN
        floor.other.phones["user/1001@t"] = SILENT
        lives = floor.call_other()
        floor.switch.vanish()
        floor.other.register("user/1001@t")
        floor.clock.advance(1)
        record = floor.record()
        assert (record.outcome, record.hung_up_by) == (CallOutcome.SERVED, HungUpBy.SWITCH)
        assert record.offers[0].unbridged_at is not None
        assert floor.agent_with(lives) == ANN

    def test_offers_there_are_withdrawn_and_no_miss(self, floor: TwoNodes) -> None:
        """Who was being rung is free."""
        floor.switch.phones["user/1001@t"] = SILENT
        floor.log_in(ANN)
        floor.call_in()
        floor.clock.advance(3)
        assert floor.agent(ANN).state is AgentState.RINGING
        floor.switch.vanish()
        floor.clock.advance(1)
        assert floor.agent(ANN).state not in HELD
        assert floor.agent(ANN).miss_count == 0
        assert floor.record().offers[0].lost_reason is OfferLostReason.CALLER_GONE
        assert not floor.stuck()

    def test_what_nobody_follows_is_closed_too(self, floor: TwoNodes) -> None:
        """The process dies as well, and the next one never reaches the switch."""
        floor.log_in(ANN)
        talks, waits = floor.call_in(), floor.call_in()
        floor.clock.advance(3)
        assert floor.agent_with(talks) == ANN
        floor.switch.lose_link()
        floor.restart()
        assert floor.agent(ANN).state is AgentState.TALKING
        floor.switch.vanish()
        floor.clock.advance(6)
        assert {record.call_id for record in floor.records()} == {talks, waits}
        for record in floor.records():
            assert (record.hung_up_by, record.hangup_cause) == (HungUpBy.SWITCH, "SWITCH_LOST")
        assert floor.agent(ANN).state not in HELD
        assert not floor.stuck()

    def test_redis_may_be_away_at_that_instant(self, floor: TwoNodes) -> None:
        """It is told when it is back."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(3)
        assert floor.agent_with(caller) == ANN
        floor.store.go_down()
        floor.switch.vanish()
        floor.clock.advance(3)
        floor.store.come_up()
        floor.clock.advance(20)
        assert floor.agent(ANN).state not in HELD
        assert floor.record().outcome is CallOutcome.SERVED
        assert not floor.stuck()

    def test_an_agent_on_a_standing_line_there_is_logged_out(self) -> None:
        """The line is gone: who wants to go on dials in again, perhaps elsewhere."""
        floor = TwoNodes(standing(queue_of(policy=by_phone(), wrap_up_seconds=0)))
        stand(floor)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        floor.switch.vanish()
        floor.clock.advance(2)
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT
        assert floor.agent(ANN).standing_leg is None

    def test_phones_there_are_not_taken_for_busy(self, floor: TwoNodes) -> None:
        """A call of the agent's own ended with the switch; nothing is known of the phone there."""
        floor.log_in(ANN)
        floor.switch.call_phone("user/1001@t")
        floor.clock.advance(1)
        assert floor.agent(ANN).holds
        floor.switch.vanish()
        floor.other.register("user/1001@t")
        floor.clock.advance(1)
        assert not floor.agent(ANN).holds

    def test_a_new_core_takes_part_again(self, floor: TwoNodes) -> None:
        """It comes back empty; callers and agents are served on it as ever."""
        floor.log_in(ANN)
        lost = floor.call_in()
        floor.clock.advance(3)
        floor.switch.vanish()
        floor.clock.advance(10)
        floor.switch.restore_link(is_restarted=True)
        floor.clock.advance(2)
        assert len(floor.records()) == 1
        caller = floor.call_in()
        floor.clock.advance(3)
        assert floor.agent_with(caller) == ANN
        assert floor.partner(caller) is not None
        assert floor.best_record(lost).hangup_cause == "SWITCH_LOST"


class TestCutOff:
    """It was the network: the switch is back with the same calls."""

    def test_who_waited_waits_on_in_the_same_place(self, floor: TwoNodes) -> None:
        """Before who came after; one record stays, of the whole call."""
        first, second = floor.call_in(), floor.call_other()
        floor.clock.advance(5)
        floor.switch.vanish(is_dead=False)
        floor.clock.advance(20)
        assert floor.position(second) == 1
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert (floor.position(first), floor.position(second)) == (1, 2)
        floor.log_in(ANN)
        floor.clock.advance(3)
        assert floor.agent_with(first) == ANN
        floor.switch.end(first)
        floor.clock.advance(1)
        record = floor.best_record(first)
        assert (record.outcome, record.is_adopted) == (CallOutcome.SERVED, True)
        assert record.source is RecordSource.FOLLOWED
        assert not floor.stuck()

    def test_who_talked_talks_on_and_is_bridged_once(self, floor: TwoNodes) -> None:
        """The agent is held again, as if nothing had been."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(3)
        partner = floor.partner(caller)
        floor.switch.vanish(is_dead=False)
        floor.clock.advance(20)
        assert floor.agent(ANN).state is not AgentState.TALKING
        bridges = floor.switch.commands.count(("bridge", caller))
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert floor.agent_with(caller) == ANN
        assert floor.partner(caller) == partner
        assert floor.switch.commands.count(("bridge", caller)) == bridges
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.best_record(caller).outcome is CallOutcome.SERVED
        assert floor.best_record(caller).source is RecordSource.FOLLOWED
        assert not floor.stuck()

    @pytest.mark.parametrize("wrap_up_seconds", [0, 60])
    def test_an_agent_who_wraps_up_meanwhile_is_held_again(self, wrap_up_seconds: int) -> None:
        """The talk goes on, so there is nothing to wrap up."""
        floor = TwoNodes(shared(wrap_up_seconds=wrap_up_seconds))
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(3)
        floor.switch.vanish(is_dead=False)
        floor.clock.advance(2)
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.TALKING
        assert floor.agent_with(caller) == ANN

    def test_an_agent_who_talks_with_another_by_then_stays_there(self, floor: TwoNodes) -> None:
        """The old talk is followed to its end, and holds nobody."""
        floor.log_in(ANN)
        first = floor.call_in()
        floor.clock.advance(3)
        floor.switch.vanish(is_dead=False)
        floor.other.register("user/1001@t")
        second = floor.call_other()
        floor.clock.advance(3)
        assert floor.agent_with(second) == ANN
        floor.switch.restore_link()
        floor.clock.advance(2)
        assert floor.agent_with(second) == ANN
        floor.switch.end(first)
        floor.clock.advance(1)
        assert floor.agent_with(second) == ANN
        floor.other.end(second)
        floor.clock.advance(1)
        assert floor.agent(ANN).state not in HELD
        assert not floor.stuck()

    def test_who_hung_up_meanwhile_keeps_the_first_record(self, floor: TwoNodes) -> None:
        """There is nothing more to tell."""
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.switch.vanish(is_dead=False)
        floor.clock.advance(5)
        floor.switch.end(caller)
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert floor.record().source is RecordSource.FLOOR

    def test_an_agent_on_a_standing_line_is_let_go(self) -> None:
        """Logged out when the line seemed lost: the line says goodbye and ends."""
        floor = TwoNodes(standing(queue_of(policy=by_phone(), wrap_up_seconds=0)))
        line = stand(floor)
        floor.switch.vanish(is_dead=False)
        floor.clock.advance(10)
        assert floor.agent(ANN).state is AgentState.LOGGED_OUT
        floor.switch.restore_link()
        floor.clock.advance(30)
        assert line not in floor.switch.legs_by_id


class TestPromises:
    """Callers who waited are called back, where the queue says so."""

    def test_who_waited_is_called_from_the_other_switch(self) -> None:
        """On the old place, after the time to ring in."""
        floor = TwoNodes(promising(switch_lost=SwitchLostPolicy(delay_seconds=30)))
        floor.other.phones[CUSTOMER] = SILENT
        caller = floor.call_in(number=NUMBER)
        floor.clock.advance(5)
        behind = floor.call_other(number="+48200200")
        floor.switch.vanish()
        floor.clock.advance(1)
        (promise,) = floor.store.waiting_room.calls(CALLBACKS)
        assert promise.callback is not None
        assert promise.callback.origin is CallbackOrigin.SWITCH_LOST
        waiting = floor.store.waiting_room.call(CallId(behind))
        assert waiting is not None
        assert promise.first_joined_at < waiting.first_joined_at
        floor.other.register("user/1001@t")
        floor.other.register("user/1002@t")
        floor.log_in(ANN, BOB)
        floor.clock.advance(28)
        assert [one for one in floor.other.requests if "carrier" in one.contact] == []
        floor.clock.advance(10)
        assert [one.contact for one in floor.other.requests if "carrier" in one.contact] == [
            CUSTOMER
        ]
        (asking,) = floor.best_record(caller).callback_askings
        assert asking.origin is CallbackOrigin.SWITCH_LOST

    def test_who_rings_in_again_has_the_place(self) -> None:
        """Before those who waited behind; the promise is over."""
        floor = TwoNodes(promising(switch_lost=SwitchLostPolicy()))
        floor.call_in(number=NUMBER)
        floor.clock.advance(5)
        behind = floor.call_other(number="+48200200")
        floor.switch.vanish()
        floor.clock.advance(10)
        again = floor.call_other(number=NUMBER)
        floor.clock.advance(1)
        assert (floor.position(again), floor.position(behind)) == (1, 2)
        assert floor.store.waiting_room.counts([SUPPORT])[0].promises_count == 0

    def test_without_it_the_place_may_be_had_again_by_ringing(self) -> None:
        """As by those who hung up themselves, for as long as the queue says."""
        floor = TwoNodes(shared(resume_within_seconds=120))
        floor.call_in(number=NUMBER)
        floor.clock.advance(5)
        behind = floor.call_other(number="+48200200")
        floor.switch.vanish()
        floor.clock.advance(10)
        again = floor.call_other(number=NUMBER)
        floor.clock.advance(1)
        assert (floor.position(again), floor.position(behind)) == (1, 2)

    @pytest.mark.parametrize("number", ["", "anonymous", "+48"])
    def test_a_number_that_cannot_be_called_is_promised_nothing(self, number: str) -> None:
        """The record says why."""
        floor = TwoNodes(promising(switch_lost=SwitchLostPolicy()))
        floor.call_in(number=number)
        floor.clock.advance(5)
        floor.switch.vanish()
        floor.clock.advance(1)
        assert floor.store.waiting_room.calls(CALLBACKS) == []
        assert floor.record().callback_askings[0].promise is None

    def test_who_is_back_with_the_switch_waits_and_is_promised_nothing(self) -> None:
        """The promise ends, the caller keeps the place and is not called."""
        floor = TwoNodes(promising(switch_lost=SwitchLostPolicy(delay_seconds=30)))
        caller = floor.call_in(number=NUMBER)
        floor.clock.advance(5)
        floor.switch.vanish(is_dead=False)
        floor.clock.advance(10)
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert floor.position(caller) == 1
        assert floor.store.waiting_room.counts([SUPPORT])[0].promises_count == 0
        floor.clock.advance(60)
        assert caller in floor.switch.legs_by_id
        assert not floor.stuck()

    def test_a_customer_who_is_being_called_is_called_from_elsewhere(self) -> None:
        """Not an attempt that failed: the switch died."""
        floor = TwoNodes(promising(switch_lost=SwitchLostPolicy(delay_seconds=0)))
        floor.switch.phones[CUSTOMER] = floor.other.phones[CUSTOMER] = SILENT
        floor.call_in(number=NUMBER)
        floor.clock.advance(2)
        floor.switch.vanish()
        floor.other.register("user/1001@t")
        floor.log_in(ANN)
        floor.clock.advance(5)
        assert [one.contact for one in floor.other.requests if "carrier" in one.contact]
        floor.switch.restore_link(is_restarted=True)
        floor.other.vanish()
        floor.switch.register("user/1001@t")
        floor.clock.advance(8)
        assert [one.contact for one in floor.switch.requests if "carrier" in one.contact]
        (promise,) = floor.store.waiting_room.calls(CALLBACKS)
        assert promise.callback is not None
        assert promise.callback.attempts_count == 0


class Turmoil:
    """Switches die, come back empty or with their calls, processes are killed, callers come and go
    on both.
    """

    def __init__(self, seed: int) -> None:
        self.floor = TwoNodes(shared(wrap_up_seconds=1))
        self.callers: list[LegId] = []
        self._chance = random.Random(seed)
        for agent_id in TEAM:
            self.floor.other.register(f"user/{agent_id}@t")
        self.floor.log_in(*TEAM)

    def run(self, steps_count: int) -> None:
        """One thing after another; in the end everybody hangs up."""
        floor = self.floor
        for _ in range(steps_count):
            self._step(self._chance.choice((floor.switch, floor.other)))
            floor.clock.advance(self._chance.uniform(0.01, 4))
        for switch in (floor.switch, floor.other):
            if not switch.is_connected:
                switch.restore_link()
        floor.clock.advance(5)
        for switch in (floor.switch, floor.other):
            for leg_id in sorted(switch.legs_by_id):
                switch.end(leg_id)
        floor.clock.advance(200)

    def _step(self, switch: FakeSwitch) -> None:
        chance, is_up = self._chance, switch.is_connected
        match chance.randrange(10):
            case 0 | 1 | 2 | 3 if is_up:
                self.callers.append(switch.call_in("8001", number=f"+4850{len(self.callers):07}"))
            case 4 | 5 if switch.legs_by_id:
                switch.end(chance.choice(sorted(switch.legs_by_id)))
            case 6 if is_up:
                switch.vanish(is_dead=chance.random() < 0.5)
            case 7 if not is_up:
                switch.restore_link(is_restarted=chance.random() < 0.3)
            case 8:
                self.floor.restart()
            case _:
                pass


@pytest.mark.parametrize("seed", range(4))
def test_whatever_dies_nobody_is_stuck_and_each_call_has_a_record(seed: int) -> None:
    """In the end nobody is held."""
    turmoil = Turmoil(seed)
    turmoil.run(60)
    floor = turmoil.floor
    assert floor.stuck() == []
    assert all(floor.agent(one).state is AgentState.AVAILABLE for one in TEAM)
    assert {record.call_id for record in floor.records()} == set(map(CallId, turmoil.callers))
    assert floor.complaints == []
