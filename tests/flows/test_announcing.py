"""What waiting callers are told, and that nobody waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest

from callcore.domain.announcements import ATTENTION_TONE, LONGEST_ANNOUNCEMENT_SECONDS
from callcore.domain.events import (
    EstimateAnnounced,
    MessageAnnounced,
    OfferLost,
    PositionAnnounced,
)
from callcore.domain.ids import MICROS_PER_SECOND, LegId, Micros
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.policies import (
    EstimatePolicy,
    MessagePolicy,
    MessagesPolicy,
    PositionPolicy,
    SitePolicy,
)
from callcore.domain.speech import grammar
from callcore.domain.speech.utterances import (
    Utterance,
    WaitBetween,
    WaitUpTo,
    YouAreNext,
    YourPosition,
)
from callcore.ports.telephony import LegGoneError
from tests.fakes.switch import SILENT, Phone
from tests.fakes.switch_sounds import PROMPT_SECONDS
from tests.flows.floor import ANN, SALES, TestFloor
from tests.flows.stories import (
    done_to,
    leg_of,
    line,
    line_of,
    move,
    pick_up,
    queue_of,
    raise_to,
    who_talks_with,
)

MUSIC = "local_stream://moh"
GREETING = ("waiting/call-recorded",)
NEWS, OPENING, LAST = ("shop/news",), ("shop/opening",), ("shop/last",)
TALK_SECONDS = 60.0


def site(
    *,
    position: PositionPolicy | None = None,
    estimate: EstimatePolicy | None = None,
    each: Sequence[Utterance | MessagePolicy] = (),
    message_times: tuple[float, float] = (20, 45),
    **settings: Any,
) -> SitePolicy:
    """The site whose support tells its callers this."""
    messages = MessagesPolicy(
        each=tuple(
            one if isinstance(one, MessagePolicy) else MessagePolicy(prompts=one) for one in each
        )
        or (MessagePolicy(prompts=NEWS),),
        first_after_seconds=message_times[0],
        interval_seconds=message_times[1],
    )
    return queue_of(
        announce_position=position,
        announce_estimate=estimate,
        messages=messages if each else None,
        **settings,
    )


EVERY_30 = PositionPolicy(first_after_seconds=10, interval_seconds=30)
EVERY_MINUTE = EstimatePolicy(first_after_seconds=10, interval_seconds=60)


def sounds(*words: Any) -> tuple[str, ...]:
    """What is played for them."""
    keys = grammar.prompt_keys(words, cast("Any", "en"))
    return tuple(f"/sounds/en/{key}.wav" for key in keys)


def heard(floor: TestFloor, caller: LegId) -> list[tuple[str, ...]]:
    return line_of(floor, caller).announced


def learnt(floor: TestFloor, seconds: float = TALK_SECONDS, count: int = 20) -> None:
    """Support has served callers who took so long, and nobody gave up."""
    for _ in range(count):
        floor.store.waiting_room.learn_service(cast("Any", "support"), seconds)


def busy(floor: TestFloor) -> LegId:
    """A caller talks with the only agent."""
    floor.log_in(ANN, phone=Phone(answers_after_seconds=0.1))
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

    def test_a_wait_that_has_grown_is_not_told(self) -> None:
        """Nor by another process; one that goes by as told is."""
        estimate = EstimatePolicy(first_after_seconds=10, interval_seconds=60)
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


class TestAdoption:
    """Another process goes on."""

    def test_nothing_is_told_at_once(self) -> None:
        """Many callers are adopted in the same instant: each hears the next thing at its time."""
        floor = TestFloor(site(position=EVERY_30))
        callers = [floor.call_in() for _ in range(5)]
        floor.clock.advance(41)
        floor.restart()
        floor.clock.advance(25)
        assert {len(heard(floor, caller)) for caller in callers} == {2}
        floor.clock.advance(2)
        assert {len(heard(floor, caller)) for caller in callers} == {3}


class TestLink:
    """The link to the switch is away."""

    def test_what_was_missed_is_not_made_up_for(self) -> None:
        """Back after three rounds, the caller hears the position once, at its next time."""
        floor = TestFloor(site(position=EVERY_30))
        caller = floor.call_in()
        floor.clock.advance(5)
        floor.switch.lose_link()
        floor.clock.advance(80)
        assert floor.told(PositionAnnounced) == []
        floor.switch.restore_link()
        floor.clock.advance(14)
        assert heard(floor, caller) == []
        floor.clock.advance(2)
        assert heard(floor, caller) == [sounds(YouAreNext())]
        floor.clock.advance(28)
        assert len(heard(floor, caller)) == 1

    def test_an_end_that_was_not_heard_does_not_silence_the_queue(self) -> None:
        """The switch never tells that the announcement ended."""
        floor = TestFloor(site(position=EVERY_30, announcement_gap_seconds=5))
        caller = floor.call_in()
        deliver = floor.worker.deliver
        floor.switch.deliver_to(lambda _: None)
        floor.clock.advance(15)
        floor.switch.deliver_to(deliver)
        floor.clock.advance(LONGEST_ANNOUNCEMENT_SECONDS - 1)
        assert len(heard(floor, caller)) == 1
        floor.clock.advance(2)
        assert len(heard(floor, caller)) == 2

    def test_an_end_that_went_with_the_link_is_not_waited_for(self) -> None:
        """It is away for the end of an announcement: the next one comes at its time."""
        floor = TestFloor(site(position=EVERY_30))
        caller = floor.call_in()
        floor.clock.advance(11)
        floor.switch.lose_link()
        floor.clock.advance(3)
        floor.switch.restore_link()
        floor.clock.advance(27)
        assert heard(floor, caller) == [sounds(YouAreNext())] * 2

    def test_a_clock_that_is_set_back_puts_nothing_off(self) -> None:
        """Waits are lengths."""
        floor = TestFloor(site(position=EVERY_30))
        caller = floor.call_in()
        now = floor.site.clock.now
        floor.clock.advance(11)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                type(floor.site.clock), "now", lambda _: Micros(now() - 3600 * MICROS_PER_SECOND)
            )
            floor.clock.advance(90)
        assert len(heard(floor, caller)) == 4


class TestPickUp:
    """An agent picks up."""

    @pytest.mark.parametrize("at", [0.05, 1.0, 9.5, 10.2, 11.0])
    @pytest.mark.parametrize("greeting", [(), GREETING])
    def test_nothing_is_waited_for(self, at: float, greeting: Utterance) -> None:
        """Before, at the beginning of or during an announcement: they talk within 100 ms."""
        floor = TestFloor(site(position=EVERY_30, greeting=greeting))
        floor.log_in(ANN, phone=Phone(answers_after_seconds=at))
        caller = floor.call_in()
        floor.clock.advance(at + 0.1)
        assert who_talks_with(floor, caller) == ANN
        leg = line_of(floor, caller)
        assert (leg.music, leg.announcing, list(leg.orders)) == (None, None, [])

    def test_nothing_is_announced_before_they_talk(self) -> None:
        """The agent hears a whisper while the position and a message fall due."""
        floor = TestFloor(
            site(position=EVERY_30, each=[NEWS], message_times=(10.5, 45), whisper=("shop/vip",))
        )
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(9)
        pick_up(floor, ANN)
        floor.clock.advance(PROMPT_SECONDS - 0.1)
        assert who_talks_with(floor, caller) is None
        floor.clock.advance(0.3)
        assert who_talks_with(floor, caller) == ANN
        assert heard(floor, caller) == []

    def test_not_even_if_the_floor_was_being_asked(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Redis takes its time, the agent picks up meanwhile: they talk at once, and nothing is
        told when Redis answers.
        """
        floor = TestFloor(site(position=EVERY_30, whisper=("shop/vip",)))
        slow(floor, monkeypatch, 1.0)
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(10.5)
        pick_up(floor, ANN)
        floor.clock.advance(0.1)
        assert line_of(floor, leg_of(floor, ANN)).announcing is not None
        floor.clock.advance(PROMPT_SECONDS)
        assert who_talks_with(floor, caller) == ANN
        assert heard(floor, caller) == []

    def test_a_floor_that_is_slow_to_answer_holds_up_nobody(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The position is being looked up for seconds: the caller is offered and joined at once."""
        floor = TestFloor(site(position=EVERY_30))
        slow(floor, monkeypatch, 5.0)
        caller = floor.call_in()
        floor.clock.advance(10.1)
        floor.log_in(ANN, phone=Phone(answers_after_seconds=0.05))
        floor.clock.advance(0.2)
        assert who_talks_with(floor, caller) == ANN
        floor.clock.advance(10)
        assert heard(floor, caller) == []

    def test_what_was_looked_up_for_one_queue_is_not_told_in_another(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The caller is moved meanwhile."""
        policy = queue_of(SALES, policy=site(position=EVERY_30), announce_position=EVERY_30)
        floor = TestFloor(policy)
        slow(floor, monkeypatch, 5.0)
        caller = floor.call_in()
        floor.clock.advance(10.1)
        move(floor, caller, SALES)
        floor.clock.advance(8)
        assert heard(floor, caller) == []
        floor.clock.advance(8)
        assert heard(floor, caller) == [sounds(YouAreNext())]

    def test_an_offer_that_is_lost_leaves_music_and_announcements(self) -> None:
        """The agent hangs up during the whisper: nothing was ever stopped."""
        floor = TestFloor(site(position=EVERY_30, whisper=("shop/vip",)))
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(9)
        pick_up(floor, ANN)
        floor.clock.advance(0.5)
        floor.switch.end(leg_of(floor, ANN))
        floor.clock.advance(31)
        assert len(floor.told(OfferLost)) >= 1
        assert line_of(floor, caller).playing == MUSIC
        assert heard(floor, caller) == [sounds(YouAreNext())] * 2

    def test_music_that_is_not_there_never_comes_into_the_talk(self) -> None:
        """The tone in its place waits behind the greeting when the agent picks up."""
        floor = TestFloor(site(greeting=GREETING, music="local_stream://none"))
        floor.switch.missing_sounds.add("local_stream://none")
        floor.log_in(ANN, phone=Phone(answers_after_seconds=1.0))
        caller = floor.call_in()
        floor.clock.advance(0.9)
        assert line_of(floor, caller).orders
        floor.clock.advance(0.2)
        assert who_talks_with(floor, caller) == ANN
        assert not line_of(floor, caller).orders

    def test_a_bridge_that_fails_in_an_announcement_brings_the_music_back(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What was said is cut for the talk; the agent is gone."""
        floor = TestFloor(site(position=EVERY_30))
        floor.log_in(ANN, phone=SILENT)
        caller = floor.call_in()
        floor.clock.advance(11)
        assert line_of(floor, caller).announcing is not None
        monkeypatch.setattr(floor.switch, "bridge", gone)
        pick_up(floor, ANN)
        floor.clock.advance(0.2)
        leg = line_of(floor, caller)
        assert [lost.reason for lost in floor.told(OfferLost)] == [OfferLostReason.BRIDGE_FAILED]
        assert (leg.announcing, leg.playing) == (None, MUSIC)
        floor.clock.advance(30)
        assert heard(floor, caller) == [sounds(YouAreNext())] * 2

    def test_a_caller_who_is_parked_again_hears_music_again(self) -> None:
        """The bridge took the music away, and the agent was gone before they talked."""
        floor = TestFloor(site())
        caller = floor.call_in()
        floor.clock.advance(5)
        line_of(floor, caller).playing = None
        floor.switch._park(line_of(floor, caller))
        floor.clock.advance(0.1)
        assert line_of(floor, caller).playing == MUSIC


def gone(*_: object) -> None:
    """The agent's leg has ended."""
    raise LegGoneError


def slow(floor: TestFloor, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """The floor takes so long to say what callers may be told."""
    room = floor.store.waiting_room
    outlook = room.outlook

    def later(*args: Any, **kwargs: Any) -> Any:
        floor.clock.sleep(seconds)
        return outlook(*args, **kwargs)

    monkeypatch.setattr(room, "outlook", later)
