"""Ways to lose a caller, an agent or a record, and what must happen instead."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any, cast

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import (
    CallArrived,
    CallEnded,
    CallerLeft,
    OfferLost,
    OfferMade,
    SelfHealed,
    WrapUpEnded,
)
from callcore.domain.ids import AgentId, LegId, Micros, NodeName
from callcore.domain.outcomes import CallOutcome, HungUpBy
from callcore.domain.records import CallRecord
from callcore.flows import record_writing
from callcore.flows.site import Site
from callcore.flows.worker import Worker
from callcore.ports.stores import OfferAnswer, StoreUnavailableError
from callcore.ports.switch_events import (
    LegBridged,
    LegHeld,
    LegUnheld,
    SwitchEvent,
)
from callcore.ports.telephony import CommandRefusedError
from callcore.runtime.broadcast import Broadcast
from callcore.runtime.greenlets import spawn
from callcore.runtime.identifiers import RandomIds
from tests.fakes.clock import MortalClock, settle
from tests.fakes.switch import BUSY, NODE, REFUSING, SILENT, FakeSwitch, Phone
from tests.flows.floor import ANN, BOB, CLEO, POLICY, SALES, SUPPORT, TestFloor

FALLBACK = POLICY.fallback.extension
ROOMY = replace(
    POLICY,
    queues={**POLICY.queues, SUPPORT: replace(POLICY.queues[SUPPORT], maximum_waiting=100)},
)


def restart(floor: TestFloor) -> None:
    """The process is killed and another begins."""
    floor.kill_worker()
    floor.clock.advance(3)
    floor.worker = floor.start_worker()
    floor.switch.restore_link()
    settle()


def once(real: Callable[..., Any], *, happens: bool, error: Exception) -> Callable[..., Any]:
    """The first call fails, before or after it was done; later ones are the real thing."""
    failures = [error]

    def call(*args: Any, **kwargs: Any) -> Any:
        if not failures:
            return real(*args, **kwargs)
        if happens:
            real(*args, **kwargs)
        raise failures.pop()

    return call


class Slow:
    """A port each of whose verbs takes a moment before and after, in which others run.

    The fakes answer at once, so that without it no two scripts would ever interleave. It ends
    with its process, and may fail before or after the change was made.
    """

    def __init__(
        self, real: object, clock: Any, dice: random.Random, verbs: frozenset[str] = frozenset()
    ) -> None:
        self.fault_share = 0.0
        self._real = real
        self._clock = clock
        self._dice = dice
        self._verbs = verbs

    def __getattr__(self, verb: str) -> Any:
        real = getattr(self._real, verb)
        if not callable(real) or (self._verbs and verb not in self._verbs):
            return real

        def call(*args: Any, **kwargs: Any) -> Any:
            self._pause(verb)
            answer = real(*args, **kwargs)
            self._pause(verb)
            return answer

        return call

    def _pause(self, verb: str) -> None:
        self._clock.sleep(self._dice.choice((0.0002, 0.0005, 0.001, 0.003)))
        if self._dice.random() < self.fault_share / 2:
            raise StoreUnavailableError(verb)


class SlowFloor(TestFloor):
    """The call centre with a Redis and a switch that take their time, and may fail."""

    __test__ = False

    def __init__(self, dice: random.Random) -> None:
        self._dice = dice
        self.stores: list[Slow] = []
        super().__init__()

    def start_worker(self) -> Worker:
        """A process begins."""
        self._life = life = MortalClock(self.clock)
        asked = frozenset({"bridge", "legs", "leg_exists"})
        self.stores = [
            Slow(store, life, self._dice)
            for store in (self.store.waiting_room, self.store.roster, self.store.pending_records)
        ]
        waiting_room, roster, pending_records = cast("Any", self.stores)
        self.site = Site(
            policy=self.policy,
            switches={NODE: cast("Any", Slow(self.switch, life, self._dice, asked))},
            waiting_room=waiting_room,
            roster=roster,
            pending_records=pending_records,
            epoch=self.store.epoch,
            clock=life,
            ids=RandomIds(),
            facts=Broadcast([("list", self.facts.append)], self._complain),
        )
        worker = Worker(spawn, lambda _: nullcontext())
        opening = spawn("open", worker.open, self.site)
        while not opening.dead:
            self.clock.advance(0.01)
        self.switch.deliver_to(worker.deliver)
        settle()
        return worker

    def log_in(self, *agents: AgentId, phone: Phone | None = None) -> None:
        """Agents log in while nobody waits."""
        for agent_id in agents:
            if phone is not None:
                self.switch.phones[self.policy.agents[agent_id].contact] = phone
            self.store.roster.log_in(agent_id, RandomIds().request_id())


def fail_once(
    monkeypatch: pytest.MonkeyPatch,
    store: object,
    verb: str,
    *,
    happens: bool,
    error: Exception | None = None,
) -> None:
    """A verb of a store fails the next time it is used."""
    fault = error or StoreUnavailableError("timed out")
    monkeypatch.setattr(store, verb, once(getattr(store, verb), happens=happens, error=fault))


def until_bridge_is_asked(floor: TestFloor, caller: LegId) -> None:
    """The agent has picked up; the switch will have joined the two in 40 ms."""
    while ("bridge", caller) not in floor.switch.commands:
        floor.clock.advance(0.01)


def _look(floor: TestFloor) -> None:
    floor.worker.lease_watch.look()


def offered_leg(floor: TestFloor, number: int = -1) -> LegId:
    """The agent's leg of an offer."""
    return floor.switch.requests[number].leg_id


