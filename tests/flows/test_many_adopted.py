"""A worker dies with many calls, and every question to the switch and to Redis takes its time."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.domain.events import CallArrived, CallTakenOver, SelfHealed, ShardsTakenOver
from callcore.domain.ids import CallId, LegId
from callcore.domain.outcomes import HungUpBy, LeaveReason
from callcore.domain.policies import SitePolicy
from callcore.ports.stores import StoreUnavailableError
from callcore.ports.telephony import CommandTimedOutError
from tests.fakes.switch import NODE, Phone
from tests.flows.floor import ANN
from tests.flows.many_workers import Process, WorkersFloor
from tests.flows.stories import line_of, queue_of
from tests.flows.worker_scenes import everything, play_to_the_end

QUICK = Phone(answers_after_seconds=0.1)
ANSWER_SECONDS = 0.05
CALLERS_COUNT = 60


def roomy() -> SitePolicy:
    """Everybody may wait."""
    return queue_of(policy=everything(), maximum_waiting=200)


def slow(process: Process, monkeypatch: pytest.MonkeyPatch) -> list[LegId]:
    """The process waits for each answer about one leg; the legs it has asked about."""
    switch, asked = process.switches[NODE], list[LegId]()
    exists = switch.leg_exists

    def slow_exists(leg_id: LegId) -> bool:
        asked.append(leg_id)
        process.life.sleep(ANSWER_SECONDS)
        return exists(leg_id)

    monkeypatch.setattr(switch, "leg_exists", slow_exists)
    return asked


def adopted(process: Process) -> list[CallId]:
    """The calls it has taken over, in their order."""
    return [
        fact.call_id for fact in process.facts if isinstance(fact, CallArrived) and fact.is_adopted
    ]


def guarded(process: Process) -> set[LegId]:
    """The callers whose dead man's switches it has wound up."""
    return {leg for word, leg in process.switches[NODE].commands if word == "guard"}


