"""What queues learn of their agents and callers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from callcore.domain import estimates
from callcore.domain.estimates import Wait
from callcore.domain.events import LimitChanged
from callcore.domain.ids import AgentId, LegId
from tests.fakes.switch import SILENT
from tests.flows.callbacks import CallbackFloor
from tests.flows.estimating import learnt
from tests.flows.floor import ANN, CLEO, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.stories import (
    agent_of,
    come,
    end_talk,
    leg_of,
    move,
    queue_of,
    raise_to,
    start_break,
    who_talks_with,
)
from tests.flows.test_duty import EXTEND, LOG_IN, READY, change

Lessons = list[dict[str, Any]]
Record = Callable[[str], Lessons]


@pytest.fixture
def lessons(monkeypatch: pytest.MonkeyPatch) -> Record:
    """With what the lessons of a kind are made from now on; they stay what they are."""

    def record(kind: str) -> Lessons:
        given: Lessons = []
        make = getattr(estimates, kind)

        def made(*seconds: float, **what: Any) -> Any:
            given.append({**({"seconds": seconds[0]} if seconds else {}), **what})
            return make(*seconds, **what)

        monkeypatch.setattr(estimates, kind, made)
        return given

    return record


def served(floor: TestFloor, agent_id: AgentId = ANN, *, talk_seconds: float = 20.0) -> LegId:
    """A caller who has just hung up after a talk of about that length."""
    caller = floor.call_in()
    floor.clock.advance(2.5)
    assert who_talks_with(floor, caller) == agent_id
    floor.clock.advance(talk_seconds)
    end_talk(floor, agent_id)
    return caller


class TestService:
    """From being reserved to being free again."""

    def test_ringing_and_wrapping_up_are_part_of_it(self, lessons: Record) -> None:
        """And it is told how long the answer took, and of what priority the caller was."""
        given = lessons("of_service")
        floor = TestFloor(queue_of(priority=3))
        come(floor, ANN)
        served(floor)
        assert given == []
        floor.clock.advance(10.1)
        (lesson,) = given
        assert lesson["seconds"] == pytest.approx(2.5 + 20 + 10, abs=0.05)
        assert lesson["answer_seconds"] == pytest.approx(2.04, abs=0.05)
        assert lesson["priority"] == 0

    def test_the_priority_is_the_callers_own(self, lessons: Record) -> None:
        """That which an operator gave, without the queue's and what was gained by waiting."""
        given = lessons("of_service")
        floor = TestFloor(agent_of(ANN, ROOMY, wrap_up_seconds=0.0))
        raise_to(floor, floor.call_in(), 40)
        come(floor, ANN)
        floor.clock.advance(5)
        end_talk(floor, ANN)
        assert [lesson["priority"] for lesson in given] == [40]

    def test_a_wrap_up_counts_as_long_as_it_lasted(self, lessons: Record) -> None:
        """Ended early, extended, or cut short by a break: not as long as it should have been."""
        given = lessons("of_service")
        floor = TestFloor(queue_of(longest_wrap_up_seconds=300))
        come(floor, ANN)
        served(floor)
        floor.clock.advance(4)
        change(floor, READY)
        served(floor)
        change(floor, EXTEND, seconds=60)
        floor.clock.advance(71)
        served(floor)
        floor.clock.advance(2)
        start_break(floor, ANN)
        assert [lesson["seconds"] for lesson in given] == [
            pytest.approx(22.5 + wrap_up, abs=0.05) for wrap_up in (4, 70, 2)
        ]

    def test_whoever_ends_it_knows(self, lessons: Record) -> None:
        """The process that began the talk has died."""
        given = lessons("of_service")
        floor = TestFloor()
        come(floor, ANN)
        served(floor)
        floor.clock.advance(3)
        floor.restart()
        floor.clock.advance(60)
        (lesson,) = given
        assert lesson["seconds"] > 2.5 + 20 + 10
        assert lesson["answer_seconds"] == pytest.approx(2.04, abs=0.05)

    def test_a_floor_that_was_away_kept_nobody(self, lessons: Record) -> None:
        """The talk ended long before it could be told."""
        given = lessons("of_service")
        floor = TestFloor(agent_of(ANN, ROOMY, wrap_up_seconds=0.0))
        come(floor, ANN)
        floor.call_in()
        floor.clock.advance(22.5)
        leg_id = leg_of(floor, ANN)
        floor.store.go_down()
        floor.switch.end(leg_id)
        floor.clock.advance(500)
        floor.store.come_up()
        floor.clock.advance(5)
        (lesson,) = given
        assert lesson["seconds"] == pytest.approx(22.5, abs=1.5)


