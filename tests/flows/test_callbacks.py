"""Callbacks: offered, promised, kept at the old place, or not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import CallbackPromised, CallbackUnreached, CallSentOn
from callcore.domain.hours import Interval, OpeningHours
from callcore.domain.ids import CallId, LegId, MenuName
from callcore.domain.outcomes import CallOutcome, HungUpBy, LeaveReason, OfferLostReason
from callcore.domain.policies import (
    AtClosing,
    DialplanPolicy,
    MenuChoice,
    MenuPolicy,
    Strategy,
)
from callcore.domain.treatments import Goodbye, OverflowReason, ToMenu, ToQueue
from callcore.flows.site import Site
from callcore.ports.operations import NotWaitingError
from callcore.ports.telephony import LegGoneError
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import START, MortalClock, settle
from tests.fakes.switch import BUSY, SILENT, Phone
from tests.flows.callbacks import (
    CONTACT,
    KEPT_BY,
    NUMBER,
    OFFER,
    ON_HOOK,
    PROMPTS,
    CallbackFloor,
    policy,
)
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, BOB, CLEO, SALES, SUPPORT

ANSWERING = Phone(answers_after_seconds=1.0)


@pytest.fixture
def floor() -> CallbackFloor:
    return CallbackFloor()


class HastyFloor(CallbackFloor):
    """The call centre by a clock whose timers fire a little early, as an event loop's may."""

    __test__ = False

    def _new_site(self, life: MortalClock) -> Site:
        on_time = life.after
        life.after = lambda seconds, run: on_time(seconds * 0.999, run)
        return super()._new_site(life)