class TestManyCallers:
    """All of them wait at the same time."""

    def test_they_are_taken_over_side_by_side(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """One after the other it would take twenty times as long."""
        floor = WorkersFloor("1", "2", site=roomy())
        one, two = floor.processes
        callers = [floor.call_to(one) for _ in range(CALLERS_COUNT)]
        floor.clock.advance(5)
        slow(two, monkeypatch)
        floor.pause_share = 1.0
        floor.kill(one)
        assert all(two.follows(caller) for caller in callers)
        took = max(fact.seconds for fact in two.facts if isinstance(fact, ShardsTakenOver))
        assert took < CALLERS_COUNT * 2 * ANSWER_SECONDS / 8
        floor.pause_share = 0.0
        play_to_the_end(floor)

    def test_nobody_is_given_up_before_all_are_taken_over(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """While Redis does not say what was with them, the switch is told that they are cared for:
        at once, and once.
        """
        floor = WorkersFloor("1", "2", site=roomy())
        one, two = floor.processes
        callers = [floor.call_to(one) for _ in range(10)]
        menu = floor.call_to(one, "9000")
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(5)
        (talking,) = [leg for leg in callers if line_of(floor, leg).bridged_to is not None]
        room = two.site.waiting_room
        is_away = [True]

        def calls(*args: Any) -> Any:
            if is_away[0]:
                raise StoreUnavailableError("calls")
            return floor.store.waiting_room.calls(*args)

        monkeypatch.setattr(type(room), "calls", staticmethod(calls), raising=False)
        floor.kill(one)
        floor.clock.advance(2)
        assert adopted(two) == []
        assert guarded(two) == {*callers, menu} - {talking}
        winds = [leg for word, leg in two.switches[NODE].commands if word == "guard"]
        assert len(winds) == len(set(winds))
        is_away[0] = False
        floor.clock.advance(1)
        assert set(adopted(two)) == {*map(CallId, callers), CallId(menu)}
        play_to_the_end(floor)

    def test_who_waits_and_who_talks_comes_first(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Then who is in a menu; what has ended comes last."""
        floor = WorkersFloor("1", "2", site=roomy())
        one, two = floor.processes
        menus = [floor.call_to(one, "9000") for _ in range(20)]
        gone = [floor.call_to(one) for _ in range(5)]
        waiting = [floor.call_to(one) for _ in range(20)]
        floor.log_in(ANN, phone=QUICK)
        floor.clock.advance(3)
        slow(two, monkeypatch)
        one.kill()
        for leg_id in gone:
            floor.switch.end(leg_id)
        floor.kill(one)
        order = adopted(two)
        assert set(order[:20]) == set(map(CallId, waiting))
        assert set(order[20:]) == set(map(CallId, menus))
        closed = [
            two.facts.index(fact)
            for fact in two.facts
            if isinstance(fact, SelfHealed) and fact.reason == "ended_unheard"
        ]
        last = [fact for fact in two.facts if isinstance(fact, CallArrived)][-1]
        assert len(closed) == 5
        assert min(closed) > two.facts.index(last)
        play_to_the_end(floor)

    def test_a_fault_in_between_costs_only_what_is_left(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Who is followed by then is not asked about again: twice is enough for each."""
        floor = WorkersFloor("1", "2", site=roomy())
        one, two = floor.processes
        callers = [floor.call_to(one) for _ in range(30)]
        floor.clock.advance(5)
        asked = slow(two, monkeypatch)
        switch = two.switches[NODE]
        exists, faults = switch.leg_exists, [callers[20]]

        def faulty(leg_id: LegId) -> bool:
            found = exists(leg_id)
            if leg_id in faults:
                faults.remove(leg_id)
                raise CommandTimedOutError("no answer")
            return found

        monkeypatch.setattr(switch, "leg_exists", faulty)
        floor.kill(one)
        floor.clock.advance(2)
        assert set(adopted(two)) == set(map(CallId, callers))
        assert len(adopted(two)) == len(callers)
        assert [leg for leg in callers if asked.count(leg) > 2] == [callers[20]]
        play_to_the_end(floor)


class TestNews:
    """What operators are told of calls that change hands."""

    def test_a_call_that_was_handed_over_is_no_trouble(self) -> None:
        """A newcomer gets its share: each call is told, and nothing was healed."""
        floor = WorkersFloor("1", site=roomy())
        (one,) = floor.processes
        floor.log_in(ANN, phone=Phone(answers_after_seconds=3.0))
        callers = [floor.call_in(digit=digit) for digit in "0123456789abcdef"]
        floor.clock.advance(1)
        two = floor.begin("2")
        floor.share()
        given = [caller for caller in callers if two.follows(caller)]
        assert len(given) == 8
        told = [fact for fact in two.facts if isinstance(fact, CallTakenOver)]
        assert {fact.call_id for fact in told} == set(map(CallId, given))
        assert {fact.node for fact in told} == {NODE}
        assert floor.told(SelfHealed) == []
        floor.kill(one)
        healed = {fact.subject for fact in floor.told(SelfHealed) if fact.what == "call"}
        assert healed == set(callers) - set(given)
        play_to_the_end(floor)


class TestHungUpUnheard:
    """A caller leaves while nobody follows the call."""

    def test_who_hung_up_is_not_said_to_be_lost(self) -> None:
        """The switch runs as it did when they came: they left, and who ended it is not known."""
        floor = WorkersFloor("1", "2", site=roomy())
        one, _ = floor.processes
        caller = floor.call_to(one)
        floor.clock.advance(5)
        one.kill()
        floor.switch.end(caller)
        floor.kill(one)
        record = floor.kept()[CallId(caller)]
        assert record.visits[0].leave_reason is LeaveReason.ABANDONED
        assert record.hung_up_by is HungUpBy.UNKNOWN
        play_to_the_end(floor)

    def test_a_successor_knows_too(self) -> None:
        """All processes have died: the marks on the switch say how old it is at least."""
        floor = WorkersFloor("1", site=roomy())
        (one,) = floor.processes
        caller = floor.call_to(one)
        floor.clock.advance(5)
        one.kill()
        floor.switch.end(caller)
        floor.clock.advance(3)
        floor.begin("1")
        floor.clock.advance(3)
        assert floor.kept()[CallId(caller)].visits[0].leave_reason is LeaveReason.ABANDONED
        play_to_the_end(floor)

    @pytest.mark.parametrize("is_seen", [True, False])
    def test_a_switch_that_was_restarted_has_lost_them(self, *, is_seen: bool) -> None:
        """Whether a worker was there to see it, or all were dead."""
        floor = WorkersFloor("1", "2", site=roomy())
        one, two = floor.processes
        caller = floor.call_to(one)
        floor.clock.advance(5)
        one.kill()
        if is_seen:
            two.switches[NODE].restore_link(is_restarted=True)
        else:
            two.kill()
            floor.switch.restore_link(is_restarted=True)
            floor.begin("1")
        floor.clock.advance(5)
        record = floor.kept()[CallId(caller)]
        assert record.visits[0].leave_reason is LeaveReason.SWITCH_LOST