class TestLostOffers:
    """They keep agents in vain."""

    def test_a_phone_that_nobody_picks_up(self, lessons: Record) -> None:
        """As long as it rings, and as long as the agent is not asked after it."""
        given = lessons("of_lost_offer")
        floor = TestFloor()
        floor.switch.phones[floor.policy.agents[ANN].contact] = SILENT
        come(floor, ANN)
        floor.call_in()
        floor.clock.advance(15.5)
        assert [lesson["seconds"] for lesson in given] == [pytest.approx(15 + 8, abs=0.1)]

    def test_a_caller_who_hangs_up_meanwhile(self, lessons: Record) -> None:
        """The agent may be asked at once."""
        given = lessons("of_lost_offer")
        floor = TestFloor()
        floor.switch.phones[floor.policy.agents[ANN].contact] = SILENT
        come(floor, ANN)
        caller = floor.call_in()
        floor.clock.advance(7)
        floor.switch.end(caller)
        floor.clock.advance(1)
        assert [lesson["seconds"] for lesson in given] == [pytest.approx(7, abs=0.1)]


class TestSharing:
    """Of the time of agents who serve several queues."""

    def test_queues_in_which_somebody_waited_learn_of_it(self, lessons: Record) -> None:
        """Cleo takes the caller who came first: both queues learn, in one step; then only one has
        anybody waiting.
        """
        given = lessons("of_sharing")
        steps: list[set[str]] = []
        floor = TestFloor()
        room = floor.store.waiting_room
        learn_all = room.learn_all
        room.learn_all = lambda lessons: (steps.append(set(lessons)), learn_all(lessons))[1]
        floor.call_in()
        floor.clock.advance(1)
        floor.call_in("8002")
        come(floor, CLEO)
        floor.clock.advance(5)
        assert sorted(lesson["is_here"] for lesson in given) == [False, True]
        assert {SUPPORT, SALES} in steps
        end_talk(floor, CLEO)
        floor.clock.advance(20)
        assert [lesson["is_here"] for lesson in given[2:]] == [True]

    def test_queues_where_the_agent_is_not_now_do_not(self, lessons: Record) -> None:
        """Cleo chose one of hers."""
        given = lessons("of_sharing")
        floor = TestFloor()
        floor.call_in()
        change(floor, LOG_IN, CLEO, queues=(SUPPORT,))
        floor.clock.advance(5)
        assert given == []

    def test_the_share_comes_into_the_estimate(self) -> None:
        """Cleo is all for support, or all for sales."""
        for is_here in (True, False):
            floor = TestFloor()
            come(floor, CLEO)
            before = floor.site.presence.staffing(SUPPORT)
            assert (before.whole_count, before.shared_count) == (0, 1)
            for _ in range(60):
                lesson = estimates.of_sharing(is_here=is_here)
                floor.store.waiting_room.learn(SUPPORT, lesson)
            rates = floor.store.waiting_room.door(SUPPORT).rates
            assert rates.share is not None
            agents = before.effective_agents(1, rates.share)
            assert agents is not None
            assert (agents > 0.5) is is_here


