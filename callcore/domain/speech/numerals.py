"""Of which pieces whole numbers are spoken, before a language puts them into its words."""

from __future__ import annotations

_TEN = 10
_TWENTY = 20
_HUNDRED = 100
_THOUSAND = 1000

UNITS_AND_TENS = (*range(1, _TWENTY + 1), *range(30, _HUNDRED, _TEN))
"""What has a word of its own below a hundred."""
HUNDREDS = tuple(range(_HUNDRED, _THOUSAND, _HUNDRED))


def thousands_and_rest(value: int) -> tuple[int, int]:
    """The thousands of a number, and what is left below them."""
    return divmod(value, _THOUSAND)


def hundreds_and_rest(value: int) -> tuple[int, int]:
    """The hundreds of a number below 1000, and what is left below them."""
    return divmod(value, _HUNDRED)


def pieces_below_hundred(value: int) -> tuple[int, ...]:
    """What a number of 0 to 99 is spoken of: 21 of 20 and 1, 15 of itself, 0 of nothing."""
    if value == 0:
        return ()
    tens = value - value % _TEN
    if value < _TWENTY or value == tens:
        return (value,)
    return (tens, value % _TEN)


def pieces_below_thousand(value: int) -> tuple[int, ...]:
    """What a number of 0 to 999 is spoken of where hundreds have words: 321 of 300, 20 and 1."""
    hundreds, rest = hundreds_and_rest(value)
    pieces = pieces_below_hundred(rest)
    return (hundreds * _HUNDRED, *pieces) if hundreds else pieces
