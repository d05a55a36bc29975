"""English: "one hundred twenty-one" is spoken of one, hundred, twenty and one.

The sentences are cut as the recorded set of Debian's ``asterisk-core-sounds-en`` is.
"""

from __future__ import annotations

from callcore.domain.speech import numerals, spelling

_HUNDRED = "number/hundred"
_THOUSAND = "number/thousand"

_ONE_MINUTE = "minutes/one"
_MINUTES = "minutes/many"

_PRESS = "press/key"

_NEXT = "position/you-are-next"
_POSITION = "position/you-are-number"
_POSITION_END = "position/waiting-to-speak"
_MORE_THAN = "position/more-than"
_MORE_THAN_END = "position/callers-waiting"
_MORE_THAN_ONE = "position/more-than-one"

_WAIT = "wait/estimated"
_BETWEEN = "wait/between"
_AND = "wait/and"
_LESS_THAN = "wait/less-than"
_LONGER_THAN = "wait/more-than"


class English:
    """What is said, in English."""

    def prompts(self) -> frozenset[str]:
        """Every prompt that is a piece of what is said here."""
        numbers = {f"number/{value}" for value in (0, *numerals.UNITS_AND_TENS)}
        return frozenset(
            numbers
            | {_HUNDRED, _THOUSAND, _ONE_MINUTE, _MINUTES, _PRESS}
            | {_NEXT, _POSITION, _POSITION_END, _MORE_THAN, _MORE_THAN_END, _MORE_THAN_ONE}
            | {_WAIT, _BETWEEN, _AND, _LESS_THAN, _LONGER_THAN}
        )

    def number(self, value: int) -> tuple[str, ...]:
        """A number of 0 to 999 999."""
        if value == 0:
            return ("number/0",)
        thousands, rest = numerals.thousands_and_rest(value)
        spoken = (*_below_thousand(thousands), _THOUSAND) if thousands else ()
        return (*spoken, *_below_thousand(rest))

    def minutes(self, count: int) -> tuple[str, ...]:
        """So many minutes."""
        return (*self.number(count), _ONE_MINUTE if count == 1 else _MINUTES)

    def press_key(self, key: str) -> tuple[str, ...]:
        """The request to press a key."""
        return (_PRESS, *spelling.spelled(key))

    def you_are_next(self) -> tuple[str, ...]:
        """The caller is the first in line."""
        return (_NEXT,)

    def your_position(self, position: int) -> tuple[str, ...]:
        """The caller's place in line."""
        return (_POSITION, *self.number(position), _POSITION_END)

    def more_than_waiting(self, count: int) -> tuple[str, ...]:
        """More callers than so many wait."""
        if count == 1:
            return (_MORE_THAN_ONE,)
        return (_MORE_THAN, *self.number(count), _MORE_THAN_END)

    def wait_between(self, low_minutes: int, high_minutes: int) -> tuple[str, ...]:
        """The wait expected: between two and five minutes."""
        return (_WAIT, *self.bare_between(low_minutes, high_minutes))

    def wait_up_to(self, minutes: int) -> tuple[str, ...]:
        """The wait expected: less than five minutes."""
        return (_WAIT, *self.bare_up_to(minutes))

    def wait_more_than(self, minutes: int) -> tuple[str, ...]:
        """The wait expected: more than sixty minutes."""
        return (_WAIT, *self.bare_more_than(minutes))

    def bare_between(self, low_minutes: int, high_minutes: int) -> tuple[str, ...]:
        """Between two and five minutes."""
        return (_BETWEEN, *self.number(low_minutes), _AND, *self.minutes(high_minutes))

    def bare_up_to(self, minutes: int) -> tuple[str, ...]:
        """Less than five minutes."""
        return (_LESS_THAN, *self.minutes(minutes))

    def bare_more_than(self, minutes: int) -> tuple[str, ...]:
        """More than sixty minutes."""
        return (_LONGER_THAN, *self.minutes(minutes))


def _below_thousand(value: int) -> tuple[str, ...]:
    hundreds, rest = numerals.hundreds_and_rest(value)
    spoken = (f"number/{hundreds}", _HUNDRED) if hundreds else ()
    return (*spoken, *(f"number/{piece}" for piece in numerals.pieces_below_hundred(rest)))
