"""Customers who are called back first survive what is out of reach: the link, the switch, Redis."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import CallbackUnreached
from callcore.domain.policies import CallbackPolicy, CallFirst
from callcore.ports.switch_events import DigitPressed
from tests.fakes.switch import BUSY, NODE, SILENT, Phone
from tests.flows.callbacks import ANSWERING, PROMPTS, QUICK
from tests.flows.customers_first import CUSTOMER_FIRST, UNCHECKED, CustomersFirst, customer_first
from tests.flows.floor import ANN, BOB
from tests.flows.surviving import (
    AT_ONCE,
    SOON,
    assert_called_once_at_a_time,
    assert_kept_in_the_end,
)
from tests.flows.two_switches import TwoSwitches


@pytest.fixture
def floor() -> CustomersFirst:
    return CustomersFirst()


class CustomersOnTwoSwitches(TwoSwitches, CustomersFirst):
    """The call centre with a second switch, whose customers are called first."""

    __test__ = False


class TestLink:
    """The link goes down while the process lives."""

    @pytest.mark.parametrize(
        ("kept_by", "deaf_seconds"),
        [(CUSTOMER_FIRST, 0.2), (CUSTOMER_FIRST, 1), (CUSTOMER_FIRST, 25), (UNCHECKED, 40)],
    )
    def test_a_loss_at_every_instant(self, kept_by: CallbackPolicy, deaf_seconds: float) -> None:
        """They talk in the end, perhaps at the next attempt."""
        for step in range(0, 1500, 53):
            floor = CustomersFirst(customer_first(replace(kept_by, attempts=3)))
            floor.customer(AT_ONCE)
            floor.press_whenever_asked()
            floor.promised()
            floor.log_in(ANN, phone=SOON)
            floor.clock.advance(step * 0.001)
            floor.switch.lose_link()
            floor.clock.advance(deaf_seconds)
            floor.switch.restore_link()
            assert_called_once_at_a_time(floor, step)
            assert_kept_in_the_end(floor, step)

    def test_music_that_ended_meanwhile_begins_again(self, floor: CustomersFirst) -> None:
        """The customer holds on."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=SILENT)
        leg = floor.press("1")
        floor.clock.advance(1)
        floor.switch.lose_link()
        leg.playing = None
        floor.switch.restore_link()
        floor.clock.advance(0.1)
        assert leg.playing == "local_stream://moh"

    def test_a_line_that_was_to_end_ends_when_the_link_is_back(self, floor: CustomersFirst) -> None:
        """Nobody takes it for that of a customer who holds."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        leg = floor.until_customer_answers()
        floor.clock.advance(2 * (PROMPTS + 4) - 0.5)
        floor.switch.lose_link()
        floor.clock.advance(2)
        assert leg.leg_id in floor.switch.legs_by_id
        assert floor.told(CallbackUnreached)
        floor.switch.restore_link()
        floor.clock.advance(0.1)
        assert leg.leg_id not in floor.switch.legs_by_id

    def test_a_machine_whose_line_could_not_be_ended(self) -> None:
        """The link is lost with the agent's key: ended when it is back, and called again later."""
        floor = CustomersFirst(customer_first(replace(UNCHECKED, machine_key="7")))
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        leg = floor.until_customer_answers()
        floor.clock.advance(5)
        agents_leg, call_id = floor.offered_leg_of(ANN), floor.promise().call_id
        floor.switch.lose_link()
        pressed = DigitPressed(node=NODE, at=floor.clock.now(), leg_id=agents_leg, digit="7")
        floor.worker.crew.switchboard.post(call_id, pressed)
        floor.clock.advance(2)
        assert leg.leg_id in floor.switch.legs_by_id
        floor.switch.restore_link()
        floor.clock.advance(0.2)
        assert leg.leg_id not in floor.switch.legs_by_id
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP
        assert floor.promise().state == "waiting"

    def test_a_switch_that_restarted_is_nobodys_attempt(self, floor: CustomersFirst) -> None:
        """The customer is called again in a moment."""
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN)
        floor.clock.advance(4)
        floor.customer(AT_ONCE)
        floor.press_whenever_asked()
        floor.switch.lose_link()
        floor.switch.restore_link(is_restarted=True)
        callback = floor.promise().callback
        assert callback is not None
        assert callback.attempts == ()
        assert_kept_in_the_end(floor, "restarted")


