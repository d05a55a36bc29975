"""What a caller says by keys who is offered a callback or asks for one: whether, and which number.

``OFFERED``: the key named by the offer goes on, any other declines. ``CONFIRMING``, the number read
back: 1 is right, 2 enters another, ``*`` wants no callback. ``ENTERING``: digits up to ``#`` or a
pause; ``*`` begins the number anew, and with nothing entered goes back, to the number that was read
back or, where there is none, out. What leads nowhere is asked again, so often as the limits here
say. Nothing is confirmed but what was read back, unless the terms take the number shown as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeAlias

from callcore.domain import callable_numbers, outcomes, phone_numbers
from callcore.domain.outcomes import AskingEnd
from callcore.domain.policies import CallableNumbers, CallerList
from callcore.domain.speech import phrases
from callcore.domain.speech.utterances import Digits, Utterance

RIGHT_KEY = "1"
OTHER_KEY = "2"
BACK_KEY = "*"
END_KEY = "#"

MOST_TRIES = 3
"""So many numbers that cannot be called, and keys that mean nothing, are one too many."""
MOST_SILENCES = 2
"""So often the same question is met by silence."""
MOST_QUESTIONS = 12
"""A caller who goes round in circles has other things in mind."""
MOST_DIGITS = 20
"""No number is longer: no key is waited for after so many."""

_DIGITS = frozenset("0123456789")

_OF_OURS = frozenset({AskingEnd.TOO_MANY, AskingEnd.NOT_KEPT_HERE, AskingEnd.FLOOR_UNAVAILABLE})
_ANSWERS = frozenset({AskingEnd.DECLINED, AskingEnd.SILENT})


class Step(StrEnum):
    """What the caller is asked."""

    OFFERED = "offered"
    CONFIRMING = "confirming"
    ENTERING = "entering"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What holds in one dialogue."""

    shown_number: str
    """The caller's, as the switch shows it."""
    prompts: Utterance
    """Of the offer."""
    accept_key: str
    confirms_number: bool
    """The number is read back, and another may be entered."""
    numbers: CallableNumbers
    caller_lists: Sequence[CallerList] = ()

    def verdict(self, number: str) -> AskingEnd | None:
        """Why the number cannot be called; ``None``: it can."""
        return callable_numbers.verdict(number, self.numbers, self.caller_lists)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The caller is asked something: silence counts once ``says`` has been heard."""

    step: Step
    says: Utterance
    """Nothing while digits come in."""
    number: str = ""
    """The one read back, normalised; while another is entered the one before, if there is one."""
    typed: str = ""
    """The digits entered so far."""
    tries_count: int = 0
    silences_count: int = 0
    questions_count: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A callback is wanted on that number, which is normalised and may be called."""

    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """Nothing comes of it."""

    end: AskingEnd
    number: str = ""
    """That which was to be called, normalised; empty if there was none."""


Turn: TypeAlias = Question | Confirmed | Ended


def offered(terms: Terms) -> Turn:
    """The beginning of an offer; over at once if it could not be kept whatever the answer."""
    problem = terms.verdict(terms.shown_number)
    if problem is not None and not terms.confirms_number:
        return Ended(end=problem, number=_shown(terms))
    return Question(step=Step.OFFERED, says=terms.prompts)


def asked_for(terms: Terms) -> Turn:
    """The beginning for a caller who wants a callback, and was not asked."""
    problem, number = terms.verdict(terms.shown_number), _shown(terms)
    if not terms.confirms_number:
        return Confirmed(number=number) if problem is None else Ended(end=problem, number=number)
    if problem is None:
        return Question(step=Step.CONFIRMING, says=_read_back(number), number=number)
    is_refused = problem is not AskingEnd.WITHHELD
    told: Utterance = (phrases.CALLBACK_NOT_POSSIBLE,) if is_refused else ()
    return Question(step=Step.ENTERING, says=(*told, phrases.CALLBACK_ENTER_NUMBER))


