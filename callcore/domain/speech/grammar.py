"""The prompts that speak an utterance in a language.

Every language has a grammar, and a catalogue with the texts of exactly the prompts it uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol, TypeAlias

from callcore.domain import treatments
from callcore.domain.ids import Language
from callcore.domain.speech import phrases, spelling
from callcore.domain.speech.english import English
from callcore.domain.speech.polish import Polish
from callcore.domain.speech.russian import Russian
from callcore.domain.speech.utterances import (
    HIGHEST_NUMBER,
    BareWait,
    Digits,
    Minutes,
    MoreThanWaiting,
    Number,
    PressKey,
    Spoken,
    Utterance,
    WaitBetween,
    WaitMoreThan,
    WaitUpTo,
    YouAreNext,
    YourPosition,
)

_MINUS = "number/minus"

_Wait: TypeAlias = WaitBetween | WaitUpTo | WaitMoreThan | BareWait
_ToldInLine: TypeAlias = YouAreNext | YourPosition | MoreThanWaiting | _Wait


class UnknownLanguageError(Exception):
    """callcore has no catalogue of a language."""


class Grammar(Protocol):
    """How one language says what has numbers in it; numbers are 0 to ``HIGHEST_NUMBER``."""

    def prompts(self) -> frozenset[str]:
        """Every prompt the other methods can return, but those of ``spelling``."""

    def number(self, value: int) -> tuple[str, ...]:
        """A number by itself."""

    def minutes(self, count: int) -> tuple[str, ...]:
        """So many minutes, by themselves."""

    def press_key(self, key: str) -> tuple[str, ...]:
        """The request to press a key."""

    def you_are_next(self) -> tuple[str, ...]:
        """The caller is the first in line."""

    def your_position(self, position: int) -> tuple[str, ...]:
        """The caller's place in line."""

    def more_than_waiting(self, count: int) -> tuple[str, ...]:
        """More callers than so many wait."""

    def wait_between(self, low_minutes: int, high_minutes: int) -> tuple[str, ...]:
        """The wait expected, as a range."""

    def wait_up_to(self, minutes: int) -> tuple[str, ...]:
        """The wait expected is no longer than that."""

    def wait_more_than(self, minutes: int) -> tuple[str, ...]:
        """The wait expected is longer than that."""

    def bare_between(self, low_minutes: int, high_minutes: int) -> tuple[str, ...]:
        """A range without words before it."""

    def bare_up_to(self, minutes: int) -> tuple[str, ...]:
        """No longer than that."""

    def bare_more_than(self, minutes: int) -> tuple[str, ...]:
        """Longer than that."""


_GRAMMARS: Mapping[Language, Grammar] = MappingProxyType(
    {
        Language("en"): English(),
        Language("pl"): Polish(),
        Language("ru"): Russian(),
    }
)

CATALOGUED: frozenset[Language] = frozenset(_GRAMMARS)
"""The languages callcore speaks."""

_PHRASES = phrases.EVERY | {
    treatments.refusal_prompt(reason) for reason in treatments.OverflowReason
}


def prompts(language: Language) -> frozenset[str]:
    """Every prompt the catalogue of a language must have. Raises ``UnknownLanguageError``."""
    return _PHRASES | spelling.PROMPTS | {_MINUS} | _of(language).prompts()


def prompt_keys(utterance: Utterance, language: Language) -> tuple[str, ...]:
    """What to play, one after another, to say an utterance in a language.

    Nothing, if all of it is digits without any. Raises ``UnknownLanguageError``.
    """
    grammar = _of(language)
    return tuple(key for spoken in utterance for key in _spoken(spoken, grammar))


def _of(language: Language) -> Grammar:
    try:
        return _GRAMMARS[language]
    except KeyError:
        known = ", ".join(sorted(CATALOGUED))
        raise UnknownLanguageError(f"no catalogue of {language!r}; there are {known}") from None


def _spoken(spoken: Spoken, grammar: Grammar) -> tuple[str, ...]:
    match spoken:
        case str():
            return (spoken,)
        case Number(value=value):
            return _number(value, grammar)
        case Digits(text=text):
            return spelling.spelled(text)
        case Minutes(count=count):
            return grammar.minutes(count)
        case PressKey(key=key):
            return grammar.press_key(key)
        case _:
            return _told_in_line(spoken, grammar)


def _told_in_line(spoken: _ToldInLine, grammar: Grammar) -> tuple[str, ...]:
    match spoken:
        case YouAreNext():
            return grammar.you_are_next()
        case YourPosition(position=position):
            return grammar.your_position(position)
        case MoreThanWaiting(count=count):
            return grammar.more_than_waiting(count)
        case _:
            return _wait(spoken, grammar)


def _wait(wait: _Wait, grammar: Grammar) -> tuple[str, ...]:
    match wait:
        case WaitBetween(low_minutes=low, high_minutes=high):
            return grammar.wait_between(low, high)
        case WaitUpTo(minutes=minutes):
            return grammar.wait_up_to(minutes)
        case WaitMoreThan(minutes=minutes):
            return grammar.wait_more_than(minutes)
        case BareWait():
            return _bare(wait, grammar)


def _bare(wait: BareWait, grammar: Grammar) -> tuple[str, ...]:
    if wait.high_minutes is None:
        return grammar.bare_more_than(wait.low_minutes)
    if wait.low_minutes == 0:
        return grammar.bare_up_to(wait.high_minutes)
    return grammar.bare_between(wait.low_minutes, wait.high_minutes)


def _number(value: int, grammar: Grammar) -> tuple[str, ...]:
    if value < 0:
        return (_MINUS, *_number(-value, grammar))
    if value > HIGHEST_NUMBER:
        return spelling.spelled(str(value))
    return grammar.number(value)
