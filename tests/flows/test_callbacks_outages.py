"""Promised callbacks survive what is out of reach: the link, the switch, Redis."""

from __future__ import annotations

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.callbacks import CALLBACKS
from callcore.domain.events import CallbackUnreached, SelfHealed
from callcore.domain.ids import CallId, LegId
from callcore.ports.stores import StoreUnavailableError
from tests.fakes.switch import SILENT, Phone
from tests.flows.callbacks import NUMBER, PROMPTS, CallbackFloor
from tests.flows.floor import ANN, BOB
from tests.flows.surviving import AT_ONCE, KEEPING, SOON, assert_kept_in_the_end
from tests.flows.two_switches import OTHER, TwoSwitches

SLOWLY = Phone(answers_after_seconds=1.0)


@pytest.fixture
def floor() -> CallbackFloor:
    return CallbackFloor()


class TestLink:
    """The link goes down while the process lives."""

    def test_nobody_is_rung_while_it_is_down(self, floor: CallbackFloor) -> None:
        """There is no switch within reach; then there is."""
        floor.promised()
        floor.switch.lose_link()
        floor.log_in(ANN)
        floor.clock.advance(30)
        assert floor.switch.requests == []
        floor.switch.restore_link()
        floor.clock.advance(5)
        assert floor.agent(ANN).state is AgentState.TALKING

    @pytest.mark.parametrize("deaf_seconds", [0.2, 1, 40])
    def test_a_loss_at_every_instant(self, deaf_seconds: float) -> None:
        """They talk in the end, perhaps at the next attempt."""
        for step in KEEPING[::2]:
            floor = CallbackFloor()
            floor.customer(AT_ONCE)
            floor.promised()
            floor.log_in(ANN, phone=SOON)
            floor.clock.advance(step * 0.001)
            floor.switch.lose_link()
            floor.clock.advance(deaf_seconds)
            floor.switch.restore_link()
            assert_kept_in_the_end(floor, step)

    def test_a_switch_that_restarted_is_nobodys_attempt(self, floor: CallbackFloor) -> None:
        """Both phones went with it; the customer is called again at once."""
        floor.promised()
        floor.customer(SLOWLY)
        floor.log_in(ANN)
        floor.clock.advance(2.5)
        assert floor.customers_leg().leg_id in floor.switch.legs_by_id
        floor.switch.lose_link()
        floor.switch.restore_link(is_restarted=True)
        floor.clock.advance(0.1)
        callback = floor.promise().callback
        assert callback is not None
        assert callback.attempts_count == 0
        assert floor.agent(ANN).miss_count == 0
        assert_kept_in_the_end(floor, "restarted")


class TestOtherSwitch:
    """The switch the caller was on is out of reach, another one is not."""

    def test_what_happens_there_unheard_is_heard_of(self) -> None:
        """The link to that one is lost in turn, and the customer puts down the phone meanwhile."""
        floor = TwoSwitches()
        floor.promised()
        floor.switch.lose_link()
        floor.customer(SILENT)
        floor.other.phones = floor.switch.phones
        floor.log_in(ANN)
        floor.clock.advance(4)
        floor.other.lose_link()
        floor.other.end(floor.other.requests[1].leg_id)
        floor.other.restore_link()
        floor.clock.advance(0.1)
        assert len(floor.told(CallbackUnreached)) == 1
        assert floor.agent(ANN).state is AgentState.AVAILABLE

    def test_a_promise_offered_there_by_a_dead_process_is_taken_up(self) -> None:
        """That switch is out of reach for good: when the agent's lease ends, it is offered anew."""
        floor = TwoSwitches()
        floor.promised()
        floor.log_in(ANN, phone=SILENT)
        floor.clock.advance(1)
        floor.kill_worker()
        floor.switch.lose_link()
        floor.worker = floor.start_worker()
        floor.other.restore_link()
        floor.clock.advance(10)
        assert floor.agent(ANN).state is AgentState.RINGING
        floor.other.phones["user/1001@t"] = AT_ONCE
        floor.clock.advance(100)
        assert floor.agent(ANN).state is AgentState.TALKING
        assert len(floor.other.requests) == 2

    def test_the_customer_is_called_from_there(self) -> None:
        """Agent and customer both; the record names it."""
        floor = TwoSwitches()
        floor.promised()
        floor.switch.lose_link()
        floor.log_in(ANN)
        floor.clock.advance(5)
        assert floor.switch.requests == []
        assert [request.contact[:5] for request in floor.other.requests] == ["user/", "sofia"]
        assert floor.agent(ANN).state is AgentState.TALKING
        callback = floor.promise().callback
        assert callback is not None
        assert callback.node == OTHER
        floor.other.end(floor.other.requests[1].leg_id)
        floor.clock.advance(1)
        assert floor.callback_record().node == OTHER

    def test_the_switch_of_the_call_is_preferred(self) -> None:
        """While its link is up."""
        floor = TwoSwitches()
        floor.promised()
        floor.log_in(ANN)
        floor.clock.advance(5)
        assert len(floor.switch.requests) == 2
        assert floor.other.requests == []