def pressed(terms: Terms, question: Question, key: str) -> Turn:
    """What a key leads to."""
    question = replace(question, silences_count=0)
    match question.step:
        case Step.OFFERED if key == terms.accept_key:
            return asked_for(terms)
        case Step.OFFERED:
            return Ended(end=AskingEnd.DECLINED, number=_shown(terms))
        case Step.CONFIRMING:
            return _confirming(question, key)
        case Step.ENTERING:
            return _entering(terms, question, key)


def silent(terms: Terms, question: Question) -> Turn:
    """What it leads to that no key was pressed in the time there was."""
    if question.step is Step.OFFERED:
        return Ended(end=AskingEnd.SILENT, number=_shown(terms))
    if question.typed:
        return _entered(terms, question)
    silences_count = question.silences_count + 1
    if silences_count >= MOST_SILENCES:
        return Ended(end=AskingEnd.SILENT, number=question.number)
    return _again(question, question.says, silences_count=silences_count)


def unheard(question: Question) -> Turn:
    """What it leads to that the question could not be heard when a key was pressed."""
    return _again(question, question.says)


def failure_told(end: AskingEnd, *, is_in_line: bool) -> Utterance:
    """What a caller hears with whom it has come to that end; whoever waits, that it goes on."""
    told: list[str] = []
    if end in outcomes.OF_THE_NUMBER:
        told.append(phrases.CALLBACK_NOT_POSSIBLE)
    if end in _OF_OURS:
        told.append(phrases.CALLBACK_NOT_NOW)
    if is_in_line and (told or end in _ANSWERS):
        told.append(phrases.CALLBACK_STILL_WAITING)
    return tuple(told)


def _confirming(question: Question, key: str) -> Turn:
    if key == RIGHT_KEY:
        return Confirmed(number=question.number)
    if key == OTHER_KEY:
        enter = replace(question, step=Step.ENTERING, typed="")
        return _again(enter, (phrases.CALLBACK_ENTER_NUMBER,))
    if key == BACK_KEY:
        return Ended(end=AskingEnd.DECLINED, number=question.number)
    return _wrong(question, AskingEnd.DECLINED, question.number, question.says)


def _entering(terms: Terms, question: Question, key: str) -> Turn:
    if key in _DIGITS:
        more = replace(question, typed=question.typed + key, says=())
        return more if len(more.typed) < MOST_DIGITS else _entered(terms, more)
    if key == END_KEY:
        return _entered(terms, question)
    if question.typed:
        return _again(replace(question, typed=""), (phrases.CALLBACK_ENTER_NUMBER,))
    if question.number:
        back = replace(question, step=Step.CONFIRMING)
        return _again(back, _read_back(question.number))
    return Ended(end=AskingEnd.DECLINED)


def _entered(terms: Terms, question: Question) -> Turn:
    """All that is to come of a number has been entered."""
    problem, number = terms.verdict(question.typed), phone_numbers.normalised(question.typed)
    if problem is None:
        read = replace(question, step=Step.CONFIRMING, number=number, typed="")
        return _again(read, _read_back(number))
    told: Utterance = (phrases.CALLBACK_NOT_POSSIBLE,) if question.typed else ()
    asked_anew = (*told, phrases.CALLBACK_ENTER_NUMBER)
    return _wrong(replace(question, typed=""), problem, number, asked_anew)


def _wrong(question: Question, end: AskingEnd, number: str, says: Utterance) -> Turn:
    """Asks again, or ends so if that was one too many."""
    tries_count = question.tries_count + 1
    if tries_count >= MOST_TRIES:
        return Ended(end=end, number=number)
    return _again(replace(question, tries_count=tries_count), says)


def _again(question: Question, says: Utterance, *, silences_count: int = 0) -> Turn:
    if question.questions_count >= MOST_QUESTIONS:
        return Ended(end=AskingEnd.DECLINED, number=question.number)
    return replace(
        question,
        says=says,
        silences_count=silences_count,
        questions_count=question.questions_count + 1,
    )


def _read_back(number: str) -> Utterance:
    return (phrases.CALLBACK_YOUR_NUMBER, Digits(number), phrases.CALLBACK_CONFIRM)


def _shown(terms: Terms) -> str:
    return phone_numbers.normalised(terms.shown_number)
