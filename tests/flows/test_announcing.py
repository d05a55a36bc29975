"""What waiting callers are told."""

from __future__ import annotations

import pytest

from callcore.domain.announcements import ATTENTION_TONE
from callcore.domain.events import EstimateAnnounced, MessageAnnounced, PositionAnnounced
from callcore.domain.ids import LegId, Micros
from callcore.domain.policies import EstimatePolicy, MessagePolicy, PositionPolicy
from callcore.domain.speech.phrases import WAIT_HAS_GROWN
from callcore.domain.speech.utterances import WaitBetween, WaitUpTo, YouAreNext, YourPosition
from tests.fakes.switch import Phone
from tests.fakes.switch_sounds import PROMPT_SECONDS
from tests.flows.announcing import (
    EVERY_30,
    EVERY_MINUTE,
    GREETING,
    LAST,
    MUSIC,
    NEWS,
    OPENING,
    heard,
    site,
    sounds,
)
from tests.flows.estimating import learnt, seen_at_work
from tests.flows.floor import ANN, SALES, TestFloor
from tests.flows.stories import done_to, line, line_of, move, queue_of, raise_to, who_talks_with


def busy(floor: TestFloor) -> LegId:
    """A caller talks with the only agent."""
    floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
    seen_at_work(floor, ANN)
    caller = floor.call_in()
    floor.clock.advance(1)
    assert who_talks_with(floor, caller) == ANN
    return caller


class TestGreeting:
    """Heard once, before the music."""

    def test_the_music_goes_on_when_the_greeting_ends(self) -> None:
        """Both are posted at once: the switch needs nobody to go on, and leaves no gap."""
        floor = TestFloor(site(greeting=GREETING))
        caller = floor.call_in()
        done = done_to(floor, caller)
        assert done.index("announce") == done.index("play_endlessly") + 1
        floor.clock.advance(0.1)
        leg = line_of(floor, caller)
        assert heard(floor, caller) == [sounds(*GREETING)]
        assert leg.announcing is not None
        floor.kill_worker()
        floor.clock.advance(PROMPT_SECONDS)
        assert (leg.music, leg.announcing) == (MUSIC, None)

    def test_it_is_not_heard_again(self) -> None:
        """Neither when the link is back, nor from an adopter."""
        floor = TestFloor(site(greeting=GREETING))
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.switch.lose_link()
        line_of(floor, caller).playing = None
        floor.switch.restore_link()
        floor.clock.advance(5)
        line_of(floor, caller).playing = None
        floor.restart()
        floor.clock.advance(5)
        assert heard(floor, caller) == [sounds(*GREETING)]
        assert line_of(floor, caller).playing == MUSIC

    def test_one_that_is_not_there_is_a_tone_and_the_music_plays(self) -> None:
        """Never silence."""
        floor = TestFloor(site(greeting=GREETING))
        floor.switch.missing_sounds |= set(sounds(*GREETING))
        caller = floor.call_in()
        floor.clock.advance(5)
        assert heard(floor, caller) == [(ATTENTION_TONE,)]
        assert line_of(floor, caller).playing == MUSIC

    def test_the_first_announcement_leaves_a_gap_after_it(self) -> None:
        """A queue that tells the position at once tells it after the greeting."""
        position = PositionPolicy(first_after_seconds=0, interval_seconds=30)
        floor = TestFloor(site(greeting=GREETING, position=position, announcement_gap_seconds=5))
        caller = floor.call_in()
        floor.clock.advance(PROMPT_SECONDS + 5)
        assert heard(floor, caller) == [sounds(*GREETING)]
        floor.clock.advance(0.1)
        assert heard(floor, caller) == [sounds(*GREETING), sounds(YouAreNext())]


