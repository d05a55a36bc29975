"""Callers who are moved to another queue, and what must not follow them there."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from callcore.domain.agents import AgentState
from callcore.domain.events import CallerLeft
from callcore.domain.hours import OpeningHours
from callcore.domain.ids import CallId
from callcore.domain.outcomes import CallOutcome, LeaveReason
from callcore.domain.policies import AnswerWhen, AtClosing, UnansweredPolicy, UnansweredThen
from callcore.domain.treatments import OverflowReason, ToQueue
from callcore.ports.operations import MoveRefusedError, NotWaitingError
from callcore.ports.stores import Reservation, ReserveAnswer
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import settle
from tests.flows.faults import fail_once
from tests.flows.floor import ANN, CLEO, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.operators import ASKS
from tests.flows.slow_floor import SlowFloor
from tests.flows.stories import (
    agent_of,
    arrive,
    come,
    done_to,
    line,
    log_in,
    place,
    queue_of,
    record_of,
    rung,
    visits_of,
    who_talks_with,
)


class TestMoving:
    """To another queue, with the wait so far."""

    def test_the_wait_comes_along(self) -> None:
        """Ahead of who came to the other queue later; one call, two visits, one record."""
        floor = TestFloor(ROOMY)
        caller = floor.call_in()
        floor.clock.advance(30)
        other = floor.call_in("8002")
        floor.clock.advance(10)
        floor.worker.operating.move(CallId(caller), SALES, by="eve")
        settle()
        assert line(floor, caller, other, queue=SALES) == [1, 2]
        assert line(floor, caller) == [None]
        come(floor, CLEO)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == CLEO
        floor.switch.end(caller)
        settle()
        record = record_of(floor, caller)
        assert visits_of(record) == [("support", "moved"), ("sales", "picked_up")]
        assert record.visits[0].treatment == "queue:sales"
        assert record.outcome is CallOutcome.SERVED
        assert record.wait_seconds == pytest.approx(42.1, abs=0.2)

    def test_a_free_agent_of_the_other_queue_is_rung_at_once(self) -> None:
        """Moved to where somebody is idle."""
        floor = TestFloor(agent_of(CLEO, ROOMY, queues=(SALES,)))
        come(floor, CLEO)
        caller = floor.call_in()
        floor.clock.advance(5)
        assert rung(floor) == []
        floor.worker.operating.move(CallId(caller), SALES, by="eve")
        settle()
        assert floor.agent(CLEO).call_id == caller

    def test_music_and_guard_are_those_of_the_other_queue(self) -> None:
        """What the caller hears, and what an adopter would find."""
        floor = TestFloor(queue_of(SALES, music="local_stream://sales"))
        caller = floor.call_in()
        floor.clock.advance(1)
        floor.worker.operating.move(CallId(caller), SALES, by="eve")
        floor.clock.advance(0.1)
        leg = floor.switch.legs_by_id[caller]
        assert leg.playing == "local_stream://sales"
        assert leg.variables["callcore_waits_in"] == SALES
        floor.clock.advance(130)
        assert leg.dialled == "8001"

    def test_a_full_queue_is_refused_and_the_place_kept(self) -> None:
        """Which limit is said."""
        floor = TestFloor(queue_of(SALES, maximum_waiting=1))
        floor.call_in("8002")
        first, second = floor.call_in(), floor.call_in()
        with pytest.raises(MoveRefusedError, match="sales"):
            floor.worker.operating.move(CallId(first), SALES, by="eve")
        assert line(floor, first, second) == [1, 2]
        come(floor, ANN)
        floor.clock.advance(3)
        assert who_talks_with(floor, first) == ANN

    @pytest.mark.parametrize("how", ["hours", "command"])
    def test_a_closed_queue_is_refused(self, how: str) -> None:
        """By its hours or by command: the place is kept."""
        hours = OpeningHours(name="never", timezone="UTC", week={})
        floor = TestFloor(queue_of(SALES, hours=hours) if how == "hours" else ROOMY)
        if how == "command":
            floor.worker.operating.close_queue(SALES, until=None, reason="", by="eve")
        caller = floor.call_in()
        with pytest.raises(MoveRefusedError, match="closed"):
            floor.worker.operating.move(CallId(caller), SALES, by="eve")
        assert line(floor, caller) == [1]

    def test_a_refused_move_changes_nothing_of_the_caller(self) -> None:
        """Priority, music and clock are as before."""
        policy = queue_of(SALES, maximum_waiting=1, resume_within_seconds=600)
        floor = TestFloor(queue_of(policy=policy, maximum_wait_seconds=100))
        floor.call_in("8002", number="+4811")
        caller = floor.call_in()
        before = place(floor, caller)
        played = done_to(floor, caller).count("play_endlessly")
        floor.clock.advance(50)
        with pytest.raises(MoveRefusedError):
            floor.worker.operating.move(CallId(caller), SALES, by="eve")
        floor.clock.advance(49)
        assert replace(place(floor, caller), announcements_count=0) == before
        assert done_to(floor, caller).count("play_endlessly") == played
        floor.clock.advance(2)
        assert not floor.knows(caller)

    def test_while_an_agents_phone_rings_it_is_refused(self) -> None:
        """The agent who picks up gets the caller."""
        floor = TestFloor(ROOMY)
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(1)
        with pytest.raises(NotWaitingError, match="ask again"):
            floor.worker.operating.move(CallId(caller), SALES, by="eve")
        floor.clock.advance(2)
        assert who_talks_with(floor, caller) == ANN

    def test_twice_and_back(self) -> None:
        """The wait is counted from the first joining each time, and once in the record."""
        floor = TestFloor(ROOMY)
        caller = floor.call_in()
        for seconds, queue in ((10, SALES), (20, SUPPORT), (30, SALES)):
            floor.clock.advance(seconds)
            floor.worker.operating.move(CallId(caller), queue, by="eve")
            settle()
        assert place(floor, caller).first_joined_at == place(floor, caller).arrived_at
        floor.clock.advance(40)
        floor.switch.end(caller)
        settle()
        record = record_of(floor, caller)
        assert visits_of(record) == [
            ("support", "moved"),
            ("sales", "moved"),
            ("support", "moved"),
            ("sales", "abandoned"),
        ]
        assert record.wait_seconds == pytest.approx(100, abs=0.1)
        assert record.outcome is CallOutcome.ABANDONED

    def test_the_longest_wait_counts_from_the_move(self) -> None:
        """As long as the other queue allows, from coming there."""
        policy = queue_of(SALES, policy=queue_of(maximum_wait_seconds=100), maximum_wait_seconds=60)
        floor = TestFloor(policy)
        caller = floor.call_in()
        floor.clock.advance(90)
        floor.worker.operating.move(CallId(caller), SALES, by="eve")
        floor.clock.advance(59.9)
        assert floor.knows(caller)
        floor.clock.advance(0.2)
        assert not floor.knows(caller)
        (_, left) = floor.told(CallerLeft)
        assert (left.queue, left.reason) == (SALES, LeaveReason.MAXIMUM_WAIT)

    def test_an_adopter_finds_the_caller_in_the_other_queue(self) -> None:
        """Killed right after the move, before another word."""
        floor = TestFloor(ROOMY)
        caller = floor.call_in()
        floor.clock.advance(30)
        floor.worker.operating.move(CallId(caller), SALES, by="eve")
        floor.restart()
        assert line(floor, caller, queue=SALES) == [1]
        come(floor, CLEO)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == CLEO

    @pytest.mark.parametrize("happens", [False, True])
    def test_a_move_that_was_not_heard_of(
        self, monkeypatch: pytest.MonkeyPatch, *, happens: bool
    ) -> None:
        """Refused, and so it is: the caller is where everybody believes and can be served."""
        floor = TestFloor(ROOMY)
        caller = floor.call_in()
        fail_once(monkeypatch, floor.store.waiting_room, "move", happens=happens)
        with pytest.raises(MoveRefusedError):
            floor.worker.operating.move(CallId(caller), SALES, by="eve")
        floor.clock.advance(5)
        assert line(floor, caller) == [1]
        come(floor, ANN)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == ANN

    def test_skills_and_priority_come_along(self) -> None:
        """They are the caller's."""
        floor = TestFloor(queue_of(SALES, priority=10))
        caller = arrive(floor, own_priority="2", skills="russian")
        floor.worker.operating.move(CallId(caller), SALES, by="eve")
        settle()
        call = place(floor, caller)
        assert (call.priority, call.own_priority, call.skills) == (12, 2, ("russian",))


