"""Russian: numbers by themselves are masculine, those of minutes and thousands feminine.

One and two have other words in the feminine, at the end of longer numbers too: "двадцать одна
минута", "двадцать две тысячи". What a wait lies between, and what it is more or not more than, is
in the genitive: "от двух до двадцати одной минуты".

The sentences about the position are those of Debian's ``asterisk-core-sounds-ru``.
"""

from __future__ import annotations

from enum import StrEnum

from callcore.domain.speech import numerals, slavic
from callcore.domain.speech.slavic import Plural

_MORE_THAN_END = "position/callers-waiting"
_MORE_THAN_END_ONE = "position/caller-waiting"
"""After one, twenty-one and so on."""


class _Form(StrEnum):
    """Which words a number is made of, as the keys of their prompts begin."""

    MASCULINE = "number/"
    FEMININE = "number/f/"
    GENITIVE = "number/gen/"
    """Feminine."""


class Russian:
    """What is said, in Russian."""

    def prompts(self) -> frozenset[str]:
        """Every prompt that is a piece of what is said here."""
        return slavic.PROMPTS | {_MORE_THAN_END, _MORE_THAN_END_ONE}

    def number(self, value: int) -> tuple[str, ...]:
        """A number of 0 to 999 999."""
        return _number(value, _Form.MASCULINE)

    def minutes(self, count: int) -> tuple[str, ...]:
        """So many minutes."""
        return (*_number(count, _Form.FEMININE), f"minutes/{_plural(count)}")

    def press_key(self, key: str) -> tuple[str, ...]:
        """The request to press a key."""
        return slavic.press_key(key)

    def you_are_next(self) -> tuple[str, ...]:
        """The caller is the first in line."""
        return (slavic.YOU_ARE_NEXT,)

    def your_position(self, position: int) -> tuple[str, ...]:
        """The caller's place in line."""
        return slavic.your_position(self.number(position))

    def more_than_waiting(self, count: int) -> tuple[str, ...]:
        """More callers than so many wait."""
        end = _MORE_THAN_END_ONE if _plural(count) is Plural.ONE else _MORE_THAN_END
        return (slavic.POSITION_MORE_THAN, *self.number(count), end)

    def wait_between(self, low_minutes: int, high_minutes: int) -> tuple[str, ...]:
        """The wait expected: "от двух до пяти минут"."""
        return (slavic.WAIT_BETWEEN, *_range(low_minutes, high_minutes))

    def wait_up_to(self, minutes: int) -> tuple[str, ...]:
        """The wait expected: "не более двадцати одной минуты"."""
        if minutes == 1:
            return (slavic.WAIT_LESS_THAN_A_MINUTE,)
        return (slavic.WAIT_UP_TO, *_minutes_genitive(minutes))

    def wait_more_than(self, minutes: int) -> tuple[str, ...]:
        """The wait expected: "более шестидесяти минут"."""
        return (slavic.WAIT_LONGER_THAN, *_minutes_genitive(minutes))

    def bare_between(self, low_minutes: int, high_minutes: int) -> tuple[str, ...]:
        """As in "от двух до пяти минут"."""
        return (slavic.FROM, *_range(low_minutes, high_minutes))

    def bare_up_to(self, minutes: int) -> tuple[str, ...]:
        """As in "не более двадцати одной минуты"."""
        if minutes == 1:
            return (slavic.LESS_THAN_A_MINUTE,)
        return (slavic.NO_LONGER_THAN, *_minutes_genitive(minutes))

    def bare_more_than(self, minutes: int) -> tuple[str, ...]:
        """As in "более шестидесяти минут"."""
        return (slavic.LONGER_THAN, *_minutes_genitive(minutes))


def _plural(count: int) -> Plural:
    last, before_last = count % 10, count // 10 % 10
    if before_last == 1:
        return Plural.MANY
    if last == 1:
        return Plural.ONE
    return Plural.FEW if last in range(2, 5) else Plural.MANY


def _plural_genitive(count: int) -> Plural:
    """The genitive of the first form is the second, that of the others the third."""
    return Plural.FEW if _plural(count) is Plural.ONE else Plural.MANY


def _range(low_minutes: int, high_minutes: int) -> tuple[str, ...]:
    """What comes after "от": "двух до пяти минут"."""
    low = _number(low_minutes, _Form.GENITIVE)
    return (*low, slavic.WAIT_TO, *_minutes_genitive(high_minutes))


def _minutes_genitive(count: int) -> tuple[str, ...]:
    return (*_number(count, _Form.GENITIVE), f"minutes/{_plural_genitive(count)}")


def _number(value: int, form: _Form) -> tuple[str, ...]:
    if value == 0:
        return (_word(0, form),)
    thousands, rest = numerals.thousands_and_rest(value)
    return (*_thousands(thousands, form), *_below_thousand(rest, form))


def _thousands(count: int, form: _Form) -> tuple[str, ...]:
    """As in "тысяча", "две тысячи", "пять тысяч", "двадцать одна тысяча"."""
    if count == 0:
        return ()
    is_genitive = form is _Form.GENITIVE
    plural = _plural_genitive(count) if is_genitive else _plural(count)
    feminine = _Form.GENITIVE if is_genitive else _Form.FEMININE
    counted = () if count == 1 else _below_thousand(count, feminine)
    return (*counted, f"number/thousand/{plural}")


def _below_thousand(value: int, form: _Form) -> tuple[str, ...]:
    return tuple(_word(piece, form) for piece in numerals.pieces_below_thousand(value))


def _word(piece: int, form: _Form) -> str:
    """Only one and two have a feminine of their own."""
    if form is _Form.FEMININE and piece not in {1, 2}:
        form = _Form.MASCULINE
    return f"{form}{piece}"