class TestRedisFails:
    """Redis is away, or a step happened of which we heard nothing."""

    def test_callers_who_hang_up_meanwhile_leave_no_ghosts(self, floor: TestFloor) -> None:
        """Their places are given up once the floor answers again."""
        caller = floor.call_in()
        floor.clock.advance(1)
        floor.store.go_down()
        floor.switch.end(caller)
        floor.clock.advance(5)
        floor.store.come_up()
        floor.clock.advance(60)
        assert not floor.knows(caller)

    def test_ghosts_do_not_keep_the_living_from_being_served(self) -> None:
        """Ten gone callers ahead of a living one: the agent is offered the living one."""
        floor = TestFloor(ROOMY)
        gone = [floor.call_in() for _ in range(10)]
        floor.store.go_down()
        for caller in gone:
            floor.switch.end(caller)
        floor.clock.advance(5)
        floor.store.come_up()
        floor.clock.advance(60)
        living = floor.call_in()
        floor.log_in(ANN)
        floor.clock.advance(60)
        assert floor.agent(ANN).call_id == living

    def test_an_agent_whose_talk_ended_meanwhile_is_not_stuck(self, floor: TestFloor) -> None:
        """``end_talk`` is done once the floor answers again: talking has no lease."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.store.go_down()
        floor.switch.end(caller)
        floor.clock.advance(5)
        floor.store.come_up()
        floor.clock.advance(120)
        assert floor.agent(ANN).state is AgentState.AVAILABLE

    def test_a_win_the_floor_did_not_hear_does_not_bring_the_caller_back(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """After the talk the caller is gone from the floor and the agent is free."""
        floor.log_in(ANN)
        fail_once(monkeypatch, floor.store.roster, "win", happens=False)
        caller = floor.call_in()
        floor.clock.advance(40)
        floor.switch.end(caller)
        floor.clock.advance(120)
        assert not floor.knows(caller)
        assert floor.agent(ANN).state is AgentState.AVAILABLE

    def test_a_win_the_floor_did_not_hear_still_gives_wrap_up(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The agent who has talked wraps up, is not rung in the same second."""
        floor.log_in(ANN)
        fail_once(monkeypatch, floor.store.roster, "win", happens=False)
        caller = floor.call_in()
        floor.clock.advance(40)
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP

    def test_a_join_that_happened_unheard_leaves_no_ghost(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The caller was sent to the fallback: nobody waits, nobody counts."""
        fail_once(monkeypatch, floor.store.waiting_room, "join", happens=True)
        caller = floor.call_in()
        floor.switch.end(caller)
        floor.clock.advance(60)
        assert not floor.knows(caller)

    def test_a_ghost_of_an_unheard_join_is_never_stuck_in_an_offer(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """While the caller is in the fallback, the floor's position of others is right."""
        fail_once(monkeypatch, floor.store.waiting_room, "join", happens=True)
        floor.call_in()
        floor.log_in(ANN, phone=SILENT)
        floor.clock.advance(5)
        second = floor.call_in()
        assert floor.position(second) == 1

    def test_a_caller_whose_search_failed_is_offered_an_idle_agent_soon(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Joined, but no agent was looked for: not left beside an idle agent."""
        floor.log_in(ANN)
        fail_once(monkeypatch, floor.store.waiting_room, "candidates", happens=False)
        caller = floor.call_in()
        floor.clock.advance(60)
        assert floor.agent(ANN).call_id == caller

    def test_an_offer_lost_unheard_is_followed_by_another(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """``lose`` happened and timed out: caller and agent are both free and come together."""
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(1)
        leg = floor.switch.legs_by_id[offered_leg(floor)]
        fail_once(monkeypatch, floor.store.roster, "lose", happens=True)
        floor.switch._pick_up(leg)
        floor.switch.end(leg.leg_id)
        floor.clock.advance(60)
        assert caller in floor.switch.legs_by_id
        assert len(floor.switch.requests) > 1

    def test_a_floor_that_lost_its_data_is_rebuilt_while_the_process_lives(
        self, floor: TestFloor
    ) -> None:
        """Redis came back empty: the roster is enrolled again, callers have their places."""
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.store.lose_data()
        floor.clock.advance(60)
        assert floor.position(caller) == 1
        assert floor.store.roster.agent(ANN) is not None

    def test_an_adoption_that_failed_half_way_is_tried_again(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Redis fails as the adopter notes the bridge: the call still gets a script."""
        floor.log_in(ANN)
        caller = floor.call_in()
        until_bridge_is_asked(floor, caller)
        fail_once(monkeypatch, floor.store.roster, "win", happens=False)
        restart(floor)
        floor.clock.advance(20)
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert [record.call_id for record in floor.records()] == [caller]
        assert floor.worker.calls_count == 0


class TestConfigurationChanges:
    """The file is edited between two starts."""

    def test_an_agent_removed_from_the_file_is_offered_nobody(self) -> None:
        """Logged in on the floor, gone from the policy: callers are not thrown out for it."""
        floor = TestFloor()
        floor.log_in(BOB)
        floor.policy = replace(
            POLICY, agents={name: agent for name, agent in POLICY.agents.items() if name != BOB}
        )
        restart(floor)
        caller = floor.call_in()
        floor.clock.advance(1)
        assert "transferred_to" not in floor.switch.legs_by_id[caller].variables
        assert floor.position(caller) == 1


class TestLinkDrops:
    """The link goes down at an awkward instant."""

    def test_a_guard_that_was_due_meanwhile_is_wound_up_when_the_link_is_back(
        self, floor: TestFloor
    ) -> None:
        """Two seconds without a link must not cost a caller the place a minute later."""
        caller = floor.call_in()
        leg = floor.switch.legs_by_id[caller]
        floor.clock.advance(59)
        floor.switch.lose_link()
        floor.clock.advance(2)
        floor.switch.restore_link()
        floor.clock.advance(120)
        assert leg.dialled != FALLBACK

    def test_no_dead_mans_switch_is_left_armed_in_a_conversation(self, floor: TestFloor) -> None:
        """The link drops with the word of the bridge: taken off when it is back."""
        floor.log_in(ANN)
        caller = floor.call_in()

        def deliver(event: SwitchEvent) -> None:
            floor.worker.deliver(event)
            if isinstance(event, LegBridged) and floor.switch.is_connected:
                floor.switch.deliver_to(floor.worker.deliver)
                floor.switch.lose_link()

        floor.switch.deliver_to(deliver)
        floor.clock.advance(4)
        assert not floor.switch.is_connected
        floor.switch.restore_link()
        floor.clock.advance(10)
        leg = floor.switch.legs_by_id[caller]
        assert leg.bridged_to is not None
        assert leg.guarded is None, "the caller would be torn out of the talk"

    def test_a_bridge_made_as_the_link_drops_is_a_conversation(self, floor: TestFloor) -> None:
        """Six seconds deaf: the two talk, and nobody else is offered the caller."""
        floor.log_in(ANN)
        caller = floor.call_in()
        until_bridge_is_asked(floor, caller)
        floor.switch.lose_link()
        floor.clock.advance(6)
        assert floor.switch.legs_by_id[caller].bridged_to is not None
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.TALKING
        assert len(floor.switch.requests) == 1

    def test_a_caller_who_went_to_the_fallback_meanwhile_is_left_there(
        self, floor: TestFloor
    ) -> None:
        """The dead man's switch fired while we were deaf: no agent is rung for that caller."""
        caller = floor.call_in()
        floor.clock.advance(10)
        floor.switch.lose_link()
        floor.clock.advance(130)
        leg = floor.switch.legs_by_id[caller]
        assert leg.dialled == FALLBACK
        floor.switch.commands.clear()
        floor.switch.restore_link()
        floor.clock.advance(1)
        floor.log_in(ANN)
        floor.clock.advance(70)
        assert floor.switch.requests == []
        assert floor.switch.commands == []
        assert not floor.knows(caller)

    def test_a_caller_handed_back_meanwhile_is_served(self, floor: TestFloor) -> None:
        """A blind transfer to a queue of ours while the link is down: found parked, served."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        agent_leg = floor.switch.legs_by_id[caller].bridged_to
        assert agent_leg is not None
        floor.switch.lose_link()
        floor.switch.blind_transfer(agent_leg)
        floor.switch.park_again(caller, "8002", queue="")
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert floor.position(caller, SALES) == 1

    def test_a_line_that_could_not_be_answered_is_answered_later(self, floor: TestFloor) -> None:
        """The link drops as the caller arrives: answered and given music when it is back."""
        caller = floor.switch.call_in()
        floor.switch.lose_link()
        floor.clock.advance(1)
        floor.switch.restore_link()
        floor.clock.advance(1)
        leg = floor.switch.legs_by_id[caller]
        assert leg.is_answered
        assert leg.playing is not None
        assert leg.guarded is not None

    def test_an_unheard_blind_transfer_ends_an_adopted_conversation(self, floor: TestFloor) -> None:
        """The agent's leg is gone, the caller's lives on: the agent is not talking any more."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        restart(floor)
        agent_leg = floor.switch.legs_by_id[caller].bridged_to
        assert agent_leg is not None
        floor.switch.lose_link()
        floor.switch.blind_transfer(agent_leg)
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert floor.agent(ANN).state is AgentState.WRAPPING_UP


class TestComparing:
    """Comparing while the world moves."""

    def test_two_comparisons_at_once_adopt_a_call_once(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The link came up twice: one script, one mailbox, one record."""
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(1)
        floor.kill_worker()
        floor.clock.advance(3)
        floor.worker = floor.start_worker()
        lose = floor.store.roster.lose

        def slow_lose(*args: Any, **kwargs: Any) -> OfferAnswer:
            floor.clock.sleep(0.05)
            return lose(*args, **kwargs)

        monkeypatch.setattr(floor.store.roster, "lose", slow_lose)
        floor.switch.restore_link()
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert len(floor.told(CallArrived)) == 2, "the arrival and one adoption"
        floor.switch.end(caller)
        floor.clock.advance(700)
        assert ("hang_up", caller) not in floor.switch.commands

    def test_a_call_that_ends_during_a_comparison_is_not_closed_again(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its agent's wrap-up is told once, and nothing was healed."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        legs = floor.switch.legs

        def slow_legs() -> Any:
            floor.switch.end(caller)
            floor.clock.sleep(0.05)
            return legs()

        monkeypatch.setattr(floor.switch, "legs", slow_legs)
        floor.switch.lose_link()
        floor.switch.restore_link()
        floor.clock.advance(30)
        assert len(floor.told(WrapUpEnded)) == 1
        assert floor.told(SelfHealed) == []


class TestOffers:
    """Offers that go wrong."""

    def test_an_agent_is_not_kept_for_a_caller_whose_line_is_never_answered(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Every wait has a deadline: the pick-up does not hold both for ever."""
        monkeypatch.setattr(floor.switch, "answer", lambda _: None)
        floor.log_in(ANN)
        floor.call_in()
        floor.clock.advance(60)
        assert floor.told(OfferLost)

    def test_a_caller_who_cannot_be_bridged_does_not_ring_everybody_for_ever(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A bridge that fails again and again is the caller's leg's fault; it is given up."""

        def refuse(*_: object) -> None:
            raise CommandRefusedError

        monkeypatch.setattr(floor.switch, "bridge", refuse)
        floor.log_in(ANN, BOB, CLEO, phone=Phone(answers_after_seconds=0.5))
        floor.call_in()
        floor.clock.advance(300)
        assert len(floor.switch.requests) <= 20

    def test_a_phone_that_drops_what_it_picks_up_does_not_capture_the_caller(
        self, floor: TestFloor
    ) -> None:
        """An idle colleague is asked before the agent whose phone has just failed."""
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(1)
        floor.switch.phones[POLICY.agents[BOB].contact] = SILENT
        floor.store.roster.log_in(BOB, "bob")
        leg = floor.switch.legs_by_id[offered_leg(floor)]
        floor.switch._pick_up(leg)
        floor.switch.end(leg.leg_id)
        floor.clock.advance(0.5)
        assert caller in floor.switch.legs_by_id
        assert floor.switch.requests[1].variables["callcore_agent"] == BOB

    def test_a_broken_phone_is_not_rung_many_times_a_second(self) -> None:
        """Without a rest after a miss configured, a refusing phone still gets a breath."""
        support = replace(POLICY.queues[SUPPORT], retry_after_miss_seconds=0)
        floor = TestFloor(replace(POLICY, queues={**POLICY.queues, SUPPORT: support}))
        floor.log_in(ANN, phone=Phone(answers_after_seconds=None, fails_after_seconds=0.01))
        floor.call_in()
        floor.clock.advance(10)
        assert len(floor.switch.requests) <= 20

    def test_a_wrap_up_is_ended_once_whoever_comes_first(self, floor: TestFloor) -> None:
        """The watch came a moment before the timer: one fact, and an agent at work stays so."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        wrap_up_seconds = POLICY.queues[SUPPORT].wrap_up_seconds
        floor.clock.after(wrap_up_seconds, lambda: _look(floor))
        floor.switch.end(caller)
        floor.clock.advance(30)
        assert len(floor.told(WrapUpEnded)) == 1

    def test_duplicates_of_events_change_nothing(self, floor: TestFloor) -> None:
        """Every event told twice: one bridge, one record, one of each fact."""

        def deliver_twice(event: SwitchEvent) -> None:
            floor.worker.deliver(event)
            floor.worker.deliver(event)

        floor.switch.deliver_to(deliver_twice)
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.switch.end(caller)
        floor.clock.advance(30)
        assert floor.record().outcome is CallOutcome.SERVED
        assert len(floor.told(CallArrived)) == len(floor.told(CallEnded)) == 1
        assert len(floor.told(OfferMade)) == len(floor.told(CallerLeft)) == 1
        assert len(floor.told(WrapUpEnded)) == 1
        assert floor.agent(ANN).state is AgentState.AVAILABLE


class TestTransferredBack:
    """A caller whom an agent sent to a queue of ours."""

    def back_in_sales(self, floor: TestFloor) -> LegId:
        """A caller who talked with Ann and waits in sales now."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        agent_leg = floor.switch.legs_by_id[caller].bridged_to
        assert agent_leg is not None
        floor.switch.blind_transfer(agent_leg)
        floor.clock.advance(60)
        floor.switch.park_again(caller, "8002", queue="")
        settle()
        return caller

    def test_our_own_hang_up_is_ours(self, floor: TestFloor) -> None:
        """The second queue's maximum wait ends the call: not the caller's doing."""
        self.back_in_sales(floor)
        floor.clock.advance(POLICY.queues[SALES].maximum_wait_seconds + 1)
        record = floor.record()
        assert record.outcome is CallOutcome.OVERFLOWED
        assert record.hung_up_by is HungUpBy.CALLCORE

    def test_an_adopted_second_talk_does_not_begin_with_the_first(self, floor: TestFloor) -> None:
        """The bridge of the first visit, still on the leg, is not taken for the second's."""
        caller = self.back_in_sales(floor)
        floor.clock.advance(100)
        floor.switch.commands.clear()
        floor.log_in(CLEO)
        until_bridge_is_asked(floor, caller)
        restart(floor)
        floor.clock.advance(20)
        floor.switch.end(caller)
        settle()
        assert floor.record().talk_seconds < 30

    def test_a_caller_sent_elsewhere_has_a_record_though_the_process_died(
        self, floor: TestFloor
    ) -> None:
        """The call was served; whoever adopts knows nothing of it but must not lose it."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        agent_leg = floor.switch.legs_by_id[caller].bridged_to
        assert agent_leg is not None
        floor.switch.blind_transfer(agent_leg)
        floor.clock.advance(5)
        restart(floor)
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert [record.call_id for record in floor.records()] == [caller]

    def test_a_talk_with_a_stranger_is_not_anns(self, floor: TestFloor) -> None:
        """Transferred to somebody outside, then adopted: Ann, who wrapped up, is left alone."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        agent_leg = floor.switch.legs_by_id[caller].bridged_to
        assert agent_leg is not None
        floor.switch.blind_transfer(agent_leg)
        stranger = LegId("b0000000-0000-4000-8000-000000000000")
        floor.switch.legs_by_id[caller].bridged_to = stranger
        floor.clock.advance(20)
        restart(floor)
        wrap_ups = len(floor.told(WrapUpEnded))
        floor.switch.end(caller)
        floor.clock.advance(20)
        assert len(floor.told(WrapUpEnded)) == wrap_ups
        assert all(record.talk_seconds < 10 for record in floor.records())


def test_an_adopted_call_sent_back_to_a_queue_hears_music(floor: TestFloor) -> None:
    """Adopted while talking, then a visit of its own: welcomed like anybody else."""
    floor.log_in(ANN)
    caller = floor.call_in()
    floor.clock.advance(5)
    restart(floor)
    leg = floor.switch.legs_by_id[caller]
    assert leg.bridged_to is not None
    floor.switch.blind_transfer(leg.bridged_to)
    floor.switch.park_again(caller, "8002", queue="")
    floor.clock.advance(1)
    assert floor.position(caller, SALES) == 1
    assert leg.playing == "local_stream://moh"
    assert leg.variables.get("callcore_waits_in") == SALES


class TestRecordings:
    """What is recorded, and until when."""

    def test_the_end_of_a_recording_stands_in_the_record(self, floor: TestFloor) -> None:
        """The switch tells it after the leg's end: the record does not miss it."""
        floor.log_in(CLEO)
        caller = floor.call_in("8002")
        floor.clock.advance(10)
        floor.switch.end(caller)
        floor.clock.advance(1)
        (recording,) = floor.record().recordings
        assert recording.stopped_at is not None

    def test_a_recording_ends_with_its_conversation(self, floor: TestFloor) -> None:
        """Sent on to a queue that does not record, the caller is not recorded there."""
        floor.log_in(CLEO)
        caller = floor.call_in("8002")
        floor.clock.advance(5)
        agent_leg = floor.switch.legs_by_id[caller].bridged_to
        assert agent_leg is not None
        floor.switch.blind_transfer(agent_leg)
        floor.log_in(ANN)
        floor.switch.park_again(caller, "8001", queue="")
        floor.clock.advance(5)
        assert floor.switch.legs_by_id[caller].bridged_to is not None
        assert floor.switch.legs_by_id[caller].recordings == []

    def test_two_conversations_of_a_call_have_a_recording_each(self, floor: TestFloor) -> None:
        """The second does not overwrite the first."""
        floor.log_in(CLEO)
        caller = floor.call_in("8002")
        floor.clock.advance(5)
        agent_leg = floor.switch.legs_by_id[caller].bridged_to
        assert agent_leg is not None
        floor.switch.blind_transfer(agent_leg)
        floor.clock.advance(1)
        floor.switch.park_again(caller, "8002", queue="")
        floor.clock.advance(5)
        paths = [path for _, path in floor.switch.recordings]
        assert len(paths) == len(set(paths)) == 2


class TestAdoption:
    """What another process left."""

    def test_a_waiting_caller_in_silence_gets_music(self, floor: TestFloor) -> None:
        """Parked, answered, nothing played: the adopter plays."""
        caller = floor.call_in()
        floor.clock.advance(1)
        leg = floor.switch.legs_by_id[caller]
        leg.playing = None
        restart(floor)
        assert leg.playing == "local_stream://moh"

    def test_hold_is_counted_in_an_adopted_conversation(self, floor: TestFloor) -> None:
        """The agent's leg is followed too."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        restart(floor)
        agent_leg = floor.switch.legs_by_id[caller].bridged_to
        assert agent_leg is not None
        now = floor.clock.now()
        floor.worker.deliver(LegHeld(node=NODE, at=now, leg_id=agent_leg))
        floor.worker.deliver(LegUnheld(node=NODE, at=Micros(now + 5_000_000), leg_id=agent_leg))
        floor.switch.end(caller)
        settle()
        assert floor.record().hold_seconds == pytest.approx(5)

    def test_a_caller_parked_late_in_a_long_call_is_not_thrown_out_at_once(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Parked unheard after an hour elsewhere: the wait begins now, not with the leg."""
        floor.kill_worker()
        caller = floor.switch.call_in(queue="support")
        snapshot = floor.switch._snapshot
        hour_ago = Micros(floor.clock.now() - 3_600_000_000)
        monkeypatch.setattr(
            floor.switch, "_snapshot", lambda leg: replace(snapshot(leg), created_at=hour_ago)
        )
        floor.worker = floor.start_worker()
        floor.switch.restore_link()
        floor.clock.advance(1)
        assert caller in floor.switch.legs_by_id
        assert floor.position(caller) == 1

    def test_a_caller_we_sent_to_the_fallback_is_not_taken_back(self, floor: TestFloor) -> None:
        """The dialplan took the caller on to voicemail: a new process leaves the leg alone."""
        floor.store.go_down()
        caller = floor.call_in()
        leg = floor.switch.legs_by_id[caller]
        leg.dialled, leg.is_parked, leg.playing = "voicemail", False, None
        floor.store.come_up()
        restart(floor)
        assert not floor.knows(caller)


class TestGreenletsThatMustLive:
    """One odd exception must not end what has to run for ever."""

    def test_the_lease_watch_outlives_a_fault(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An agent whose process died is freed though one look failed."""
        floor.log_in(ANN)
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.switch.end(caller)
        settle()
        restart(floor)
        fail_once(
            monkeypatch,
            floor.store.roster,
            "expired",
            happens=False,
            error=RuntimeError("a bug"),
        )
        floor.clock.advance(60)
        assert floor.agent(ANN).state is AgentState.AVAILABLE

    def test_record_keeping_outlives_a_fault(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A record that could not be appended for an odd reason does not hold up all others."""
        fail_once(
            monkeypatch,
            floor.store.pending_records,
            "append",
            happens=False,
            error=RuntimeError("a bug"),
        )
        first = floor.call_in()
        floor.switch.end(first)
        floor.clock.advance(5)
        second = floor.call_in()
        floor.switch.end(second)
        floor.clock.advance(5)
        assert second in {record.call_id for record in floor.records()}

    def test_record_writing_outlives_a_fault(
        self, floor: TestFloor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A batch that failed for an odd reason is written the next time."""
        written: list[CallRecord] = []

        class Records:
            def write(self, records: Any) -> int:
                written.extend(records)
                return len(records)

        caller = floor.call_in()
        floor.switch.end(caller)
        settle()
        records = Records()
        fail_once(monkeypatch, records, "write", happens=False, error=RuntimeError("a bug"))
        monkeypatch.setattr(record_writing, "WAIT_SECONDS", 0.01)
        writing = record_writing.RecordWriting(floor.site, floor.store.pending_records, records)
        greenlet = spawn("record_writing", writing.run)
        try:
            floor.clock.advance(30)
            assert [record.call_id for record in written] == [caller]
        finally:
            greenlet.kill()


def test_callers_of_a_node_without_a_link_do_not_hold_up_another_nodes() -> None:
    """Ten wait on a node that is cut off; the agent is offered the eleventh, on the other."""
    floor = TestFloor(ROOMY)
    other_node = NodeName("fs2")
    other = FakeSwitch(floor.clock)
    other.node = other_node
    other.deliver_to(lambda event: floor.worker.deliver(replace(event, node=other_node)))
    cast("dict[NodeName, FakeSwitch]", floor.site.switches)[other_node] = other
    for _ in range(10):
        floor.call_in()
    floor.switch.lose_link()
    floor.clock.advance(0.001)
    reachable = other.call_in()
    floor.log_in(ANN)
    floor.clock.advance(1)
    assert floor.agent(ANN).call_id == reachable


def test_the_end_at_every_message_leaves_nobody_stuck() -> None:
    """A caller who hangs up after any number of milliseconds: agent free, one record, no place."""
    for step in range(400):
        floor = TestFloor()
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
        caller = floor.call_in()
        floor.clock.advance(step * 0.001)
        floor.switch.end(caller)
        floor.clock.advance(30)
        assert floor.agent(ANN).state is AgentState.AVAILABLE, step
        assert floor.record().call_id == caller, step
        assert not floor.knows(caller), step
        assert floor.worker.calls_count == 0, step
        assert set(floor.switch.legs_by_id) == set(), step


def test_a_kill_at_every_message_leaves_nobody_stuck() -> None:
    """The process dies at any millisecond and another adopts: one record, agent free."""
    for step in range(0, 400, 2):
        floor = TestFloor()
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
        caller = floor.call_in()
        floor.clock.advance(step * 0.001)
        restart(floor)
        floor.clock.advance(60)
        assert floor.agent(ANN).state is AgentState.TALKING, step
        floor.switch.end(caller)
        floor.clock.advance(30)
        assert floor.agent(ANN).state is AgentState.AVAILABLE, step
        assert floor.record().outcome is CallOutcome.SERVED, step
        assert not floor.knows(caller), step
        assert set(floor.switch.legs_by_id) == set(), step


def test_a_short_loss_of_the_link_at_every_message_leaves_nobody_stuck() -> None:
    """The link is down for a second at any instant: the two talk in the end, one record."""
    for step in range(0, 400, 2):
        floor = TestFloor()
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
        caller = floor.call_in()
        floor.clock.advance(step * 0.001)
        floor.switch.lose_link()
        floor.clock.advance(1)
        floor.switch.restore_link()
        floor.clock.advance(60)
        assert floor.agent(ANN).state is AgentState.TALKING, step
        assert floor.switch.legs_by_id[caller].guarded is None, step
        floor.switch.end(caller)
        floor.clock.advance(30)
        assert floor.agent(ANN).state is AgentState.AVAILABLE, step
        assert floor.record().outcome is CallOutcome.SERVED, step


def assert_nothing_is_left(floor: TestFloor, *callers: LegId, step: object) -> None:
    """All is over: agents free, the floor and the switch empty, a record a call."""
    floor.clock.advance(120)
    assert {agent.state for agent in floor.store.roster.agents()} <= {
        AgentState.AVAILABLE,
        AgentState.LOGGED_OUT,
    }, step
    assert floor.store.waiting_room.calls(NODE) == [], step
    assert sorted(record.call_id for record in floor.records()) == sorted(callers), step
    assert set(floor.switch.legs_by_id) == set(), step
    assert floor.worker.calls_count == 0, step
    assert floor.complaints == [], step


@pytest.mark.parametrize("deaf_seconds", [1, 10])
def test_an_end_while_the_link_is_down_leaves_nobody_stuck(deaf_seconds: float) -> None:
    """The caller hangs up unheard at any instant."""
    for step in range(0, 400, 3):
        floor = TestFloor()
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
        caller = floor.call_in()
        floor.clock.advance(step * 0.001)
        floor.switch.lose_link()
        floor.switch.end(caller)
        floor.clock.advance(deaf_seconds)
        floor.switch.restore_link()
        assert_nothing_is_left(floor, caller, step=step)


def test_an_end_while_no_process_lives_leaves_nobody_stuck() -> None:
    """The process dies, the caller hangs up, another process begins."""
    for step in range(0, 400, 3):
        floor = TestFloor()
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
        caller = floor.call_in()
        floor.clock.advance(step * 0.001)
        floor.kill_worker()
        floor.switch.end(caller)
        floor.clock.advance(1)
        restart(floor)
        assert_nothing_is_left(floor, caller, step=step)


def test_a_short_absence_of_redis_at_every_message_leaves_nobody_stuck() -> None:
    """Three seconds without a floor at any instant of a call's life and end."""
    for step in range(0, 800, 7):
        floor = TestFloor()
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
        caller = floor.call_in()
        floor.clock.after(0.4, lambda floor=floor, caller=caller: floor.switch.end(caller))
        floor.clock.advance(step * 0.001)
        floor.store.go_down()
        floor.clock.advance(3)
        floor.store.come_up()
        assert_nothing_is_left(floor, caller, step=step)


PLAIN = ("call",) * 6 + ("caller ends",) * 4 + ("agent ends",) * 3
STORIES = {
    "plain": PLAIN,
    "transfers": (*PLAIN, *("transfer",) * 3),
    "link": (*PLAIN, *("link",) * 4),
    "link twice": (*PLAIN, *("link",) * 3, *("restored again",) * 2),
    "link and transfers": (*PLAIN, *("link",) * 4, *("transfer",) * 3),
    "kill": (*PLAIN, *("kill",) * 2),
    "redis": (*PLAIN, "redis fails", "redis fails"),
    "everything": (*PLAIN, *("link",) * 3, *("transfer",) * 3, "kill", "redis fails"),
}
PHONES = (Phone(answers_after_seconds=0.1), Phone(), BUSY, SILENT, REFUSING)


def play(  # noqa: C901 - one list of all that may happen
    floor: SlowFloor, act: str, callers: list[LegId], dice: random.Random
) -> None:
    """One thing that happens."""
    switch = floor.switch
    agents = [leg for leg in switch.legs_by_id.values() if not leg.is_inbound]
    talking = [leg for leg in agents if leg.bridged_to]
    match act:
        case "call" if len(callers) < 12:
            queue = dice.choice((SUPPORT, SALES))
            callers.append(switch.call_in(queue=queue))
        case "caller ends" if callers:
            switch.end(dice.choice(callers))
        case "agent ends" if agents:
            switch.end(dice.choice(agents).leg_id)
        case "transfer" if talking:
            caller = switch.blind_transfer(dice.choice(talking).leg_id)
            if dice.random() < 0.6:
                floor.clock.advance(dice.choice((0, 0.01)))
                switch.park_again(caller, "8001", queue=dice.choice((SUPPORT, SALES)))
        case "link" if switch.is_connected:
            switch.lose_link()
        case "link" | "restored again":
            switch.restore_link()
        case "kill":
            restart(floor)
        case "redis fails":
            for store in floor.stores:
                store.fault_share = dice.choice((0.0, 0.05))


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("seeds", [range(25), range(25, 50)], ids=str)
def test_no_story_leaves_anybody_stuck(story: str, seeds: range) -> None:
    """Whatever happens: agents free, floor and switch empty, a record a call we heard of."""
    for seed in seeds:
        dice = random.Random(seed)
        floor = SlowFloor(dice)
        for agent_id in (ANN, BOB, CLEO):
            floor.log_in(agent_id, phone=dice.choice(PHONES))
        callers: list[LegId] = []
        for _ in range(dice.randint(5, 40)):
            floor.clock.advance(dice.choice((0.001, 0.01, 0.02, 0.05, 0.3, 1, 3)))
            play(floor, dice.choice(STORIES[story]), callers, dice)
        for store in floor.stores:
            store.fault_share = 0.0
        if not floor.switch.is_connected:
            floor.switch.restore_link()
        for caller in callers:
            floor.clock.advance(dice.choice((0, 0.02, 0.5)))
            floor.switch.end(caller)
        floor.clock.advance(150)
        told = f"{story}, seed {seed}"
        states = {agent.state for agent in floor.store.roster.agents()}
        assert states == {AgentState.AVAILABLE}, told
        assert floor.store.waiting_room.calls(NODE) == [], told
        assert floor.worker.calls_count == 0, told
        assert set(floor.switch.legs_by_id) == set(), told
        heard_of = {fact.call_id for fact in floor.told(CallArrived)}
        assert heard_of <= {record.call_id for record in floor.records()}, told
        for record in floor.records():
            assert all(offer.ended_at for offer in record.offers), told
            assert all(visit.left_at for visit in record.visits), told
