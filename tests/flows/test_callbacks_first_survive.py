"""Customers who are called back first survive what goes away: the process, the link, Redis."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import CallbackUnreached, SelfHealed
from callcore.domain.ids import LegId, NodeName
from callcore.domain.outcomes import AttemptOutcome, CallOutcome, LeaveReason
from callcore.domain.policies import CallbackPolicy, CallFirst
from callcore.flows.site import Site
from callcore.ports.switch_events import DigitPressed, SwitchEvent
from tests.fakes.clock import MortalClock
from tests.fakes.switch import BUSY, NODE, SILENT, FakeSwitch, Phone
from tests.flows.callbacks import ANSWERING, PROMPTS, QUICK
from tests.flows.customers_first import (
    CUSTOMER_FIRST,
    UNCHECKED,
    CustomersFirst,
    customer_first,
)
from tests.flows.floor import ANN, BOB
from tests.flows.test_callbacks_survive import assert_kept_in_the_end, assert_nothing_is_left

AT_ONCE = Phone(answers_after_seconds=0.1)
SOON = Phone(answers_after_seconds=0.2)
OTHER = NodeName("fs2")


@pytest.fixture
def floor() -> CustomersFirst:
    return CustomersFirst()


def assert_called_once_at_a_time(floor: CustomersFirst, step: object) -> None:
    """A customer has one line at most."""
    assert len(floor.customers_legs()) <= 1, step


class TestProcessDies:
    """Another process finds the promise, and perhaps the customer on the line."""

    def hold(self, floor: CustomersFirst, phone: Phone = SILENT) -> LegId:
        """The customer is ready, and the agent's phone rings and rings; the customer's leg."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=phone)
        leg = floor.press("1")
        floor.clock.advance(1)
        return leg.leg_id

    def test_a_customer_who_holds_is_kept_on_the_line(self, floor: CustomersFirst) -> None:
        """With music again, next in line, and called by nobody a second time."""
        held = self.hold(floor)
        floor.switch.phones["user/1001@t"] = QUICK
        floor.restart()
        leg = floor.customers_leg()
        assert leg.leg_id == held
        assert leg.playing == "local_stream://moh"
        assert leg.guarded is not None
        floor.clock.advance(5)
        assert floor.agent(ANN).state is AgentState.TALKING
        assert leg.bridged_to is not None
        assert floor.dialled_count() == 1
        floor.switch.end(leg.leg_id)
        floor.clock.advance(30)
        record = floor.callback_record()
        assert record.outcome is CallOutcome.SERVED
        assert [one.outcome for one in record.callback_attempts] == [AttemptOutcome.TALKED]
        assert record.callback_attempts[0].leg_id == held
        assert_nothing_is_left(floor, "held")

    def test_one_whose_music_has_ended_too(self, floor: CustomersFirst) -> None:
        """A leg in silence is no orphan if a customer holds it."""
        held = self.hold(floor)
        floor.kill_worker()
        floor.customers_leg().playing = None
        floor.restart()
        assert floor.customers_leg().leg_id == held
        assert floor.customers_leg().playing == "local_stream://moh"

    def test_a_customer_who_is_being_asked_is_asked_again(self, floor: CustomersFirst) -> None:
        """From the beginning; the agent is kept for them."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        leg = floor.until_customer_answers()
        floor.clock.advance(1)
        floor.restart_at_once()
        floor.clock.advance(0.2)
        assert len(leg.announced) == 2
        floor.press("1")
        floor.clock.advance(5)
        assert floor.agent(ANN).state is AgentState.TALKING
        assert floor.dialled_count() == 1

    def test_a_ringing_phone_falls_silent(self, floor: CustomersFirst) -> None:
        """No attempt; the agent who was kept is free, and kept again as the customer is called."""
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN)
        floor.clock.advance(4)
        ringing = floor.customers_leg().leg_id
        floor.customer(AT_ONCE)
        floor.restart()
        floor.clock.advance(0.05)
        assert floor.switch.causes[ringing] == "ORIGINATOR_CANCEL"
        callback = floor.promise().callback
        assert callback is not None
        assert callback.attempts == ()
        floor.press("1")
        floor.clock.advance(5)
        assert floor.agent(ANN).state is AgentState.TALKING

    def test_the_line_ends_as_the_next_process_begins(self, floor: CustomersFirst) -> None:
        """Found, and gone before it was followed: an attempt that came to nothing."""
        held = self.hold(floor)
        floor.kill_worker()
        floor.clock.advance(3)
        floor.worker = floor.start_worker()
        legs = floor.switch.legs

        def last_look(*among: object) -> object:
            found = legs(*among)  # type: ignore[arg-type] # what was asked for
            floor.switch.end(held)
            return found

        floor.switch.legs = last_look  # type: ignore[assignment] # for once
        floor.switch.restore_link()
        floor.clock.advance(1)
        floor.switch.legs = legs
        (unreached,) = floor.told(CallbackUnreached)
        assert unreached.outcome is AttemptOutcome.HUNG_UP
        assert floor.agent(ANN).state is AgentState.AVAILABLE

    def test_redis_has_lost_its_data_too(self) -> None:
        """The customer on the line is all that is left of the promise: served like a caller."""
        floor = CustomersFirst(customer_first(maximum_wait_seconds=90))
        held = self.hold(floor)
        floor.kill_worker()
        floor.store.lose_data()
        floor.restart()
        assert floor.customers_leg().leg_id == held
        floor.log_in(BOB)
        floor.clock.advance(20)
        assert floor.customers_leg().bridged_to is not None
        floor.switch.end(held)
        floor.clock.advance(1)
        assert floor.callback_record().outcome is CallOutcome.SERVED

    def test_declined_is_declined(self, floor: CustomersFirst) -> None:
        """Killed as the customer hears that it is cancelled: nobody calls them again."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        floor.press("3")
        floor.restart()
        floor.clock.advance(600)
        assert floor.dialled_count() == 1
        assert floor.callback_record().visits[-1].leave_reason is LeaveReason.CALLBACK_DECLINED

    @pytest.mark.parametrize("milliseconds", [0, 10, 30, 60, 100, 500])
    def test_a_machine_is_known_to_the_next_process(self, milliseconds: int) -> None:
        """Killed between the agent's key and the place in line."""
        kept_by = replace(UNCHECKED, machine_key="7")
        floor = CustomersFirst(customer_first(kept_by))
        floor.promised()
        before = floor.promise()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        floor.until_customer_answers()
        floor.clock.advance(5)
        floor.switch.press(floor.offered_leg_of(ANN), "7")
        floor.clock.advance(0.021 + milliseconds / 1000)
        floor.restart()
        floor.clock.advance(15)
        kept = floor.promise()
        assert (kept.state, kept.score) == ("waiting", before.score)
        assert kept.callback is not None
        assert [one.outcome for one in kept.callback.attempts] == [AttemptOutcome.MACHINE]
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        floor.clock.advance(60)
        assert floor.agent(ANN).state is AgentState.TALKING

    @pytest.mark.parametrize("kept_by", [UNCHECKED, CUSTOMER_FIRST], ids=["plain", "asked"])
    def test_at_every_instant_of_keeping_it(self, kept_by: CallbackPolicy) -> None:
        """Killed from before the customer's phone rings until after they have begun to talk."""
        for step in range(0, 1500, 31):
            floor = CustomersFirst(customer_first(kept_by))
            floor.customer(AT_ONCE)
            floor.press_whenever_asked()
            floor.promised()
            floor.log_in(ANN, phone=SOON)
            floor.clock.advance(step * 0.001)
            floor.restart()
            assert_called_once_at_a_time(floor, step)
            assert_kept_in_the_end(floor, step)
            assert floor.dialled_count() <= 2, step

    def test_attempts_are_not_lost(self, floor: CustomersFirst) -> None:
        """The record of another process has them all."""
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN)
        floor.clock.advance(23)
        floor.restart()
        floor.customer(AT_ONCE)
        floor.press_whenever_asked()
        floor.clock.advance(70)
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        assert [one.outcome for one in floor.callback_record().callback_attempts] == [
            AttemptOutcome.NO_ANSWER,
            AttemptOutcome.TALKED,
        ]


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
        floor.worker.switchboard.post(call_id, pressed)
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


