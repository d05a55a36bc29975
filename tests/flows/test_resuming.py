"""Callers who are cut off and ring back resume their place."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain.events import CallerJoined
from callcore.domain.ids import LegId
from callcore.domain.policies import NumberRoute
from callcore.ports.stores import Joined, Joining
from tests.fakes.clock import settle
from tests.flows.floor import ANN, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.stories import arrive, come, line, move, place, queue_of, raise_to, record_of


class TestResuming:
    """A caller who was cut off rings back."""

    POLICY = queue_of(resume_within_seconds=60)
    NUMBER = "+48600700800"

    def dropped(
        self, floor: TestFloor, number: str = NUMBER, **variables: str
    ) -> tuple[LegId, LegId]:
        """One who is cut off after half a minute, and one who came right behind."""
        gone = arrive(floor, number=number, **variables)
        behind = floor.call_in()
        floor.clock.advance(30)
        floor.switch.end(gone)
        settle()
        return gone, behind

    @pytest.mark.parametrize("number", [NUMBER, "0048600700800", "+48 600-700-800"])
    def test_in_time_the_old_place_is_theirs(self, number: str) -> None:
        """However the number is written this time; the record says it was resumed."""
        floor = TestFloor(self.POLICY)
        gone, behind = self.dropped(floor)
        floor.clock.advance(59)
        back = floor.call_in(number=number)
        assert line(floor, back, behind) == [1, 2]
        first_joined_at = place(floor, back).first_joined_at
        floor.switch.end(back)
        settle()
        record = record_of(floor, back)
        assert record.visits[0].is_resumed
        assert [fact.is_resumed for fact in floor.told(CallerJoined)] == [False, False, True]
        assert first_joined_at == record_of(floor, gone).visits[0].joined_at
        assert record.wait_seconds == pytest.approx(0, abs=0.01)

    def test_too_late_it_is_gone(self) -> None:
        """A minute and a second: at the end of the line."""
        floor = TestFloor(self.POLICY)
        _, behind = self.dropped(floor)
        floor.clock.advance(60.01)
        back = floor.call_in(number=self.NUMBER)
        assert line(floor, behind, back) == [1, 2]

    @pytest.mark.parametrize("number", ["anonymous", "0000000000", "266696687", "Unknown"])
    def test_withheld_numbers_are_nobodys(self, number: str) -> None:
        """Two callers without a number are not one."""
        floor = TestFloor(self.POLICY)
        _, behind = self.dropped(floor, number=number)
        back = floor.call_in(number=number)
        assert line(floor, behind, back) == [1, 2]

    def test_of_two_calls_only_one_resumes(self) -> None:
        """A company's two phones with one number: the second one stands in line."""
        floor = TestFloor(self.POLICY)
        _, behind = self.dropped(floor)
        first, second = (floor.call_in(number=self.NUMBER) for _ in range(2))
        assert line(floor, first, behind, second) == [1, 2, 3]

    def test_of_two_calls_in_the_same_instant_only_one_resumes(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Both saw the place at the door; the one who is late has nothing of it, not even the
        priority.
        """
        floor = TestFloor(self.POLICY)
        _, behind = self.dropped(floor, own_priority="5")
        room = floor.store.waiting_room
        real = room.join
        quick: list[LegId] = []

        def join_after_another(joining: Joining, request_id: str) -> Joined:
            if not quick:
                quick.append(floor.switch.call_in(number=self.NUMBER))
                settle()
            return real(joining, request_id)

        monkeypatch.setattr(room, "join", join_after_another)
        late = floor.switch.call_in(number=self.NUMBER)
        floor.clock.advance(0.1)
        assert line(floor, quick[0], behind, late) == [1, 2, 3]
        assert place(floor, late).own_priority == 0
        floor.switch.end(late)
        settle()
        assert not record_of(floor, late).visits[0].is_resumed

    def test_who_was_raised_by_an_operator_is_still_raised(self) -> None:
        """The place is that of the raised caller."""
        floor = TestFloor(self.POLICY)
        first = floor.call_in()
        raised = floor.call_in(number=self.NUMBER)
        raise_to(floor, raised, 7)
        floor.switch.end(raised)
        settle()
        back = floor.call_in(number=self.NUMBER)
        assert line(floor, back, first) == [1, 2]
        assert place(floor, back).own_priority == 7

    def test_a_better_number_dialled_now_counts_too(self) -> None:
        """The higher of both priorities, not their sum."""
        numbers = {**ROOMY.numbers, "9001": NumberRoute(queue=SUPPORT, priority=3)}
        floor = TestFloor(replace(self.POLICY, numbers=numbers))
        self.dropped(floor, own_priority="2")
        assert place(floor, floor.call_in("9001", number=self.NUMBER)).own_priority == 3

    def test_a_full_queue_lets_them_back_in(self) -> None:
        """It was their place."""
        floor = TestFloor(queue_of(policy=self.POLICY, maximum_waiting=2))
        self.dropped(floor)
        floor.call_in()
        assert floor.knows(floor.call_in(number=self.NUMBER))
        assert not floor.knows(floor.call_in(number="+48111"))

    def test_a_closed_queue_does_not(self) -> None:
        """A place in a queue is nothing while it is closed."""
        floor = TestFloor(self.POLICY)
        self.dropped(floor)
        floor.worker.operating.close_queue(SUPPORT, until=None, reason="", by="eve")
        assert not floor.knows(floor.call_in(number=self.NUMBER))

    def test_who_was_sent_away_or_served_has_no_place_to_resume(self) -> None:
        """Only one who hung up while waiting was cut off."""
        floor = TestFloor(queue_of(policy=self.POLICY, maximum_wait_seconds=20))
        floor.call_in(number=self.NUMBER)
        floor.clock.advance(10)
        behind = floor.call_in()
        floor.clock.advance(11)
        back = floor.call_in(number=self.NUMBER)
        assert line(floor, behind, back) == [1, 2]

    def test_cut_off_while_a_phone_rings(self) -> None:
        """A place all the same."""
        floor = TestFloor(self.POLICY)
        come(floor, ANN)
        gone = floor.call_in(number=self.NUMBER)
        behind = floor.call_in()
        floor.clock.advance(1)
        floor.switch.end(gone)
        settle()
        assert floor.agent(ANN).call_id == behind
        third = floor.call_in()
        back = floor.call_in(number=self.NUMBER)
        assert line(floor, back, third) == [1, 3]

    def test_the_place_is_of_that_queue(self) -> None:
        """In another queue the caller is new."""
        floor = TestFloor(queue_of(SALES, policy=self.POLICY, resume_within_seconds=60))
        self.dropped(floor)
        other = floor.call_in("8002")
        back = floor.call_in("8002", number=self.NUMBER)
        assert line(floor, other, back, queue=SALES) == [1, 2]

    def test_a_move_leaves_a_dropped_place_where_it_is(self) -> None:
        """Moved by an operator: neither its priority nor its wait, nor past a full queue."""
        policy = queue_of(SALES, policy=self.POLICY, resume_within_seconds=600, maximum_waiting=2)
        floor = TestFloor(policy)
        gone = arrive(floor, "8002", number=self.NUMBER, own_priority="9")
        floor.clock.advance(5)
        floor.switch.end(gone)
        settle()
        floor.call_in("8002")
        other = floor.call_in(number=self.NUMBER)
        move(floor, other, SALES)
        assert place(floor, other).priority == 0
        back = floor.call_in("8002", number=self.NUMBER)
        assert line(floor, back, queue=SALES) == [1]