class TestWaits:
    """How long callers and callbacks stay in the queue."""

    def test_each_is_told_with_its_end(self, lessons: Record) -> None:
        """Served, abandoned, and neither."""
        given = lessons("of_wait")
        floor = TestFloor()
        gone, moved, kept = floor.call_in(), floor.call_in(), floor.call_in()
        floor.clock.advance(20)
        floor.switch.end(gone)
        move(floor, moved, SALES)
        floor.clock.advance(10)
        come(floor, ANN)
        floor.clock.advance(3)
        assert who_talks_with(floor, kept) == ANN
        told = [(one["is_served"], one["is_abandoned"], one["is_callback"]) for one in given]
        assert told == [(False, True, False), (False, False, False), (True, False, False)]
        assert [round(one["seconds"]) for one in given] == [20, 20, 32]

    def test_what_was_expected_at_the_door_is_told_with_it(self, lessons: Record) -> None:
        """The very estimate; of who found a free agent, or of whom nothing was known, none."""
        given = lessons("of_wait")
        floor = TestFloor(agent_of(ANN, ROOMY, wrap_up_seconds=0.0))
        floor.switch.end(floor.call_in())
        learnt(floor, 60)
        come(floor, ANN)
        floor.call_in()
        floor.clock.advance(3)
        floor.call_in()
        end_talk(floor, ANN)
        floor.clock.advance(3)
        unknown, free, waited = (one["expected"] for one in given)
        assert (unknown, free) == (None, None)
        assert isinstance(waited, Wait)
        assert waited.mean == pytest.approx(60.0, rel=0.2)

    def test_a_callback_has_a_wait_and_no_patience(self, lessons: Record) -> None:
        """It never abandons."""
        given = lessons("of_wait")
        floor = CallbackFloor()
        floor.promised()
        floor.log_in(ANN)
        floor.clock.advance(6)
        told = [(one["is_served"], one["is_abandoned"], one["is_callback"]) for one in given]
        assert told[-1] == (True, False, True)
        assert [one["is_callback"] for one in given[:-1]] == [False]


def test_what_cannot_be_told_now_is_told_later() -> None:
    """A lesson is owed like any change, and nobody waits for it."""
    floor = TestFloor()
    caller = floor.call_in()
    floor.clock.advance(20)
    floor.store.go_down()
    floor.switch.end(caller)
    floor.clock.advance(5)
    floor.store.come_up()
    floor.clock.advance(3)
    rates = floor.store.waiting_room.door(SUPPORT).rates
    assert rates.waited_seconds == pytest.approx(20, abs=0.1)


def test_who_has_an_older_place_was_expected_elsewhere(lessons: Record) -> None:
    """The estimate at the door was not that of the place: it teaches nothing."""
    given = lessons("of_wait")
    floor = TestFloor(queue_of(resume_within_seconds=60))
    learnt(floor, 60)
    come(floor, ANN)
    floor.call_in()
    floor.clock.advance(3)
    floor.switch.end(floor.call_in(number="+48123456789"))
    floor.clock.advance(1)
    again = floor.call_in(number="+48123456789")
    floor.clock.advance(5)
    floor.switch.end(again)
    floor.clock.advance(1)
    first, second = given[-2:]
    assert isinstance(first["expected"], Wait)
    assert second["expected"] is None


def test_a_limit_is_told_once_it_is_known_how_agents_are_shared() -> None:
    """Cleo comes to both her queues at once: for support she is half an agent from the first."""
    floor = TestFloor(queue_of(maximum_estimate_seconds=300))
    learnt(floor, 60)
    floor.facts.clear()
    come(floor, CLEO)
    told = [fact for fact in floor.told(LimitChanged) if fact.queue == SUPPORT]
    shared = floor.site.presence.staffing(SUPPORT).effective_agents(1, None)
    assert shared == 0.5
    rates = floor.store.waiting_room.door(SUPPORT).rates
    assert [fact.limit for fact in told] == [estimates.places_within(300, shared, rates, 100)]
