"""Nobody waits for an announcement: an agent picks up, and they talk."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.domain.events import OfferLost
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.speech.utterances import Utterance, YouAreNext
from callcore.ports.telephony import LegGoneError
from tests.fakes.switch import SILENT, Phone
from tests.fakes.switch_sounds import PROMPT_SECONDS
from tests.flows.announcing import EVERY_30, GREETING, MUSIC, NEWS, heard, site, sounds
from tests.flows.floor import ANN, SALES, TestFloor
from tests.flows.stories import leg_of, line_of, move, pick_up, queue_of, who_talks_with


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
