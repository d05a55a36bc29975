"""Polish: numbers by themselves are masculine, those of minutes feminine, ranges in the genitive.

One and two have other words in the feminine ("jedna minuta", "dwadzieścia dwie minuty"); one only
where it stands alone: "dwadzieścia jeden minut". The genitive changes every word of a number but
that one: "od dwóch do dwudziestu jeden minut". Where a sentence could be turned so that the
nominative serves, it was: "nie więcej niż pięć minut", "przekracza dwadzieścia".
"""

from __future__ import annotations

from callcore.domain.speech import numerals, slavic
from callcore.domain.speech.slavic import Plural

_MORE_THAN_A_MINUTE = "wait/more-than-a-minute"
_LONGER_THAN_A_MINUTE = "wait/longer-than-a-minute"


class Polish:
    """What is said, in Polish."""

    def prompts(self) -> frozenset[str]:
        """Every prompt that is a piece of what is said here."""
        return slavic.PROMPTS | {
            "number/gen/thousand",
            _MORE_THAN_A_MINUTE,
            _LONGER_THAN_A_MINUTE,
        }

    def number(self, value: int) -> tuple[str, ...]:
        """A number of 0 to 999 999."""
        if value == 0:
            return ("number/0",)
        thousands, rest = numerals.thousands_and_rest(value)
        return (*_thousands(thousands), *_below_thousand(rest))

    def minutes(self, count: int) -> tuple[str, ...]:
        """So many minutes."""
        return (*self._feminine(count), f"minutes/{_plural(count)}")

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
        return (slavic.POSITION_MORE_THAN, *self.number(count))

    def wait_between(self, low_minutes: int, high_minutes: int) -> tuple[str, ...]:
        """The wait expected: "od dwóch do pięciu minut"."""
        return (slavic.WAIT_BETWEEN, *_range(low_minutes, high_minutes))

    def wait_up_to(self, minutes: int) -> tuple[str, ...]:
        """The wait expected: "nie więcej niż pięć minut"."""
        if minutes == 1:
            return (slavic.WAIT_LESS_THAN_A_MINUTE,)
        return (slavic.WAIT_UP_TO, *self.minutes(minutes))

    def wait_more_than(self, minutes: int) -> tuple[str, ...]:
        """The wait expected: "ponad sześćdziesiąt minut"."""
        if minutes == 1:
            return (_MORE_THAN_A_MINUTE,)
        return (slavic.WAIT_LONGER_THAN, *self.minutes(minutes))

    def bare_between(self, low_minutes: int, high_minutes: int) -> tuple[str, ...]:
        """As in "od dwóch do pięciu minut"."""
        return (slavic.FROM, *_range(low_minutes, high_minutes))

    def bare_up_to(self, minutes: int) -> tuple[str, ...]:
        """As in "nie więcej niż pięć minut"."""
        if minutes == 1:
            return (slavic.LESS_THAN_A_MINUTE,)
        return (slavic.NO_LONGER_THAN, *self.minutes(minutes))

    def bare_more_than(self, minutes: int) -> tuple[str, ...]:
        """As in "ponad sześćdziesiąt minut"."""
        if minutes == 1:
            return (_LONGER_THAN_A_MINUTE,)
        return (slavic.LONGER_THAN, *self.minutes(minutes))

    def _feminine(self, value: int) -> tuple[str, ...]:
        if value == 1:
            return (slavic.ONE_FEMININE,)
        spoken = self.number(value)
        return (*spoken[:-1], slavic.TWO_FEMININE) if spoken[-1] == "number/2" else spoken


def _plural(count: int) -> Plural:
    if count == 1:
        return Plural.ONE
    few = range(2, 5)
    if count % 10 in few and count % 100 - 10 not in few:
        return Plural.FEW
    return Plural.MANY


def _below_thousand(value: int) -> tuple[str, ...]:
    return tuple(f"number/{piece}" for piece in numerals.pieces_below_thousand(value))


def _thousands(count: int) -> tuple[str, ...]:
    """As in "tysiąc", "dwa tysiące", "pięć tysięcy", "dwadzieścia jeden tysięcy"."""
    if count == 0:
        return ()
    counted = () if count == 1 else _below_thousand(count)
    return (*counted, f"number/thousand/{_plural(count)}")


def _range(low_minutes: int, high_minutes: int) -> tuple[str, ...]:
    """What comes after "od": "dwóch do pięciu minut"."""
    low, high = _genitive(low_minutes), _genitive(high_minutes)
    return (*low, slavic.WAIT_TO, *high, f"minutes/{Plural.MANY}")


def _genitive(value: int) -> tuple[str, ...]:
    """A number that minutes follow: "jednej" if it is one."""
    if value in {0, 1}:
        return (f"number/gen/{value}",)
    thousands, rest = numerals.thousands_and_rest(value)
    return (*_thousands_genitive(thousands), *_below_thousand_genitive(rest))


def _thousands_genitive(count: int) -> tuple[str, ...]:
    """As in "tysiąca", "dwóch tysięcy", "dwudziestu jeden tysięcy"."""
    if count == 0:
        return ()
    if count == 1:
        return ("number/gen/thousand",)
    return (*_below_thousand_genitive(count), f"number/thousand/{Plural.MANY}")


def _below_thousand_genitive(value: int) -> tuple[str, ...]:
    """One stays "jeden" after other words: "dwudziestu jeden"."""
    pieces = numerals.pieces_below_thousand(value)
    return tuple("number/1" if piece == 1 else f"number/gen/{piece}" for piece in pieces)
