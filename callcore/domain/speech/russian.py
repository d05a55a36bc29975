"""Russian: numbers by themselves are masculine, those of minutes and thousands feminine.

One and two have other words in the feminine, at the end of longer numbers too: "двадцать одна
минута", "двадцать две тысячи". What a wait lies between, and what it is more or not more than, is
in the genitive: "от двух до двадцати одной минуты".

The sentences about the position are those of Debian's ``asterisk-core-sounds-ru``.
"""

from __future__ import annotations

from enum import StrEnum

from callcore.domain.speech import numerals, spelling

_PRESS = "press/key"
_KEYS_BY_NAME = {"*": "press/star", "#": "press/pound"}

_NEXT = "position/you-are-next"
_POSITION = "position/you-are-number"
_POSITION_END = "position/waiting-to-speak"
_MORE_THAN = "position/more-than"
_MORE_THAN_END = "position/callers-waiting"
_MORE_THAN_END_ONE = "position/caller-waiting"
"""After one, twenty-one and so on."""

_BETWEEN = "wait/between"
_TO = "wait/to"
_UP_TO = "wait/up-to"
_LONGER_THAN = "wait/more-than"
_LESS_THAN_A_MINUTE = "wait/less-than-a-minute"


class _Plural(StrEnum):
    """Which form of a noun a number asks for: "минута", "минуты" or "минут".

    The genitive of the first is the second, that of the others the third.
    """

    ONE = "one"
    FEW = "few"
    MANY = "many"


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
        words = (0, *numerals.UNITS_AND_TENS, *numerals.HUNDREDS)
        return frozenset(
            {f"number/{value}" for value in words}
            | {f"number/gen/{value}" for value in words}
            | {"number/f/1", "number/f/2"}
            | {f"number/thousand/{form}" for form in _Plural}
            | {f"minutes/{form}" for form in _Plural}
            | {_PRESS, *_KEYS_BY_NAME.values()}
            | {_NEXT, _POSITION, _POSITION_END, _MORE_THAN, _MORE_THAN_END, _MORE_THAN_END_ONE}
            | {_BETWEEN, _TO, _UP_TO, _LONGER_THAN, _LESS_THAN_A_MINUTE}
        )

    def number(self, value: int) -> tuple[str, ...]:
        """A number of 0 to 999 999."""
        return _number(value, _Form.MASCULINE)

    def minutes(self, count: int) -> tuple[str, ...]:
        """So many minutes."""
        return (*_number(count, _Form.FEMININE), f"minutes/{_plural(count)}")

    def press_key(self, key: str) -> tuple[str, ...]:
        """The request to press a key; star and pound are in the accusative, and so phrases."""
        if key in _KEYS_BY_NAME:
            return (_KEYS_BY_NAME[key],)
        return (_PRESS, *spelling.spelled(key))

    def you_are_next(self) -> tuple[str, ...]:
        """The caller is the first in line."""
        return (_NEXT,)

    def your_position(self, position: int) -> tuple[str, ...]:
        """The caller's place in line."""
        return (_POSITION, *self.number(position), _POSITION_END)

    def more_than_waiting(self, count: int) -> tuple[str, ...]:
        """More callers than so many wait."""
        end = _MORE_THAN_END_ONE if _plural(count) is _Plural.ONE else _MORE_THAN_END
        return (_MORE_THAN, *self.number(count), end)

    def wait_between(self, low_minutes: int, high_minutes: int) -> tuple[str, ...]:
        """The wait expected: "от двух до пяти минут"."""
        low = _number(low_minutes, _Form.GENITIVE)
        return (_BETWEEN, *low, _TO, *_minutes_genitive(high_minutes))

    def wait_up_to(self, minutes: int) -> tuple[str, ...]:
        """The wait expected: "не более двадцати одной минуты"."""
        if minutes == 1:
            return (_LESS_THAN_A_MINUTE,)
        return (_UP_TO, *_minutes_genitive(minutes))

    def wait_more_than(self, minutes: int) -> tuple[str, ...]:
        """The wait expected: "более шестидесяти минут"."""
        return (_LONGER_THAN, *_minutes_genitive(minutes))


def _plural(count: int) -> _Plural:
    last, before_last = count % 10, count // 10 % 10
    if before_last == 1:
        return _Plural.MANY
    if last == 1:
        return _Plural.ONE
    return _Plural.FEW if last in range(2, 5) else _Plural.MANY


def _plural_genitive(count: int) -> _Plural:
    return _Plural.FEW if _plural(count) is _Plural.ONE else _Plural.MANY


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