class TestRedis:
    """The floor is away, or empty."""

    def test_data_that_were_lost_are_told_again(self, floor: CallbackFloor) -> None:
        """The promise has its place, and what is known of it; the number has no second one, but the
        place itself when it rings in.
        """
        floor.promised()
        before = floor.promise()
        floor.store.lose_data()
        floor.clock.advance(20)
        assert floor.promise() == before
        caller = floor.call_in()
        floor.overflow(caller)
        floor.clock.advance(PROMPTS)
        after = floor.promise()
        assert after.first_joined_at == before.first_joined_at
        floor.log_in(ANN)
        floor.clock.advance(10)
        assert floor.agent(ANN).call_id == after.call_id

    def test_data_lost_during_the_talk_and_the_process_too(self, floor: CallbackFloor) -> None:
        """What the customer's line remembers is enough to follow it."""
        caller = floor.promised()
        floor.log_in(ANN)
        floor.clock.advance(10)
        call_id = floor.promise().call_id
        floor.store.lose_data()
        floor.restart()
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert (record.call_id, record.callback_of) == (call_id, caller)
        assert (record.caller_number, record.agent_id) == (NUMBER, ANN)

    def test_a_short_absence_at_every_instant(self) -> None:
        """Three seconds without a floor while the promise is being kept."""
        for step in KEEPING[::2]:
            floor = CallbackFloor()
            floor.customer(AT_ONCE)
            floor.promised()
            floor.log_in(ANN, phone=SOON)
            floor.clock.advance(step * 0.001)
            floor.store.go_down()
            floor.clock.advance(3)
            floor.store.come_up()
            assert_kept_in_the_end(floor, step)

    @pytest.mark.parametrize("is_promise", [True, False])
    def test_what_the_floor_could_not_be_told_is_not_taken_up_again(
        self, monkeypatch: pytest.MonkeyPatch, *, is_promise: bool
    ) -> None:
        """A promise withdrawn, or a caller gone, as Redis goes away: it is back, and the floor is
        compared, before it has heard of that.
        """
        floor = CallbackFloor()
        room = floor.store.waiting_room
        if is_promise:
            floor.promised()
            call_id = floor.promise().call_id
        else:
            call_id = CallId(floor.call_in())
        leave = room.leave

        def away(*_: object, **__: object) -> None:
            message = "away"
            raise StoreUnavailableError(message)

        monkeypatch.setattr(room, "leave", away)
        if is_promise:
            floor.worker.operating.withdraw(call_id, by="eve")
        else:
            floor.switch.end(LegId(call_id))
        floor.clock.advance(0.1)
        monkeypatch.setattr(room, "leave", leave)
        floor.log_in(ANN)
        floor.switch.lose_link()
        floor.switch.restore_link()
        floor.clock.advance(30)
        assert floor.switch.requests == []
        assert room.call(call_id) is None
        assert floor.told(SelfHealed) == []

    def test_away_as_the_next_process_begins_to_follow_it(self, floor: CallbackFloor) -> None:
        """Nothing is given up that is promised."""
        floor.promised()
        before = floor.promise()
        floor.kill_worker()
        floor.worker = floor.start_worker()
        floor.store.go_down()
        floor.switch.restore_link()
        floor.clock.advance(5)
        floor.store.come_up()
        floor.clock.advance(5)
        assert floor.promise() == before
        floor.log_in(ANN, BOB)
        floor.clock.advance(5)
        assert floor.store.waiting_room.calls(CALLBACKS)[0].state == "talking"