class TestOffer:
    """What a caller hears and presses."""

    def test_a_caller_who_presses_the_key_is_promised_it(self, floor: CallbackFloor) -> None:
        """Asked on an answered line, held before it is told, hung up; the records say so."""
        caller = floor.call_in()
        floor.overflow(caller)
        leg = floor.switch.legs_by_id[caller]
        assert leg.is_answered
        assert [paths[0] for paths in leg.announced[-2:]] == [
            "/sounds/en/callback_offer.wav",
            "/sounds/en/callback_promised.wav",
        ]
        promise = floor.promise()
        assert promise.caller_number == NUMBER
        floor.clock.advance(PROMPTS)
        assert floor.switch.causes[caller] == "NORMAL_CLEARING"
        record = floor.record()
        assert record.outcome is CallOutcome.CALLBACK_PROMISED
        assert record.hung_up_by is HungUpBy.CALLCORE
        assert record.visits[0].treatment == "callback:support"
        assert record.visits[0].leave_reason is LeaveReason.MAXIMUM_WAIT
        assert [press.digit for press in record.digits] == ["1"]
        (told,) = floor.told(CallbackPromised)
        assert (told.call_id, told.of_call) == (promise.call_id, caller)
        assert promise.call_id[0] == caller[0]

    @pytest.mark.parametrize("key", ["2", ""])
    def test_another_key_or_none_goes_on_to_otherwise(self, key: str) -> None:
        """The record and the fact say where to; nothing is promised."""
        offer = replace(OFFER, otherwise=ToQueue(queue=SALES))
        floor = CallbackFloor(policy(offer))
        caller = floor.call_in()
        floor.overflow(caller, key)
        floor.clock.advance(PROMPTS + OFFER.timeout_seconds)
        assert floor.promises() == []
        assert floor.position(caller, SALES) == 1
        assert "callcore_offers_callback" not in floor.switch.legs_by_id[caller].variables
        assert [fact.to for fact in floor.told(CallSentOn)] == ["callback:support", "queue:sales"]
        floor.switch.end(caller)
        settle()
        record = floor.record()
        assert record.visits[0].treatment == "queue:sales"
        assert record.outcome is CallOutcome.ABANDONED

    def test_who_declines_is_not_taken_for_one_who_waits(self) -> None:
        """An adopter must not bring back who hears the goodbye."""
        floor = CallbackFloor(policy(replace(OFFER, otherwise=Goodbye(prompts=("bye",)))))
        caller = floor.call_in()
        floor.overflow(caller, "7")
        leg = floor.switch.legs_by_id[caller]
        assert leg.announced[-1] == ("/sounds/en/bye.wav",)
        assert not {"callcore_offers_callback", "callcore_waits_in"} & leg.variables.keys()

    @pytest.mark.parametrize("number", ["", "anonymous", "0000000000", "266696687", "sip:x@y"])
    def test_a_number_that_cannot_be_called_is_not_asked(self, number: str) -> None:
        """Withheld or unusable: straight to what there is otherwise."""
        floor = CallbackFloor(policy(replace(OFFER, otherwise=ToQueue(queue=SALES))))
        caller = floor.call_in(number=number)
        floor.clock.advance(31)
        assert floor.position(caller, SALES) == 1
        assert floor.switch.legs_by_id[caller].announced == []

    def test_without_a_contact_nothing_is_offered(self) -> None:
        """Should the settings have lost it."""
        site = replace(policy(), dialplan=DialplanPolicy())
        floor = CallbackFloor(site)
        caller = floor.call_in()
        floor.clock.advance(31)
        assert floor.switch.causes[caller] == "NORMAL_CLEARING"
        assert floor.record().outcome is CallOutcome.OVERFLOWED

    def test_a_caller_who_hangs_up_while_asked_is_promised_nothing(
        self, floor: CallbackFloor
    ) -> None:
        """An overflow like others."""
        caller = floor.call_in()
        floor.overflow(caller, "")
        floor.switch.end(caller)
        floor.clock.advance(10)
        assert floor.promises() == []
        assert floor.record().outcome is CallOutcome.OVERFLOWED

    def test_a_caller_who_hangs_up_once_promised_is_called_back(self, floor: CallbackFloor) -> None:
        """Whoever pressed the key need not hear the prompts to their end."""
        caller = floor.call_in()
        floor.overflow(caller)
        floor.switch.end(caller)
        floor.log_in(ANN)
        floor.clock.advance(ON_HOOK + 6)
        assert floor.record().outcome is CallOutcome.CALLBACK_PROMISED
        assert floor.agent(ANN).call_id == floor.promise().call_id

    def test_a_number_has_one_promise(self, floor: CallbackFloor) -> None:
        """The second caller of the number hears the same, and the older place is kept."""
        floor.promised()
        first = floor.promise()
        caller = floor.call_in()
        floor.overflow(caller)
        assert floor.switch.legs_by_id[caller].announced[-1] == (
            "/sounds/en/callback_promised.wav",
        )
        floor.clock.advance(PROMPTS)
        assert floor.promise() == first
        outcomes = [record.outcome for record in floor.records()]
        assert outcomes == [CallOutcome.CALLBACK_PROMISED] * 2
        assert len(floor.told(CallbackPromised)) == 1

    def test_redis_away_promises_nothing(self) -> None:
        """What is not held is not promised: the caller goes on, and no ghost is left."""
        floor = CallbackFloor(policy(replace(OFFER, otherwise=ToQueue(queue=SALES))))
        caller = floor.call_in()
        floor.clock.advance(30.5)
        floor.store.go_down()
        floor.switch.press(caller, "1")
        floor.clock.advance(1)
        assert floor.told(CallbackPromised) == []
        leg = floor.switch.legs_by_id[caller]
        assert all("callback_promised" not in paths[0] for paths in leg.announced)
        floor.store.come_up()
        floor.clock.advance(5)
        assert floor.promises() == []
        floor.switch.end(caller)
        floor.clock.advance(5)
        assert any("callback" in fault for fault in floor.record().faults)

    def test_a_promise_that_was_not_heard_to_be_held_is_taken_back(
        self, floor: CallbackFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Redis did it and its answer was lost: the caller is promised nothing."""
        caller = floor.call_in()
        floor.clock.advance(30.5)
        fail_once(monkeypatch, floor.store.waiting_room, "join", happens=True)
        floor.switch.press(caller, "1")
        floor.clock.advance(3)
        assert floor.record().outcome is CallOutcome.OVERFLOWED
        assert floor.promises() == []
        floor.restart()
        assert len(floor.records()) == 1

    def test_at_closing_time(self) -> None:
        """Those who wait when the queue closes are offered it, as are those who come later."""
        closes = datetime.fromtimestamp(START / 1e6, tz=UTC) + timedelta(seconds=20)
        office = OpeningHours(
            name="office",
            timezone="UTC",
            week={closes.weekday(): (Interval(opens=time(0, 0), closes=closes.time()),)},
        )
        site = policy(reason=OverflowReason.CLOSED, hours=office, at_closing=AtClosing.OVERFLOW)
        floor = CallbackFloor(site)
        waiting = floor.call_in()
        floor.overflow(waiting)
        late = floor.call_in(number="+48200200")
        floor.overflow(late)
        floor.clock.advance(PROMPTS)
        assert [call.caller_number for call in floor.promises()] == [NUMBER, "+48200200"]
        reasons = [
            str(visit.leave_reason or visit.refusal_reason)
            for record in floor.records()
            for visit in record.visits
        ]
        assert reasons == ["closed", "closed"]
        assert {record.outcome for record in floor.records()} == {CallOutcome.CALLBACK_PROMISED}

    def test_out_of_a_menu(self) -> None:
        """A key of a menu leads to the offer; the place is that of the first joining."""
        menu = MenuPolicy(
            name=MenuName("sorry"),
            prompts=("sorry",),
            choices={"5": MenuChoice(to=replace(OFFER, queue=SUPPORT), priority=3)},
        )
        site = policy(ToMenu(menu=menu.name))
        floor = CallbackFloor(replace(site, menus={menu.name: menu}))
        caller = floor.call_in()
        floor.overflow(caller, "5")
        floor.clock.advance(0.5)
        floor.switch.press(caller, "1")
        floor.clock.advance(0.1)
        promise = floor.promise()
        assert promise.first_joined_at == START + 1000
        assert promise.own_priority == 3

    def test_into_another_queue(self) -> None:
        """The promise waits there, since the first joining."""
        floor = CallbackFloor(policy(replace(OFFER, queue=SALES)))
        caller = floor.call_in()
        floor.overflow(caller)
        promise = floor.promise()
        assert (promise.queue, promise.first_joined_at) == (SALES, START + 1000)
        assert promise.joined_at > promise.first_joined_at


class TestKept:
    """An agent is free: the agent's phone first, then the customer's."""

    def test_at_the_old_place_between_live_callers(self) -> None:
        """Served after those ahead and before those behind; counted in positions meanwhile."""
        site = policy(reason=OverflowReason.EXIT_KEY, exit_key="*", maximum_wait_seconds=600)
        floor = CallbackFloor(site)
        ahead = floor.call_in(number="+48200001")
        middle = floor.call_in()
        behind = floor.call_in(number="+48200003")
        floor.switch.press(middle, "*")
        floor.overflow(middle)
        floor.clock.advance(PROMPTS + ON_HOOK)
        promise = floor.promise()
        assert floor.position(behind) == 3
        assert floor.position(promise.leg_id) == 2
        floor.log_in(ANN)
        floor.clock.advance(5)
        assert floor.switch.legs_by_id[ahead].bridged_to is not None
        floor.switch.end(ahead)
        floor.clock.advance(10 + 5)
        assert floor.agent(ANN).state is AgentState.TALKING
        assert floor.agent(ANN).call_id == promise.call_id
        assert floor.position(behind) == 1
        floor.log_in(BOB)
        floor.clock.advance(5)
        assert floor.agent(BOB).call_id == behind

    def test_agent_first_then_the_customer(self, floor: CallbackFloor) -> None:
        """The customer sees the number dialled; the agent hears that it rings; both talk."""
        caller = floor.promised()
        promise = floor.promise()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        floor.clock.advance(1)
        assert floor.dialled_count() == 0
        agents_leg = floor.offered_leg()
        floor.clock.advance(1.1)
        assert "tone_stream" in (floor.switch.legs_by_id[agents_leg].playing or "")
        request = floor.switch.requests[-1]
        assert (request.contact, request.caller_number) == (CONTACT, "8001")
        assert request.leg_id[0] == caller[0]
        floor.clock.advance(1.1)
        assert floor.customers_leg().bridged_to == agents_leg
        assert floor.agent(ANN).state is AgentState.TALKING
        floor.clock.advance(30)
        floor.switch.end(agents_leg)
        floor.clock.advance(15)
        record = floor.callback_record()
        assert (record.outcome, record.hung_up_by) == (CallOutcome.SERVED, HungUpBy.AGENT)
        assert (record.call_id, record.callback_of) == (promise.call_id, CallId(caller))
        assert (record.caller_number, record.dialled_number) == (NUMBER, "8001")
        assert record.caller_leg_id == request.leg_id
        assert record.node == "fs1"
        assert record.talk_seconds == pytest.approx(30, abs=0.2)
        assert record.visits[0].leave_reason is LeaveReason.PICKED_UP
        assert record.visits[0].joined_at == START + 1000
        assert record.is_within_service_level is None
        assert record.faults == ()
        assert [one.agent_id for one in record.decisions] == [ANN]
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.promises() == []
        assert floor.switch.legs_by_id == {}
        assert not [name for name, leg in floor.switch.commands if leg == promise.call_id]

    def test_nothing_is_learnt_of_callers_from_it(self, floor: CallbackFloor) -> None:
        """How long people wait on the line is another matter."""
        floor.promised()
        before = floor.store.waiting_room.door(SUPPORT, "").rates
        floor.log_in(ANN)
        floor.clock.advance(6)
        after = floor.store.waiting_room.door(SUPPORT, "").rates
        assert after.waited_seconds == before.waited_seconds

    def test_the_customer_may_hang_up_after_the_talk(self, floor: CallbackFloor) -> None:
        """From then on it is a call like any other."""
        floor.promised()
        floor.log_in(ANN)
        floor.clock.advance(6)
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert (record.outcome, record.hung_up_by) == (CallOutcome.SERVED, HungUpBy.CALLER)
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP

    def test_nobody_is_rung_before_the_first_call_is_over(self, floor: CallbackFloor) -> None:
        """An agent who is free meanwhile would find the customer's phone busy."""
        caller = floor.call_in()
        floor.overflow(caller)
        floor.log_in(ANN)
        floor.clock.advance(PROMPTS + 4)
        assert floor.switch.requests == []
        floor.clock.advance(2)
        assert len(floor.switch.requests) == 1

    def test_a_promise_whose_caller_was_never_let_go_may_begin_after_all(
        self, floor: CallbackFloor
    ) -> None:
        """The process died between promise and hang-up; the caller's end is not heard of."""
        caller = floor.call_in()
        floor.overflow(caller)
        floor.kill_worker()
        floor.switch.end(caller)
        floor.restart()
        floor.log_in(ANN)
        floor.clock.advance(60)
        assert floor.switch.requests == []
        floor.clock.advance(40)
        assert floor.agent(ANN).call_id == floor.promise().call_id

    def test_timers_that_fire_a_moment_early_are_set_again(self) -> None:
        """Nobody would look for the promise any more after that."""
        floor = HastyFloor(policy())
        floor.overflow(floor.call_in())
        floor.clock.advance(PROMPTS)
        floor.log_in(ANN)
        floor.clock.advance(10)
        assert floor.agent(ANN).state is AgentState.TALKING

    def test_several_phones_ring_and_one_customer(self) -> None:
        """Where all phones ring, the customer is called for the first who picks up."""
        floor = CallbackFloor(policy(strategy=Strategy.RING_ALL))
        floor.promised()
        floor.log_in(ANN, BOB, phone=Phone(answers_after_seconds=1))
        floor.clock.advance(6)
        assert floor.dialled_count() == 1
        states = sorted(floor.agent(agent).state for agent in (ANN, BOB))
        assert states == [AgentState.AVAILABLE, AgentState.TALKING]

    def test_a_promise_is_not_for_the_door_to_judge(self) -> None:
        """A queue that is full, closed to the last, or without agents keeps it all the same."""
        floor = CallbackFloor(policy(no_agents_grace_seconds=40, maximum_waiting=1))
        floor.promised()
        assert not floor.knows(floor.call_in(number="+48200200"))
        floor.clock.advance(120)
        assert len(floor.promises()) == 1

    def test_a_customer_transferred_by_the_agent_is_a_caller_again(
        self, floor: CallbackFloor
    ) -> None:
        """Handed to a queue, the customer waits on the line and is in the same record."""
        floor.promised()
        floor.log_in(ANN)
        floor.clock.advance(6)
        customer = floor.switch.blind_transfer(floor.offered_leg_of(ANN), "8002")
        floor.clock.advance(0.1)
        floor.switch.park_again(customer, "8002")
        floor.clock.advance(1)
        call_id = floor.switch.requests[-1].variables["callcore_call"]
        call = floor.store.waiting_room.call(CallId(call_id))
        assert call is not None
        assert (call.queue, call.node, call.callback) == (SALES, "fs1", None)
        assert floor.switch.legs_by_id[customer].playing == "local_stream://moh"
        floor.log_in(CLEO)
        floor.clock.advance(5)
        floor.switch.end(customer)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert [visit.queue for visit in record.visits] == ["support", "sales"]
        assert record.agent_id == CLEO


class TestUnreached:
    """The customer is not there, or the agent is not any more."""

    @pytest.mark.parametrize(
        ("phone", "cause", "after"),
        [(BUSY, "USER_BUSY", 3), (SILENT, "NO_ANSWER", 23)],
        ids=["busy", "no answer"],
    )
    def test_the_agent_is_free_and_the_customer_called_later(
        self, floor: CallbackFloor, phone: Phone, cause: str, after: float
    ) -> None:
        """No miss; the place is kept, and not offered before the time; then it is."""
        floor.promised()
        promise = floor.promise()
        floor.customer(phone)
        floor.log_in(ANN)
        floor.clock.advance(after)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.agent(ANN).miss_count == 0
        assert floor.customers_legs() == []
        (unreached,) = floor.told(CallbackUnreached)
        assert (unreached.attempt, unreached.hangup_cause) == (1, cause)
        live = floor.call_in(number="+48200200")
        assert floor.position(live) == 2 or floor.agent(ANN).call_id == live
        floor.clock.advance(0.1)
        assert floor.agent(ANN).call_id == live, "those behind are served meanwhile, at once"
        floor.clock.advance(3)
        floor.switch.end(live)
        kept = floor.promise()
        assert kept.score == promise.score
        assert kept.callback is not None
        assert kept.callback.attempts_count == 1
        floor.clock.advance(46)
        assert floor.dialled_count() == 1
        floor.customer(ANSWERING)
        floor.clock.advance(20)
        assert floor.agent(ANN).call_id == promise.call_id
        assert floor.dialled_count() == 2
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        record = floor.callback_record()
        assert record.outcome is CallOutcome.SERVED
        lost = [offer.lost_reason for offer in record.offers]
        assert lost == [OfferLostReason.CALLER_UNREACHED, None]
        assert [one.trigger for one in record.decisions] == ["agent_free", "callback_due"]

    def test_a_switch_that_shuts_down_is_nobodys_attempt(self, floor: CallbackFloor) -> None:
        """The customer had no part in it."""
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN)
        floor.clock.advance(4)
        floor.switch.end(floor.customers_leg().leg_id, "SYSTEM_SHUTDOWN")
        floor.clock.advance(0.1)
        callback = floor.promise().callback
        assert callback is not None
        assert callback.attempts_count == 0
        assert floor.told(CallbackUnreached) == []

    def test_an_agent_reserved_as_the_customer_is_gone_is_let_go(
        self, floor: CallbackFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Their bridge fails since the customer hung up; nobody else is rung in vain."""
        floor.promised()
        floor.customer(ANSWERING)

        def fail(caller_leg_id: LegId, _: LegId) -> None:
            floor.switch.end(caller_leg_id)
            raise LegGoneError

        monkeypatch.setattr(floor.switch, "bridge", fail)
        floor.log_in(ANN)
        floor.clock.advance(1)
        floor.log_in(BOB)
        floor.clock.advance(5)
        rung = [request.contact for request in floor.switch.requests]
        assert rung == ["user/1001@t", CONTACT]
        assert floor.agent(BOB).state is AgentState.AVAILABLE
        callback = floor.promise().callback
        assert callback is not None
        assert callback.attempts_count == 1

    def test_after_so_many_attempts_it_is_over(self, floor: CallbackFloor) -> None:
        """The record says so, with the cause of the last one; the floor forgets it."""
        floor.promised()
        floor.customer(BUSY)
        floor.log_in(ANN)
        floor.clock.advance(80)
        assert floor.promises() == []
        record = floor.callback_record()
        assert record.outcome is CallOutcome.CALLBACK_FAILED
        assert record.visits[0].leave_reason is LeaveReason.CALLBACK_FAILED
        assert (record.hung_up_by, record.hangup_cause) == (HungUpBy.CALLCORE, "USER_BUSY")
        assert floor.dialled_count() == 2
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.worker.switchboard.calls_count == 0
        assert floor.complaints == []

    def test_a_customer_who_hangs_up_while_the_agent_waits(self, floor: CallbackFloor) -> None:
        """Picked up and put down before the two met: not reached."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        floor.clock.advance(3.03)
        leg = floor.customers_leg()
        assert leg.is_answered
        assert leg.bridged_to is None
        floor.switch.end(leg.leg_id)
        floor.clock.advance(2)
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.agent(ANN).miss_count == 0
        callback = floor.promise().callback
        assert callback is not None
        assert callback.attempts_count == 1

    def test_an_agent_who_hangs_up_while_the_customers_phone_rings(
        self, floor: CallbackFloor
    ) -> None:
        """The phone stops ringing; it was no attempt, and the next agent is asked at once."""
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN)
        floor.clock.advance(4)
        ringing = floor.customers_leg()
        floor.switch.end(floor.offered_leg_of(ANN))
        floor.clock.advance(0.1)
        assert floor.switch.causes[ringing.leg_id] == "ORIGINATOR_CANCEL"
        callback = floor.promise().callback
        assert callback is not None
        assert callback.attempts_count == 0
        floor.customer(ANSWERING)
        floor.log_in(BOB)
        floor.clock.advance(5)
        assert floor.agent(BOB).state is AgentState.TALKING

    def test_an_agent_who_hangs_up_as_the_customer_answers(self, floor: CallbackFloor) -> None:
        """The customer is on the line: hears music until the next agent has picked up."""
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN)
        floor.clock.advance(2.5)
        agents_leg = floor.offered_leg_of(ANN)
        floor.switch.legs_by_id[agents_leg].is_ending = True
        floor.clock.advance(0.52)
        floor.switch.end(agents_leg)
        floor.clock.advance(0.1)
        leg = floor.customers_leg()
        assert leg.playing == "local_stream://moh"
        assert leg.guarded is not None
        floor.clock.advance(80)
        assert leg.guarded is None, "Ann's phone is picked up again, and they talk"
        assert leg.bridged_to is not None
        assert floor.dialled_count() == 1

    def test_a_promise_expires(self, floor: CallbackFloor) -> None:
        """Nobody was there in time."""
        floor.promised()
        floor.clock.advance(KEPT_BY.expires_after_seconds)
        assert floor.promises() == []
        record = floor.callback_record()
        assert record.outcome is CallOutcome.CALLBACK_FAILED
        assert record.visits[0].leave_reason is LeaveReason.CALLBACK_EXPIRED

    def test_a_customer_on_the_line_when_it_expires_is_hung_up(self) -> None:
        """Answered, but the agent was gone and no other one came."""
        floor = CallbackFloor(policy(callback=replace(KEPT_BY, expires_after_seconds=60)))
        floor.promised()
        floor.customer(ANSWERING)
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.5))
        floor.clock.advance(1)
        agents_leg = floor.offered_leg_of(ANN)
        floor.switch.legs_by_id[agents_leg].is_ending = True
        floor.clock.advance(0.52)
        floor.switch.phones["user/1001@t"] = BUSY
        floor.switch.end(agents_leg)
        customers_leg = floor.customers_leg().leg_id
        floor.clock.advance(60)
        assert floor.switch.causes[customers_leg] == "NORMAL_CLEARING"
        assert floor.callback_record().visits[0].leave_reason is LeaveReason.CALLBACK_EXPIRED

    def test_a_promise_that_expires_as_the_customer_is_called_is_kept(self) -> None:
        """It is decided by whether they talk."""
        site = policy(callback=replace(KEPT_BY, expires_after_seconds=60, attempts=5))
        floor = CallbackFloor(site)
        floor.promised()
        floor.clock.advance(50)
        floor.customer(Phone(answers_after_seconds=10))
        floor.log_in(ANN)
        floor.clock.advance(20)
        assert floor.agent(ANN).state is AgentState.TALKING

    def test_and_is_over_if_they_do_not(self) -> None:
        """The agent is free, the phone is silent."""
        site = policy(callback=replace(KEPT_BY, expires_after_seconds=60, attempts=5))
        floor = CallbackFloor(site)
        floor.promised()
        floor.clock.advance(47)
        floor.customer(SILENT)
        floor.log_in(ANN)
        floor.clock.advance(25)
        assert floor.callback_record().visits[0].leave_reason is LeaveReason.CALLBACK_EXPIRED
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert floor.switch.legs_by_id == {}


