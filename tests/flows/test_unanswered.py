"""Callers who wait before their line is answered: early media, ringback, and the limit."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.domain.events import CallerLeft
from callcore.domain.ids import CallId, LegId
from callcore.domain.outcomes import CallOutcome, HungUpBy, LeaveReason
from callcore.domain.policies import (
    AnswerWhen,
    PositionPolicy,
    SitePolicy,
    UnansweredHears,
    UnansweredPolicy,
    UnansweredThen,
)
from callcore.domain.treatments import OverflowReason, ToExtension, ToQueue
from callcore.ports.telephony import LegGoneError
from tests.fakes.clock import settle
from tests.fakes.switch import SILENT
from tests.flows.floor import ANN, BOB, CLEO, ROOMY, SALES, SUPPORT, TestFloor
from tests.flows.stories import (
    arrive,
    come,
    done_to,
    leg_of,
    line,
    line_of,
    pick_up,
    queue_of,
    record_of,
    visits_of,
    who_talks_with,
)

EARLY, RINGBACK = UnansweredHears.EARLY_MEDIA, UnansweredHears.RINGBACK
ANNOUNCING = PositionPolicy(first_after_seconds=5, interval_seconds=10)
MUSIC = "local_stream://moh"


def unanswered(
    hears: UnansweredHears = EARLY,
    then: UnansweredThen = UnansweredThen.ANSWER,
    limit_seconds: float = 60,
    **settings: Any,
) -> SitePolicy:
    """The site whose support answers at pick-up."""
    policy = UnansweredPolicy(hears=hears, then=then, limit_seconds=limit_seconds)
    settings = {"announce_position": ANNOUNCING, **settings}
    return queue_of(answer=AnswerWhen.AT_PICK_UP, unanswered=policy, **settings)


def is_answered(floor: TestFloor, caller: LegId) -> bool:
    """Does the caller pay?"""
    return line_of(floor, caller).is_answered


class TestEarlyMedia:
    """The caller hears everything and pays nothing."""

    def test_music_and_announcements_without_an_answer(self) -> None:
        """The line is opened, never answered, before the music begins."""
        floor = TestFloor(unanswered())
        caller = floor.call_in()
        floor.clock.advance(20)
        done = done_to(floor, caller)
        assert done.index("pre_answer") < done.index("play_endlessly")
        assert {"answer", "ring"}.isdisjoint(done)
        assert line_of(floor, caller).playing == MUSIC
        assert len(line_of(floor, caller).announced) == 2

    def test_answered_at_pick_up_then_joined(self) -> None:
        """The bridge waits for the answer, the record knows both instants."""
        floor = TestFloor(unanswered())
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(7)
        assert not is_answered(floor, caller)
        pick_up(floor, ANN)
        floor.clock.advance(0.2)
        assert who_talks_with(floor, caller) == ANN
        done = done_to(floor, caller)
        assert done.index("answer") < done.index("bridge")
        floor.switch.end(caller)
        settle()
        record = record_of(floor, caller)
        assert record.line_answered_at is not None
        assert record.picked_up_at is not None
        assert record.picked_up_at <= record.line_answered_at

    @pytest.mark.parametrize(
        ("later_seconds", "outcome", "hung_up_by"),
        [
            (0.1, CallOutcome.ABANDONED, HungUpBy.CALLER),
            (0.7, CallOutcome.LOST, HungUpBy.SWITCH),
        ],
    )
    def test_a_cancel_that_crosses_the_answer_is_the_callers(
        self,
        later_seconds: float,
        outcome: CallOutcome,
        hung_up_by: HungUpBy,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """Agent and caller are being joined: later only the switch ends a line like that."""
        floor = TestFloor(unanswered())
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(7)
        monkeypatch.setattr(floor.switch, "bridge", lambda *_: None)
        pick_up(floor, ANN)
        floor.clock.advance(later_seconds)
        assert is_answered(floor, caller)
        floor.switch.end(caller, "ORIGINATOR_CANCEL")
        settle()
        record = record_of(floor, caller)
        assert (record.outcome, record.hung_up_by) == (outcome, hung_up_by)

    def test_one_who_gives_up_was_never_answered(self) -> None:
        """Nothing to bill."""
        floor = TestFloor(unanswered())
        caller = floor.call_in()
        floor.clock.advance(30)
        floor.switch.end(caller)
        settle()
        record = record_of(floor, caller)
        assert (record.line_answered_at, record.outcome) == (None, CallOutcome.ABANDONED)

    def test_a_line_the_dialplan_answered_is_not_limited(self) -> None:
        """It costs already: nothing is gained by sending the caller away."""
        floor = TestFloor(unanswered(then=UnansweredThen.OVERFLOW))
        floor.switch.deliver_to(lambda _: None)
        caller = floor.switch.call_in()
        floor.switch._answered(line_of(floor, caller))
        floor.switch.deliver_to(floor.worker.deliver)
        floor.switch._park(line_of(floor, caller))
        floor.clock.advance(100)
        assert floor.knows(caller)
        assert {"pre_answer", "ring", "answer"}.isdisjoint(done_to(floor, caller))

    @pytest.mark.parametrize("agents_count", [1, 2])
    def test_an_agent_who_hangs_up_at_once_does_not_silence_the_caller(
        self, agents_count: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The line is answered by now; the music plays on until the next one."""
        floor = TestFloor(unanswered())
        floor.log_in(*(ANN, BOB)[:agents_count], phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(7)
        with monkeypatch.context() as patch:
            patch.setattr(floor.switch, "bridge", _gone)
            pick_up(floor, ANN)
            floor.clock.advance(0.1)
        assert is_answered(floor, caller)
        assert line_of(floor, caller).playing == MUSIC


class TestRingback:
    """The caller hears the ringing tone of the own network, and nothing of ours."""

    def test_no_music_no_announcements_no_answer(self) -> None:
        """Only told that it rings."""
        floor = TestFloor(unanswered(RINGBACK))
        caller = floor.call_in()
        floor.clock.advance(50)
        done = done_to(floor, caller)
        assert done[0] == "ring"
        assert {"answer", "pre_answer", "play_endlessly", "announce"}.isdisjoint(done)

    def test_answered_at_pick_up_then_joined(self) -> None:
        """Straight into the talk, no music in between."""
        floor = TestFloor(unanswered(RINGBACK))
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(7)
        pick_up(floor, ANN)
        floor.clock.advance(0.2)
        assert who_talks_with(floor, caller) == ANN
        assert "play_endlessly" not in done_to(floor, caller)

    def test_an_agent_who_hangs_up_at_once_leaves_music_not_silence(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Answered for nothing: from now on the caller hears the queue."""
        floor = TestFloor(unanswered(RINGBACK))
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(7)
        with monkeypatch.context() as patch:
            patch.setattr(floor.switch, "bridge", _gone)
            pick_up(floor, ANN)
            floor.clock.advance(0.5)
        assert is_answered(floor, caller)
        assert line_of(floor, caller).playing == MUSIC
        floor.clock.advance(10)
        assert line_of(floor, caller).announced

    def test_a_link_that_comes_back_rings_again(self) -> None:
        """What may have been lost with the link is said again; still no music."""
        floor = TestFloor(unanswered(RINGBACK))
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.switch.lose_link()
        floor.clock.advance(5)
        floor.switch.commands.clear()
        floor.switch.restore_link()
        floor.clock.advance(1)
        done = done_to(floor, caller)
        assert "ring" in done
        assert {"answer", "play_endlessly"}.isdisjoint(done)


class TestLimit:
    """Carriers end calls that stay unanswered: for so long from the arrival and no longer."""

    @pytest.mark.parametrize("hears", [EARLY, RINGBACK])
    def test_answered_then(self, hears: UnansweredHears) -> None:
        """The caller stays in line and hears music from now on."""
        floor = TestFloor(unanswered(hears))
        first, caller = floor.call_in(), floor.call_in()
        floor.clock.advance(59.9)
        assert not is_answered(floor, caller)
        floor.clock.advance(0.2)
        assert is_answered(floor, caller)
        floor.clock.advance(0.1)
        assert line_of(floor, caller).playing == MUSIC
        assert line(floor, first, caller) == [1, 2]
        announced = len(line_of(floor, caller).announced)
        floor.clock.advance(10)
        assert len(line_of(floor, caller).announced) == announced + 1
        assert done_to(floor, caller).count("answer") == 1
        assert done_to(floor, caller).count("play_endlessly") == 1

    @pytest.mark.parametrize("hears", [EARLY, RINGBACK])
    def test_or_sent_on(self, hears: UnansweredHears) -> None:
        """Unanswered, to where the queue says."""
        to = {OverflowReason.UNANSWERED_TOO_LONG: ToExtension(extension="5000")}
        floor = TestFloor(unanswered(hears, UnansweredThen.OVERFLOW, overflow=to))
        caller = floor.call_in()
        floor.clock.advance(59.9)
        assert floor.knows(caller)
        floor.clock.advance(0.2)
        assert not floor.knows(caller)
        assert not is_answered(floor, caller)
        leg = line_of(floor, caller)
        assert leg.variables["transferred_to"] == "5000 public"
        assert floor.told(CallerLeft)[0].reason is LeaveReason.UNANSWERED_TOO_LONG

    @pytest.mark.parametrize("then", list(UnansweredThen))
    def test_not_while_an_agent_is_being_joined(self, then: UnansweredThen) -> None:
        """Picked up in the last moment: they talk."""
        floor = TestFloor(unanswered(EARLY, then))
        caller = floor.call_in()
        floor.clock.advance(50)
        floor.log_in(ANN, phone=SILENT)
        floor.clock.advance(9.98)
        pick_up(floor, ANN)
        floor.clock.advance(0.3)
        assert who_talks_with(floor, caller) == ANN
        assert done_to(floor, caller).count("play_endlessly") == 1

    def test_phones_that_ring_do_not_hold_it_off(self) -> None:
        """Not picked up in time: the phone stops, nobody has missed anything."""
        floor = TestFloor(unanswered(EARLY, UnansweredThen.OVERFLOW, limit_seconds=10))
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(10.1)
        assert not floor.knows(caller)
        assert floor.agent(ANN).leg_id is None
        assert floor.agent(ANN).miss_count == 0

    @pytest.mark.parametrize("dies_after", [10, 58])
    def test_an_adopter_keeps_it(self, dies_after: float) -> None:
        """Still unanswered after the process was killed, and the clock goes on."""
        floor = TestFloor(unanswered())
        caller = floor.call_in()
        floor.clock.advance(dies_after)
        floor.restart()
        if dies_after == 10:
            assert not is_answered(floor, caller)
            floor.clock.advance(60 - 13.1)
            assert not is_answered(floor, caller)
            floor.clock.advance(0.2)
        floor.clock.advance(0.1)
        assert is_answered(floor, caller)
        assert line_of(floor, caller).playing == MUSIC

    def test_an_adopter_of_ringback_plays_nothing(self) -> None:
        """Silence of ours is as it should be."""
        floor = TestFloor(unanswered(RINGBACK))
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.restart()
        floor.clock.advance(20)
        assert {"play_endlessly", "announce", "answer"}.isdisjoint(done_to(floor, caller))
        come(floor, ANN)
        floor.clock.advance(3)
        assert who_talks_with(floor, caller) == ANN

    @pytest.mark.parametrize("how", ["moved", "overflowed"])
    def test_another_queue_counts_from_the_arrival(self, how: str) -> None:
        """Half a minute here, half a minute there: the carrier does not care where."""
        limits = UnansweredPolicy(limit_seconds=60)
        policy = queue_of(SALES, answer=AnswerWhen.AT_PICK_UP, unanswered=limits)
        overflow = {OverflowReason.MAXIMUM_WAIT: ToQueue(queue=SALES)}
        policy = queue_of(
            policy=policy,
            answer=AnswerWhen.AT_PICK_UP,
            maximum_wait_seconds=30 if how == "overflowed" else 600,
            overflow=overflow,
        )
        floor = TestFloor(policy)
        caller = floor.call_in()
        floor.clock.advance(30.5)
        if how == "moved":
            floor.worker.operating.move(CallId(caller), SALES, by="eve")
            settle()
        assert line(floor, caller, queue=SALES) == [1]
        floor.clock.advance(29)
        assert not is_answered(floor, caller)
        floor.clock.advance(0.8)
        assert is_answered(floor, caller)
        floor.switch.end(caller)
        settle()
        assert [queue for queue, _ in visits_of(record_of(floor, caller))] == [SUPPORT, SALES]

    def test_a_queue_that_answers_at_once_does(self) -> None:
        """Moved there from one that does not."""
        floor = TestFloor(unanswered())
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.worker.operating.move(CallId(caller), SALES, by="eve")
        floor.clock.advance(0.1)
        assert is_answered(floor, caller)

    def test_a_line_that_is_answered_stays_so(self) -> None:
        """Moved from a queue that answers to one that does not: music, and no limit."""
        policy = queue_of(
            SALES,
            policy=ROOMY,
            answer=AnswerWhen.AT_PICK_UP,
            unanswered=UnansweredPolicy(hears=RINGBACK, then=UnansweredThen.OVERFLOW),
        )
        floor = TestFloor(policy)
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.worker.operating.move(CallId(caller), SALES, by="eve")
        floor.clock.advance(100)
        assert line(floor, caller, queue=SALES) == [1]
        assert line_of(floor, caller).playing == MUSIC
        assert {"ring", "pre_answer"}.isdisjoint(done_to(floor, caller))

    def test_the_service_level_counts_the_whole_wait(self) -> None:
        """Unanswered waiting is waiting."""
        floor = TestFloor(unanswered())
        caller = floor.call_in()
        floor.clock.advance(25)
        come(floor, CLEO)
        floor.clock.advance(3)
        floor.switch.end(caller)
        settle()
        record = record_of(floor, caller)
        assert record.is_within_service_level is False
        assert record.wait_seconds == pytest.approx(27, abs=0.2)

    def test_a_resumed_place_does_not_shorten_the_limit(self) -> None:
        """The limit is the call's, the place an earlier one's."""
        floor = TestFloor(unanswered(resume_within_seconds=600))
        caller = arrive(floor, number="+48600700800")
        floor.clock.advance(50)
        floor.switch.end(caller)
        settle()
        back = arrive(floor, number="+48600700800")
        floor.clock.advance(59)
        assert not is_answered(floor, back)


def _gone(*_: LegId) -> None:
    raise LegGoneError


def test_a_caller_joined_to_nobody_is_not_left_in_silence_by_early_media_either() -> None:
    """The agent's phone dropped between pick-up and bridge."""
    floor = TestFloor(unanswered())
    floor.log_in(ANN, phone=SILENT)
    caller = floor.call_in()
    floor.clock.advance(3)
    agent_leg = leg_of(floor, ANN)
    pick_up(floor, ANN)
    floor.switch.end(agent_leg)
    floor.clock.advance(0.1)
    assert line_of(floor, caller).playing == MUSIC