class TestNothingIsLeftOver:
    """What was meant for one visit is not taken for the next one's."""

    def test_two_ends_in_the_same_instant_end_one_visit(self) -> None:
        """The longest wait and the longest time unanswered are the same: one of them counts, and
        the next queue begins anew.
        """
        reasons = (OverflowReason.MAXIMUM_WAIT, OverflowReason.UNANSWERED_TOO_LONG)
        unanswered = UnansweredPolicy(limit_seconds=60, then=UnansweredThen.OVERFLOW)
        policy = queue_of(
            maximum_wait_seconds=60,
            answer=AnswerWhen.AT_PICK_UP,
            unanswered=unanswered,
            overflow=dict.fromkeys(reasons, ToQueue(queue=SALES)),
        )
        patient = replace(unanswered, limit_seconds=600)
        policy = queue_of(SALES, policy=policy, answer=AnswerWhen.AT_PICK_UP, unanswered=patient)
        for seed in range(20):
            floor = SlowFloor(random.Random(seed), policy)
            caller = floor.call_in()
            floor.clock.advance(65)
            assert line(floor, caller, queue=SALES) == [1], seed

    def test_a_queue_that_closes_twice_sends_its_callers_on_once(self) -> None:
        """Looked at by command and by the clock in the same instant."""
        policy = queue_of(
            at_closing=AtClosing.OVERFLOW,
            overflow={OverflowReason.CLOSED: ToQueue(queue=SALES)},
        )
        floor = TestFloor(policy)
        caller = floor.call_in()
        floor.worker.operating.close_queue(SUPPORT, until=None, reason="", by="eve")
        floor.worker.service.queue_watch.look([SUPPORT])
        floor.clock.advance(1)
        assert line(floor, caller, queue=SALES) == [1]

    def test_an_agent_reserved_for_the_place_that_was_left_is_let_go(self) -> None:
        """Reserved behind the word that the caller leaves: not rung for the next queue."""
        policy = queue_of(overflow={OverflowReason.WITHDRAWN: ToQueue(queue=SALES)})
        floor = TestFloor(policy)
        caller = floor.call_in()
        spawn("operator", ASKS["withdraw"], floor, CallId(caller))
        spawn("agent", log_in, floor, ANN)
        floor.clock.advance(1)
        assert line(floor, caller, queue=SALES) == [1]
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert rung(floor) == []

    def test_an_agent_whose_reservation_took_so_long_is_let_go(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The caller is in the next queue by the time the floor has answered."""
        policy = queue_of(overflow={OverflowReason.WITHDRAWN: ToQueue(queue=SALES)})
        floor = TestFloor(policy)
        caller = floor.call_in()
        real = floor.store.roster.reserve

        def reserve(reservation: Reservation) -> ReserveAnswer:
            answer = real(reservation)
            spawn("operator", ASKS["withdraw"], floor, CallId(caller))
            settle()
            settle()
            return answer

        with monkeypatch.context() as patch:
            patch.setattr(floor.store.roster, "reserve", reserve)
            come(floor, ANN)
            floor.clock.advance(1)
        assert line(floor, caller, queue=SALES) == [1]
        assert floor.agent(ANN).state is AgentState.AVAILABLE
        assert rung(floor) == []
        come(floor, CLEO)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == CLEO
