"""Every switch tells each of several workers of its own legs, alike."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from callcore.domain.ids import LegId
from callcore.domain.phones import Phone
from callcore.ports.switch_events import (
    DigitPressed,
    LegAnswered,
    LegBridged,
    LegEnded,
    LegParked,
    LegUnbridged,
    PhoneCallBegan,
    PhoneRegistered,
    SwitchRestored,
)
from callcore.ports.telephony import HostileTextError, LegGoneError, SwitchUnavailableError
from tests.contract.fake_stage import FakeStage
from tests.contract.real_stage import RealStage
from tests.contract.stages import ANSWERING, DOMAIN, UNREGISTERED, Stage
from tests.contract.switch_scenes import GONE, arrived, picked_up, request_for, waiting

ANN = Phone(f"1001@{DOMAIN}")
LOW, HIGH = "01234567", "89abcdef"


@pytest.fixture(params=[FakeStage, RealStage], ids=["fake", "real"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    stage: Stage = request.param()
    yield stage
    stage.close()


def called_answered_and_gone(stage: Stage, digit: str) -> LegId:
    """A whole call, in the hands of nobody in particular."""
    caller = stage.call_in(digit=digit)
    stage.switch.answer(caller)
    stage.until(lambda: any(leg.is_line_answered for leg in stage.switch.legs([caller])))
    stage.put_down(caller)
    stage.until(lambda: not stage.switch.leg_exists(caller))
    return caller


def whole(caller: LegId) -> list[tuple[str, LegId]]:
    """What is told of such a call."""
    return [(kind.__name__, caller) for kind in (LegParked, LegAnswered, LegEnded)]


class TestDigits:
    """Whose legs are told of and listed."""

    def test_each_of_two_hears_exactly_its_legs(self, stage: Stage) -> None:
        """And finds no others, however many there are."""
        other = stage.colleague()
        stage.switch.follow_digits(LOW)
        other.switch.follow_digits(HIGH)
        low, high = stage.call_in(digit="7"), stage.call_in(digit="8")
        stage.until(lambda: stage.switch.leg_ids() and other.switch.leg_ids())
        assert (stage.switch.leg_ids(), other.switch.leg_ids()) == ({low}, {high})
        assert [leg.leg_id for leg in stage.switch.legs()] == [low]
        assert [leg.leg_id for leg in other.switch.legs()] == [high]
        callers = [called_answered_and_gone(stage, digit) for digit in "08f7"]
        stage.until(lambda: stage.told_of(callers[3])[2:])
        stage.until(lambda: other.told_of(callers[2])[2:])
        assert stage.told_of(*callers, high) == whole(callers[0]) + whole(callers[3])
        assert other.told_of(*callers, low) == whole(callers[1]) + whole(callers[2])

    def test_one_who_was_told_nothing_else_hears_everything(self, stage: Stage) -> None:
        """As a worker that is the only one does."""
        callers = [called_answered_and_gone(stage, digit) for digit in "0f"]
        stage.until(lambda: stage.told_of(callers[1])[2:])
        assert stage.told_of(*callers) == whole(callers[0]) + whole(callers[1])

    def test_digits_change_while_calls_go_on(self, stage: Stage) -> None:
        """What is held throughout loses nothing; what is given is told no more, what is new is."""
        stage.switch.follow_digits("ab")
        given, held, gained = (stage.call_in(digit=digit) for digit in "abc")
        stage.hear(LegParked, held)
        stage.switch.follow_digits("bc")
        for leg_id in (given, gained, held):
            stage.press(leg_id, "5")
        stage.hear(DigitPressed, held)
        stage.hear(DigitPressed, gained)
        assert stage.told_of(given) == [("LegParked", given)]
        assert stage.told_of(gained) == [("DigitPressed", gained)]
        assert stage.told_of(held) == [("LegParked", held), ("DigitPressed", held)]
        stage.until(lambda: stage.switch.leg_ids() == {held, gained})

    def test_without_digits_only_what_is_of_no_leg_is_told(self, stage: Stage) -> None:
        """A worker that holds nothing yet knows of the phones all the same."""
        stage.switch.follow_digits("")
        caller = called_answered_and_gone(stage, "3")
        stage.comes("1001")
        stage.hear(PhoneRegistered)
        assert stage.told_of(caller) == []
        assert stage.switch.leg_ids() == set()
        assert stage.switch.legs() == []

    def test_digits_hold_for_later_links(self, stage: Stage) -> None:
        """Those that were asked for while there was none too."""
        stage.switch.follow_digits("a")
        stage.lose_link()
        stage.until(lambda: not stage.switch.is_connected)
        stage.switch.follow_digits("b")
        stage.restore_link()
        stage.hear(SwitchRestored)
        stage.until(lambda: stage.switch.is_connected)
        mine, theirs = stage.call_in(digit="b"), stage.call_in(digit="a")
        stage.put_down(theirs)
        stage.put_down(mine)
        stage.hear(LegEnded, mine)
        assert stage.told_of(theirs) == []

    def test_the_legs_of_phones_are_told_of_by_digit_and_registrations_to_all(
        self, stage: Stage
    ) -> None:
        """One worker takes a phone for busy on behalf of all."""
        other = stage.colleague()
        contact = stage.phone("1001", ANSWERING)
        stage.switch.follow_digits(LOW)
        other.switch.follow_digits(HIGH)
        stage.comes("1002")
        stage.hear(PhoneRegistered)
        stage.until(lambda: any(isinstance(told, PhoneRegistered) for told in other.heard))
        high, low = request_for(contact, digit="8"), request_for(contact, digit="7")
        other.switch.originate(high)
        stage.until(lambda: any(isinstance(told, PhoneCallBegan) for told in other.heard))
        stage.switch.originate(low)
        assert stage.hear(PhoneCallBegan).leg_id == low.leg_id
        stage.until(lambda: set(stage.switch.legs_of([ANN])) == {low.leg_id})
        stage.until(lambda: set(other.switch.legs_of([ANN])) == {high.leg_id})
        began = [told for told in other.heard if isinstance(told, PhoneCallBegan)]
        assert [told.leg_id for told in began] == [high.leg_id]

    def test_a_phone_that_cannot_be_called_is_told_to_who_called(self, stage: Stage) -> None:
        """What became of a colleague's order is nobody else's business."""
        other = stage.colleague()
        request = request_for(stage.phone("1001", UNREGISTERED))
        stage.switch.originate(request)
        stage.hear(LegEnded, request.leg_id)
        caller = stage.call_in(digit="1")
        stage.until(lambda: other.told_of(caller))
        assert other.told_of(request.leg_id) == []

    @pytest.mark.parametrize("digits", ["g", "A", "0 1", "0]", "^", "a\n\nb", "0-9"])
    def test_only_digits_are_digits(self, stage: Stage, digits: str) -> None:
        """They become part of a pattern; what was followed before still is."""
        stage.switch.follow_digits("a")
        with pytest.raises(HostileTextError):
            stage.switch.follow_digits(digits)
        arrived(stage, digit="a")


class TestSingleLegs:
    """Legs that are told of whatever their digits."""

    def test_a_leg_is_heard_and_unheard(self, stage: Stage) -> None:
        """In between it is told of and listed as one's own, and its owner hears it too."""
        other = stage.colleague()
        stage.switch.follow_digits("a")
        other.switch.follow_digits("b")
        line, mine = stage.call_in(digit="b"), arrived(stage, digit="a")
        stage.switch.hear(line)
        stage.press(line, "1")
        stage.hear(DigitPressed, line)
        stage.until(lambda: stage.switch.leg_ids() == {line, mine})
        assert {leg.leg_id for leg in stage.switch.legs()} == {line, mine}
        stage.switch.unhear(line)
        stage.until(lambda: stage.switch.leg_ids() == {mine})
        stage.press(line, "2")
        stage.until(lambda: other.told_of(line)[2:])
        stage.press(mine, "3")
        stage.hear(DigitPressed, mine)
        told = [(event.leg_id, event.digit) for event in stage.told(DigitPressed)]
        assert told == [(line, "1"), (mine, "3")]
        assert other.told_of(line) == [
            ("LegParked", line), ("DigitPressed", line), ("DigitPressed", line)
        ]  # fmt: skip

    def test_who_borrows_a_line_hears_the_line_alone(self, stage: Stage) -> None:
        """The talk is told of the caller's leg, whoever follows that; its end by the line too."""
        other = stage.colleague()
        other.switch.follow_digits("")
        caller, line = waiting(stage), picked_up(stage)
        other.switch.hear(line)
        stage.switch.bridge(caller, line)
        stage.hear(LegBridged, caller)
        stage.put_down(line)
        stage.hear(LegUnbridged, caller)
        stage.until(lambda: other.told_of(line))
        assert other.told_of(line, caller) == [("LegEnded", line)]

    def test_legs_are_heard_over_later_links(self, stage: Stage) -> None:
        """A lost link does not end a talk."""
        stage.switch.follow_digits("a")
        line = stage.call_in(digit="b")
        stage.switch.hear(line)
        stage.lose_link()
        stage.until(lambda: not stage.switch.is_connected)
        stage.restore_link()
        stage.hear(SwitchRestored)
        stage.until(lambda: stage.switch.is_connected)
        stage.put_down(line)
        stage.hear(LegEnded, line)

    def test_nothing_new_is_heard_without_a_link(self, stage: Stage) -> None:
        """Whoever asks must know; ending it is harmless at any time, also of what never was."""
        stage.switch.follow_digits("a")
        line = stage.call_in(digit="b")
        stage.switch.unhear(line)
        stage.lose_link()
        stage.until(lambda: not stage.switch.is_connected)
        with pytest.raises(SwitchUnavailableError):
            stage.switch.hear(line)
        stage.switch.unhear(line)
        stage.restore_link()
        stage.hear(SwitchRestored)
        stage.until(lambda: stage.switch.is_connected)
        stage.put_down(line)
        mine = arrived(stage, digit="a")
        assert stage.told_of(line) == []
        stage.until(lambda: stage.switch.leg_ids() == {mine})

    def test_a_leg_may_be_asked_about_whatever_its_digit(self, stage: Stage) -> None:
        """Who wants to borrow a line looks at it first."""
        stage.switch.follow_digits("a")
        line = stage.call_in(digit="b")
        assert [leg.leg_id for leg in stage.switch.legs([line])] == [line]
        assert stage.switch.leg_exists(line)

    @pytest.mark.parametrize(
        "leg_id", ["", "b", "/.*/", f"{GONE}\n\nexit", GONE.upper()[:-1] + "G"]
    )
    def test_only_a_leg_is_a_leg(self, stage: Stage, leg_id: str) -> None:
        """It becomes part of a filter."""
        with pytest.raises(HostileTextError):
            stage.switch.hear(LegId(leg_id))


