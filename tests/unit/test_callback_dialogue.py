"""What a caller may say by keys about a callback, and what comes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import callback_dialogue, phone_numbers
from callcore.domain.callback_dialogue import (
    MOST_DIGITS,
    MOST_QUESTIONS,
    MOST_SILENCES,
    MOST_TRIES,
    Confirmed,
    Ended,
    Question,
    Step,
    Terms,
    Turn,
)
from callcore.domain.outcomes import AskingEnd
from callcore.domain.policies import CallableNumbers, CallerList
from callcore.domain.speech import phrases
from callcore.domain.speech.utterances import Digits

SHOWN = "+48200100"
OTHER = "+48600700800"
PREMIUM = "+48700123456"
BLOCKED = "+48500500500"

TERMS = Terms(
    shown_number=SHOWN,
    prompts=("shop/offer",),
    accept_key="5",
    confirms_number=True,
    numbers=CallableNumbers(refused=("+4870",), do_not_call=("blocked",)),
    caller_lists=(CallerList(name="blocked", numbers=frozenset({BLOCKED})),),
)
AT_ONCE = replace(TERMS, confirms_number=False)
WITHHELD = replace(TERMS, shown_number="anonymous")

ENTER = (phrases.CALLBACK_ENTER_NUMBER,)
NOT_THIS = (phrases.CALLBACK_NOT_POSSIBLE, phrases.CALLBACK_ENTER_NUMBER)
SILENCE = ""


def read_back(number: str) -> tuple[object, ...]:
    return (phrases.CALLBACK_YOUR_NUMBER, Digits(number), phrases.CALLBACK_CONFIRM)


def dialled(number: str) -> str:
    """The keys for a number with a country code."""
    return number.replace("+", "00")


def led_by(terms: Terms, turn: Turn, keys: str) -> Turn:
    """Presses keys; ``_`` is silence. All of them must be asked for."""
    for key in keys:
        assert isinstance(turn, Question), f"over before {key!r} of {keys!r}: {turn}"
        if key == "_":
            turn = callback_dialogue.silent(terms, turn)
        else:
            turn = callback_dialogue.pressed(terms, turn, key)
    return turn


def offer(keys: str, terms: Terms = TERMS) -> Turn:
    return led_by(terms, callback_dialogue.offered(terms), keys)


def wish(keys: str, terms: Terms = TERMS) -> Turn:
    return led_by(terms, callback_dialogue.asked_for(terms), keys)


def question(turn: Turn) -> tuple[Step, tuple[object, ...]]:
    assert isinstance(turn, Question)
    return turn.step, turn.says


class TestOffer:
    """Whether a callback is wanted."""

    def test_the_offer_is_said(self) -> None:
        """In its own words."""
        assert question(offer("")) == (Step.OFFERED, ("shop/offer",))

    def test_its_key_leads_to_the_number(self) -> None:
        """The one that the switch shows, read back."""
        assert question(offer("5")) == (Step.CONFIRMING, read_back(SHOWN))

    @pytest.mark.parametrize("key", "12*#0")
    def test_any_other_key_declines(self, key: str) -> None:
        """What would mean something later does not yet."""
        assert offer(key) == Ended(end=AskingEnd.DECLINED, number=SHOWN)

    def test_silence_is_an_answer(self) -> None:
        """It is not asked twice."""
        assert offer("_") == Ended(end=AskingEnd.SILENT, number=SHOWN)

    def test_without_reading_back_its_key_is_all(self) -> None:
        """The number shown is taken as it is."""
        assert offer("5", AT_ONCE) == Confirmed(number=SHOWN)

    @pytest.mark.parametrize(
        ("shown", "end"),
        [
            ("", AskingEnd.WITHHELD),
            ("anonymous", AskingEnd.WITHHELD),
            ("sip:x@y", AskingEnd.NUMBER_IMPOSSIBLE),
            (PREMIUM, AskingEnd.NUMBER_NOT_ALLOWED),
            (BLOCKED, AskingEnd.DO_NOT_CALL),
        ],
    )
    def test_what_could_not_be_kept_is_not_offered(self, shown: str, end: AskingEnd) -> None:
        """Unless another number may be entered."""
        turn = offer("", replace(AT_ONCE, shown_number=shown))
        assert turn == Ended(end=end, number=phone_numbers.normalised(shown))
        assert question(offer("", replace(TERMS, shown_number=shown)))[0] is Step.OFFERED


class TestConfirming:
    """Is it this number?"""

    def test_who_asks_for_it_is_not_offered_it(self) -> None:
        """The number comes at once; without reading back it is taken at once."""
        assert question(wish("")) == (Step.CONFIRMING, read_back(SHOWN))
        assert wish("", AT_ONCE) == Confirmed(number=SHOWN)

    def test_one_is_right(self) -> None:
        """The number is wanted."""
        assert wish("1") == Confirmed(number=SHOWN)

    def test_two_enters_another(self) -> None:
        """Which has to be confirmed too."""
        assert question(wish("2")) == (Step.ENTERING, ENTER)
        entered = wish(f"2{dialled(OTHER)}#")
        assert question(entered) == (Step.CONFIRMING, read_back(OTHER))
        assert led_by(TERMS, entered, "1") == Confirmed(number=OTHER)

    def test_the_star_wants_none(self) -> None:
        """At any time while a number is read back."""
        assert wish("*") == Ended(end=AskingEnd.DECLINED, number=SHOWN)

    def test_keys_that_mean_nothing_are_asked_again_and_then_decline(self) -> None:
        """So often as ``MOST_TRIES`` says."""
        assert question(wish("9" * (MOST_TRIES - 1))) == (Step.CONFIRMING, read_back(SHOWN))
        assert wish("9" * MOST_TRIES) == Ended(end=AskingEnd.DECLINED, number=SHOWN)

    def test_silence_is_asked_again_once(self) -> None:
        """A key in between begins the count anew."""
        assert question(wish("_" * (MOST_SILENCES - 1))) == (Step.CONFIRMING, read_back(SHOWN))
        assert wish("_" * MOST_SILENCES) == Ended(end=AskingEnd.SILENT, number=SHOWN)
        assert question(wish("_9_"))[0] is Step.CONFIRMING


class TestEntering:
    """Which number, then?"""

    def test_who_shows_none_is_asked_for_one(self) -> None:
        """Whoever shows one that cannot be called hears so first."""
        assert question(wish("", WITHHELD)) == (Step.ENTERING, ENTER)
        assert question(wish("", replace(TERMS, shown_number=PREMIUM))) == (Step.ENTERING, NOT_THIS)

    def test_nothing_is_said_between_digits(self) -> None:
        """The first cuts the question, the others follow."""
        assert question(wish("26")) == (Step.ENTERING, ())
        assert question(wish("2600")) == (Step.ENTERING, ())

    @pytest.mark.parametrize("end", ["#", "_"])
    def test_a_pause_ends_a_number_like_the_pound_key(self, end: str) -> None:
        """As dialled here, without a country code."""
        assert question(wish(f"2600700800{end}")) == (Step.CONFIRMING, read_back("600700800"))

    def test_so_many_digits_are_all(self) -> None:
        """No key is waited for."""
        digits = "6" * MOST_DIGITS
        assert question(wish(f"2{digits}")) == (Step.CONFIRMING, read_back(digits))

    def test_the_star_begins_the_number_anew(self) -> None:
        """What was entered before is forgotten."""
        assert question(wish("2999*")) == (Step.ENTERING, ENTER)
        assert question(wish("2999*600700800#")) == (Step.CONFIRMING, read_back("600700800"))

    def test_the_star_before_any_digit_goes_back(self) -> None:
        """To the number that was read back; where there is none, out."""
        assert question(wish("2*")) == (Step.CONFIRMING, read_back(SHOWN))
        assert wish("2*1") == Confirmed(number=SHOWN)
        assert wish("*", WITHHELD) == Ended(end=AskingEnd.DECLINED)

    @pytest.mark.parametrize(
        ("keys", "end", "number"),
        [
            ("12#", AskingEnd.NUMBER_IMPOSSIBLE, "12"),
            (f"{dialled(PREMIUM)}#", AskingEnd.NUMBER_NOT_ALLOWED, PREMIUM),
            (f"{dialled(BLOCKED)}#", AskingEnd.DO_NOT_CALL, BLOCKED),
            ("0000000#", AskingEnd.WITHHELD, ""),
        ],
    )
    def test_a_number_that_cannot_be_called_is_asked_again_and_then_ends_it(
        self, keys: str, end: AskingEnd, number: str
    ) -> None:
        """With what was wrong with the last."""
        assert question(wish(f"2{keys}")) == (Step.ENTERING, NOT_THIS)
        assert wish("2" + keys * MOST_TRIES) == Ended(end=end, number=number)

    def test_the_pound_key_alone_is_no_number(self) -> None:
        """It is asked again without a word of numbers."""
        assert question(wish("2#")) == (Step.ENTERING, ENTER)
        assert wish("2" + "#" * MOST_TRIES) == Ended(end=AskingEnd.WITHHELD)

    def test_silence_is_asked_again_once(self) -> None:
        """Before the first digit."""
        assert question(wish("_", WITHHELD)) == (Step.ENTERING, ENTER)
        assert wish("__", WITHHELD) == Ended(end=AskingEnd.SILENT)

    def test_who_goes_round_in_circles_is_let_go(self) -> None:
        """Nothing wrong is pressed, and it ends all the same."""
        turn = wish("")
        for _ in range(MOST_QUESTIONS):
            turn = led_by(TERMS, turn, "2*") if isinstance(turn, Question) else turn
            if isinstance(turn, Ended):
                break
        assert turn == Ended(end=AskingEnd.DECLINED, number=SHOWN)


class TestWhatIsTold:
    """After a dialogue that came to nothing."""

    @pytest.mark.parametrize("end", AskingEnd)
    def test_whoever_goes_on_waiting_hears_so(self, end: AskingEnd) -> None:
        """And why, where it is not their own answer; nobody hears anything who is not there."""
        told = callback_dialogue.failure_told(end, is_in_line=True)
        is_there = end not in {
            AskingEnd.PROMISED,
            AskingEnd.ALREADY_PROMISED,
            AskingEnd.HUNG_UP,
            AskingEnd.PICKED_UP,
            AskingEnd.BROKEN_OFF,
        }
        assert told[-1:] == ((phrases.CALLBACK_STILL_WAITING,) if is_there else ())
        elsewhere = callback_dialogue.failure_told(end, is_in_line=False)
        assert elsewhere == told[:-1]
        assert bool(elsewhere) == (is_there and end not in {AskingEnd.DECLINED, AskingEnd.SILENT})

    def test_a_number_and_a_shortcoming_of_ours_are_told_apart(self) -> None:
        """Another number may help with the one, and only time with the other."""
        told = callback_dialogue.failure_told
        assert told(AskingEnd.DO_NOT_CALL, is_in_line=False) == (phrases.CALLBACK_NOT_POSSIBLE,)
        assert told(AskingEnd.TOO_MANY, is_in_line=False) == (phrases.CALLBACK_NOT_NOW,)


SHOWN_NUMBERS = st.sampled_from(["", SHOWN, PREMIUM, BLOCKED, "anonymous", "12", "x@y"])
KEYS = st.text("0123456789*#_12_#", min_size=400, max_size=400)


@given(keys=KEYS, shown=SHOWN_NUMBERS, confirms=st.booleans(), is_offered=st.booleans())
def test_whatever_is_pressed_it_ends_and_only_what_was_read_back_is_confirmed(
    *, keys: str, shown: str, confirms: bool, is_offered: bool
) -> None:
    """Random keys and silences: one end within bounds, a number that may be called and was heard.

    Digits are no questions, so that the number of keys is bounded too.
    """
    terms = replace(TERMS, shown_number=shown, confirms_number=confirms)
    turn = (callback_dialogue.offered if is_offered else callback_dialogue.asked_for)(terms)
    heard = set()
    pressed_count = 0
    for key in keys:
        if not isinstance(turn, Question):
            break
        if turn.step is Step.CONFIRMING:
            assert turn.says == read_back(turn.number)
            heard.add(turn.number)
        assert turn.questions_count <= MOST_QUESTIONS
        pressed_count += 1
        if key == "_":
            turn = callback_dialogue.silent(terms, turn)
        else:
            turn = callback_dialogue.pressed(terms, turn, key)
    assert not isinstance(turn, Question)
    assert pressed_count <= MOST_QUESTIONS * (MOST_DIGITS + 1) + 1
    if isinstance(turn, Confirmed):
        assert terms.verdict(turn.number) is None
        assert turn.number == phone_numbers.normalised(turn.number)
        assert turn.number in (heard if confirms else {phone_numbers.normalised(shown)})