class TwoSwitches(CustomersFirst):
    """The call centre with a second switch, which nobody calls."""

    __test__ = False

    def _new_site(self, life: MortalClock) -> Site:
        if not hasattr(self, "other"):
            self.other = FakeSwitch(self.clock, OTHER)
        site = super()._new_site(life)
        self.other.deliver_to(self._hear_other)
        return replace(site, switches={NODE: self.switch, OTHER: self.other})

    def _hear_other(self, event: SwitchEvent) -> None:
        self.worker.deliver(event)

    def customers_there(self) -> list[LegId]:
        """The customers' legs on the second switch."""
        return [
            leg.leg_id
            for leg in self.other.legs_by_id.values()
            if "callcore_customer" in leg.variables
        ]


class TestTwoSwitches:
    """The customer holds the line on another switch than the caller's."""

    def hold_there(self) -> TwoSwitches:
        """Called from the second switch while the first was away; both links are up by now."""
        floor = TwoSwitches(customer_first(UNCHECKED))
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
        floor = TwoSwitches(customer_first(kept_by))
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
        floor.worker.queue_watch.staffing_changed(ANN)
        floor.press("1")
        floor.store.lose_data()
        floor.clock.advance(16)
        after = floor.promise()
        assert (after.score, after.state) == (before.score, "talking")
        assert floor.dialled_count() == 1


def test_orphans_are_told_of(floor: CustomersFirst) -> None:
    """What was mended is a fact."""
    floor.promised()
    floor.customer(SILENT)
    floor.log_in(ANN)
    floor.clock.advance(4)
    floor.restart()
    assert ("leg", "orphan") in [(fact.what, fact.reason) for fact in floor.told(SelfHealed)]