class TestOwners:
    """What the switch itself keeps of who follows which legs."""

    def test_every_worker_sees_the_same_marks(self, stage: Stage) -> None:
        """Digits of which nothing was kept are missing; the latest mark holds."""
        other = stage.colleague()
        assert stage.switch.owners() == {}
        stage.switch.mark_owner("09f", "one:12")
        other.switch.mark_owner("9a", "two:13")
        expected = {"0": "one:12", "9": "two:13", "a": "two:13", "f": "one:12"}
        assert stage.switch.owners() == other.switch.owners() == expected

    def test_marks_outlive_a_link_and_not_the_switch(self, stage: Stage) -> None:
        """A switch that was started anew has no legs to be anybody's."""
        stage.switch.mark_owner("0", "one:1")
        stage.lose_link()
        stage.until(lambda: not stage.switch.is_connected)
        with pytest.raises(SwitchUnavailableError):
            stage.switch.owners()
        with pytest.raises(SwitchUnavailableError):
            stage.switch.mark_owner("1", "one:1")
        stage.restore_link()
        stage.until(lambda: stage.switch.is_connected)
        assert stage.switch.owners() == {"0": "one:1"}
        stage.lose_core()
        stage.until(lambda: not stage.switch.is_connected)
        stage.restart_core()
        stage.until(lambda: stage.switch.is_connected)
        assert stage.switch.owners() == {}

    def test_no_digits_need_no_mark(self, stage: Stage) -> None:
        """A worker may hold nothing."""
        stage.switch.mark_owner("", "one:1")
        assert stage.switch.owners() == {}

    @pytest.mark.parametrize(
        ("digits", "owner"),
        [
            ("x", "one:1"),
            ("0=a", "one:1"),
            ("0", ""),
            ("0", "one:1=two:2"),
            ("0", "one 1"),
            ("0", "one:1\n\nexit"),
            ("0", "'one'"),
            ("0", "$${domain}"),
            ("0", "-ERR no reply"),
            ("0", "o" * 200),
        ],
    )
    def test_only_names_are_owners(self, stage: Stage, digits: str, owner: str) -> None:
        """They become part of a command that is split at ``=``."""
        with pytest.raises(HostileTextError):
            stage.switch.mark_owner(digits, owner)
        assert stage.switch.owners() == {}