class TestTwoSwitches:
    """The customer holds the line on another switch than the caller's."""

    def hold_there(self) -> CustomersOnTwoSwitches:
        """Called from the second switch while the first was away; both links are up by now."""
        floor = CustomersOnTwoSwitches(customer_first(UNCHECKED))
        floor.promised()
        floor.switch.lose_link()
        floor.other.phones["sofia/gateway/carrier/+48200100"] = AT_ONCE
        floor.other.phones["user/1001@t"] = SILENT
        floor.log_in(ANN)
        floor.clock.advance(2)
        assert len(floor.customers_there()) == 1
        floor.switch.restore_link()
        floor.clock.advance(0.1)
        return floor

    @pytest.mark.parametrize("is_first_heard", [True, False])
    def test_is_adopted_there(self, *, is_first_heard: bool) -> None:
        """Whichever switch is heard of first; and has one line in the end."""
        floor = self.hold_there()
        floor.kill_worker()
        floor.clock.advance(3)
        floor.other.phones["user/1001@t"] = QUICK
        floor.customer(SILENT)
        floor.worker = floor.start_worker()
        first, second = floor.switch, floor.other
        if is_first_heard:
            first, second = second, first
        first.restore_link()
        floor.clock.after(0.05, partial(second.restore_link))
        floor.clock.advance(30)
        assert len(floor.customers_there()) == 1
        assert floor.customers_legs() == []
        (leg_id,) = floor.customers_there()
        assert floor.other.legs_by_id[leg_id].bridged_to is not None

    def test_an_agent_rung_from_here_is_let_go(self) -> None:
        """They could not be joined: rung anew from where the customer is."""
        kept_by = replace(CUSTOMER_FIRST, call_first=CallFirst.AGENT)
        floor = CustomersOnTwoSwitches(customer_first(kept_by))
        floor.promised()
        floor.switch.lose_link()
        floor.other.phones["sofia/gateway/carrier/+48200100"] = AT_ONCE
        floor.other.phones["user/1001@t"] = floor.other.phones["user/1002@t"] = QUICK
        floor.log_in(ANN)
        floor.clock.advance(2.4)
        floor.other.phones["user/1001@t"] = floor.switch.phones["user/1001@t"] = BUSY
        floor.other.end(floor.offered_leg_of(ANN))
        floor.clock.advance(0.1)
        (customers_leg,) = floor.customers_there()
        floor.switch.restore_link()
        floor.kill_worker()
        floor.other.lose_link()
        floor.clock.advance(1)
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        floor.log_in(BOB)
        floor.clock.advance(1)
        rung_here = floor.offered_leg_of(BOB)
        assert rung_here in floor.switch.legs_by_id
        floor.other.restore_link()
        floor.clock.advance(0.2)
        assert rung_here not in floor.switch.legs_by_id
        floor.other.press(customers_leg, "1")
        floor.clock.advance(5)
        assert floor.other.legs_by_id[customers_leg].bridged_to is not None
        assert floor.agent(BOB).miss_count == 0


class TestRedis:
    """The floor is away, or empty."""

    def test_a_short_absence_at_every_instant(self) -> None:
        """Three seconds without a floor while the promise is being kept."""
        for step in range(0, 1500, 53):
            floor = CustomersFirst()
            floor.customer(AT_ONCE)
            floor.press_whenever_asked()
            floor.promised()
            floor.log_in(ANN, phone=SOON)
            floor.clock.advance(step * 0.001)
            floor.store.go_down()
            floor.clock.advance(3)
            floor.store.come_up()
            assert_called_once_at_a_time(floor, step)
            assert_kept_in_the_end(floor, step)

    def test_data_that_were_lost_are_told_again(self, floor: CustomersFirst) -> None:
        """While the customer holds: the place, and the agent who rings."""
        floor.promised()
        before = floor.promise()
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=Phone(answers_after_seconds=14))
        floor.worker.service.queue_watch.staffing_changed(ANN)
        floor.press("1")
        floor.store.lose_data()
        floor.clock.advance(16)
        after = floor.promise()
        assert (after.score, after.state) == (before.score, "talking")
        assert floor.dialled_count() == 1