class TestPosition:
    """The place in line."""

    def test_who_is_overtaken_does_not_hear_of_it(self) -> None:
        """An operator lifts another caller; nobody's announced position goes up."""
        floor = TestFloor(site(position=EVERY_30))
        first, second, third = (floor.call_in() for _ in range(3))
        floor.clock.advance(11)
        raise_to(floor, third, 5)
        assert line(floor, third, first, second) == [1, 2, 3]
        floor.clock.advance(30)
        told = floor.told(PositionAnnounced)
        assert [fact.position for fact in told] == [1, 2, 3, 1, 2, 1]
        assert heard(floor, second) == [sounds(YourPosition(2))] * 2

    def test_nor_from_another_process(self) -> None:
        """What was told is kept with the place."""
        floor = TestFloor(site(position=EVERY_30))
        first, second = floor.call_in(), floor.call_in()
        floor.clock.advance(11)
        raise_to(floor, second, 5)
        floor.restart()
        floor.clock.advance(30)
        assert heard(floor, first) == [sounds(YouAreNext())] * 2

    def test_nor_after_the_floor_lost_its_data(self) -> None:
        """The process knows what it told."""
        floor = TestFloor(site(position=EVERY_30))
        first, second = floor.call_in(), floor.call_in()
        floor.clock.advance(11)
        raise_to(floor, second, 5)
        floor.store.lose_data()
        floor.clock.advance(30)
        assert line(floor, first) == [2]
        assert heard(floor, first) == [sounds(YouAreNext())] * 2

    def test_another_queue_is_another_line(self) -> None:
        """Moved there, the caller is told the place there."""
        floor = TestFloor(
            queue_of(SALES, policy=site(position=EVERY_30), announce_position=EVERY_30)
        )
        floor.call_in("8002")
        caller = floor.call_in()
        floor.clock.advance(11)
        move(floor, caller, SALES)
        floor.clock.advance(10.1)
        assert heard(floor, caller) == [sounds(YouAreNext()), sounds(YourPosition(2))]

    def test_without_redis_nothing_is_told(self) -> None:
        """And it goes on in the next round after."""
        floor = TestFloor(site(position=EVERY_30))
        caller = floor.call_in()
        floor.store.go_down()
        floor.clock.advance(11)
        floor.store.come_up()
        assert heard(floor, caller) == []
        floor.clock.advance(30)
        assert heard(floor, caller) == [sounds(YouAreNext())]