class TestWhoMayNotAct:
    """A worker whose calls may be somebody else's by now."""

    def test_commands_nothing_and_hears_everything(self, stage: Stage) -> None:
        """The link is as it was, and nothing reached the leg."""
        caller = arrived(stage)
        stage.may_act = False
        for command in (
            lambda: stage.switch.answer(caller),
            lambda: stage.switch.hang_up(caller, "NORMAL_CLEARING"),
            lambda: stage.switch.remember(caller, {"callcore_queue": "x"}),
            lambda: stage.switch.guard(caller, 5, "4000", "default"),
            lambda: stage.switch.originate(request_for("user/1001@t")),
            lambda: stage.switch.bridge(caller, GONE),
            lambda: stage.switch.leg_exists(caller),
            stage.switch.leg_ids,
            stage.switch.legs,
            lambda: stage.switch.legs([caller]),
            lambda: stage.switch.registered([ANN]),
            lambda: stage.switch.legs_of([ANN]),
        ):
            with pytest.raises(SwitchUnavailableError):
                command()
        assert stage.switch.is_connected
        stage.press(caller, "1")
        stage.hear(DigitPressed, caller)
        stage.may_act = True
        assert [name for name, _ in stage.told_of(caller)] == ["LegParked", "DigitPressed"]
        (leg,) = stage.switch.legs([caller])
        assert (leg.is_line_answered, leg.variables["callcore_queue"]) == (False, "support")
        with pytest.raises(LegGoneError):
            stage.switch.bridge(caller, GONE)

    def test_finds_out_whose_the_legs_are(self, stage: Stage) -> None:
        """And gives up or takes over digits, which is no command to a leg."""
        stage.may_act = False
        stage.switch.mark_owner("a", "one:2")
        assert stage.switch.owners() == {"a": "one:2"}
        stage.switch.follow_digits("b")
        theirs = stage.call_in(digit="a")
        stage.switch.hear(theirs)
        stage.press(theirs, "1")
        stage.hear(DigitPressed, theirs)
        stage.switch.unhear(theirs)