class TestOperators:
    """What operators see and do."""

    def test_it_is_shown_as_what_it_is(self, floor: CallbackFloor) -> None:
        """Among those who wait, its number shortened."""
        floor.promised()
        live = floor.call_in(number="+48200200")
        views = floor.worker.operating.waiting()
        assert [(view.call_id, view.is_callback) for view in views] == [
            (floor.promise().call_id, True),
            (live, False),
        ]
        assert views[0].caller_number == "+4820…00"
        assert views[0].position == 1
        assert views[0].waited_seconds > 30

    def test_its_priority_can_be_set_and_stays(self, floor: CallbackFloor) -> None:
        """On the floor and for the next process; there is no line to keep it on."""
        floor.promised()
        call_id = floor.promise().call_id
        spawn("operator", lambda: floor.worker.operating.set_priority(call_id, 5, by="eve"))
        floor.clock.advance(1)
        promise = floor.promise()
        assert (promise.own_priority, promise.priority) == (5, 5)
        assert not [name for name, leg in floor.switch.commands if leg == call_id]
        floor.restart()
        assert floor.promise() == promise

    def test_it_can_be_withdrawn(self, floor: CallbackFloor) -> None:
        """Nobody is called back; another promise may be made."""
        floor.promised()
        call_id = floor.promise().call_id
        spawn("operator", lambda: floor.worker.operating.withdraw(call_id, by="eve"))
        floor.clock.advance(1)
        assert floor.promises() == []
        assert floor.callback_record().visits[0].leave_reason is LeaveReason.WITHDRAWN
        floor.log_in(ANN)
        floor.clock.advance(30)
        assert floor.switch.requests == []

    def test_not_while_an_agent_waits_for_the_customer(self, floor: CallbackFloor) -> None:
        """That is no time to take it back."""
        floor.promised()
        floor.customer(SILENT)
        floor.log_in(ANN)
        floor.clock.advance(4)
        refused: list[str] = []

        def withdraw() -> None:
            try:
                floor.worker.operating.withdraw(floor.promise().call_id, by="eve")
            except NotWaitingError as error:
                refused.append(str(error))

        spawn("operator", withdraw)
        floor.clock.advance(1)
        assert len(refused) == 1
        assert len(floor.customers_legs()) == 1

    def test_it_can_be_moved(self, floor: CallbackFloor) -> None:
        """It waits in the other queue since the first joining, and is kept there."""
        floor.promised()
        call_id = floor.promise().call_id
        spawn("operator", lambda: floor.worker.operating.move(call_id, SALES, by="eve"))
        floor.clock.advance(1)
        promise = floor.promise()
        assert (promise.queue, promise.first_joined_at) == (SALES, START + 1000)
        floor.log_in(CLEO)
        floor.clock.advance(6)
        assert floor.agent(CLEO).call_id == call_id
        floor.switch.end(floor.customers_leg().leg_id)
        floor.clock.advance(1)
        visits = [visit.queue for visit in floor.callback_record().visits]
        assert visits == ["support", "sales"]

    def test_draining_leaves_promises_to_the_next_process(self, floor: CallbackFloor) -> None:
        """A process that stops does not wait for them, and calls nobody any more."""
        floor.promised()
        floor.worker.stop_taking_calls()
        assert floor.worker.calls_count == 0
        floor.log_in(ANN)
        floor.clock.advance(30)
        assert floor.switch.requests == []
        floor.restart()
        floor.clock.advance(6)
        assert floor.agent(ANN).state is AgentState.TALKING