class TestEstimate:
    """How long the wait may still be."""

    def test_it_is_told_with_the_position_in_one_go(self) -> None:
        """One agent, talks of a minute: with nobody ahead 80 % wait less than 1:36."""
        floor = TestFloor(site(position=EVERY_30, estimate=EVERY_MINUTE))
        learnt(floor)
        busy(floor)
        caller, behind = floor.call_in(), floor.call_in()
        floor.clock.advance(11)
        assert heard(floor, caller) == [sounds(YouAreNext(), WaitUpTo(2))]
        assert heard(floor, behind) == [sounds(YourPosition(2), WaitUpTo(3))]
        told = floor.told(EstimateAnnounced)
        assert [(fact.low_minutes, fact.high_minutes) for fact in told] == [(0, 2), (0, 3)]
        floor.clock.advance(30)
        assert heard(floor, caller)[1:] == [sounds(YouAreNext())]

    def test_an_unknown_wait_is_passed_over(self) -> None:
        """Nobody is there to serve, or nothing is learnt yet: the position alone."""
        floor = TestFloor(site(position=EVERY_30, estimate=EVERY_MINUTE))
        caller = floor.call_in()
        floor.clock.advance(11)
        learnt(floor)
        alone = TestFloor(site(estimate=EVERY_MINUTE))
        learnt(alone)
        nobody = alone.call_in()
        alone.clock.advance(11)
        assert heard(floor, caller) == [sounds(YouAreNext())]
        assert heard(alone, nobody) == []
        assert alone.told(EstimateAnnounced) == []

    def test_a_wait_that_has_grown_little_is_not_told(self) -> None:
        """Nor by another process; one that goes by as told is."""
        estimate = EstimatePolicy(
            first_after_seconds=10, interval_seconds=60, grown_after_seconds=120
        )
        floor = TestFloor(site(estimate=estimate, maximum_wait_seconds=3000))
        learnt(floor, 300)
        busy(floor)
        caller = floor.call_in()
        floor.clock.advance(11)
        assert heard(floor, caller) == [sounds(WaitBetween(1, 10))]
        floor.restart()
        floor.clock.advance(60)
        assert len(heard(floor, caller)) == 1
        learnt(floor, 60, 500)
        floor.clock.advance(60)
        assert heard(floor, caller)[1:] == [sounds(WaitUpTo(2))]

    def test_a_wait_that_has_truly_grown_is_told_as_such_and_once(self) -> None:
        """Somebody of a higher priority came; told by another process just so."""
        estimate = EstimatePolicy(
            first_after_seconds=10, interval_seconds=60, grown_after_seconds=60
        )
        floor = TestFloor(site(estimate=estimate, maximum_wait_seconds=3000))
        learnt(floor)
        busy(floor)
        caller = floor.call_in()
        floor.clock.advance(11)
        assert heard(floor, caller) == [sounds(WaitUpTo(2))]
        for _ in range(4):
            raise_to(floor, floor.call_in(), 100)
        floor.restart()
        seen_at_work(floor, ANN)
        floor.clock.advance(60)
        assert heard(floor, caller)[1:] == [sounds(WAIT_HAS_GROWN, WaitBetween(3, 10))]
        floor.clock.advance(60)
        assert len(heard(floor, caller)) == 2
        told = [fact for fact in floor.told(EstimateAnnounced) if fact.call_id == caller]
        assert [fact.has_grown for fact in told] == [False, True]
        assert [fact.mean_seconds for fact in told] == [
            pytest.approx(60.0),
            pytest.approx(300.0),
        ]


class TestMessages:
    """Comfort, news, information."""

    def test_they_come_in_turn(self) -> None:
        """Each with its number, at its time."""
        floor = TestFloor(site(each=[NEWS, OPENING, LAST]))
        caller = floor.call_in()
        floor.clock.advance(20 + 3 * 45 + 0.1)
        expected = [NEWS, OPENING, LAST, NEWS]
        assert heard(floor, caller) == [sounds(*words) for words in expected]
        assert [fact.number for fact in floor.told(MessageAnnounced)] == [1, 2, 3, 1]

    def test_the_gap_is_kept_after_the_position(self) -> None:
        """Due at the same instant."""
        floor = TestFloor(
            site(
                position=EVERY_30,
                each=[NEWS],
                message_times=(10, 300),
                announcement_gap_seconds=7,
            )
        )
        caller = floor.call_in()
        floor.clock.advance(10 + PROMPT_SECONDS + 7)
        assert heard(floor, caller) == [sounds(YouAreNext())]
        floor.clock.advance(0.2)
        assert heard(floor, caller) == [sounds(YouAreNext()), sounds(*NEWS)]

    def test_what_is_not_valid_yet_is_not_told(self) -> None:
        """The round passes in silence."""
        from_then = MessagePolicy(prompts=NEWS, valid_from=Micros(2**62))
        floor = TestFloor(site(each=[from_then]))
        caller = floor.call_in()
        floor.clock.advance(300)
        assert heard(floor, caller) == []
        assert floor.told(MessageAnnounced) == []

    def test_an_adopter_goes_on_with_the_next(self) -> None:
        """At the time at which it would have come."""
        floor = TestFloor(site(each=[NEWS, OPENING, LAST]))
        caller = floor.call_in()
        floor.clock.advance(66)
        floor.restart()
        floor.clock.advance(40)
        assert heard(floor, caller) == [sounds(*NEWS), sounds(*OPENING)]
        floor.clock.advance(2)
        assert heard(floor, caller)[2:] == [sounds(*LAST)]
