"""What Polish and Russian share: three forms of a noun, and sentences of the same build.

Which form a number asks for, and which words it is made of, each language knows for itself.
"""

from __future__ import annotations

from enum import StrEnum

from callcore.domain.speech import numerals, spelling

YOU_ARE_NEXT = "position/you-are-next"
POSITION_MORE_THAN = "position/more-than"

WAIT_BETWEEN = "wait/between"
WAIT_TO = "wait/to"
WAIT_UP_TO = "wait/up-to"
WAIT_LONGER_THAN = "wait/more-than"
WAIT_LESS_THAN_A_MINUTE = "wait/less-than-a-minute"

FROM = "wait/from"
NO_LONGER_THAN = "wait/no-longer-than"
LONGER_THAN = "wait/longer-than"
LESS_THAN_A_MINUTE = "wait/within-a-minute"
"""The same without words before them that say what for."""

ONE_FEMININE = "number/f/1"
TWO_FEMININE = "number/f/2"

_PRESS = "press/key"
_KEYS_BY_NAME = {"*": "press/star", "#": "press/pound"}

_POSITION = "position/you-are-number"
_POSITION_END = "position/waiting-to-speak"

_WORDS = (0, *numerals.UNITS_AND_TENS, *numerals.HUNDREDS)


class Plural(StrEnum):
    """Which form of a noun a number asks for: "minuta", "minuty" or "minut"; "минута", "минуты" or
    "минут".
    """

    ONE = "one"
    FEW = "few"
    MANY = "many"


PROMPTS = frozenset(
    {f"number/{value}" for value in _WORDS}
    | {f"number/gen/{value}" for value in _WORDS}
    | {f"number/thousand/{form}" for form in Plural}
    | {f"minutes/{form}" for form in Plural}
    | {ONE_FEMININE, TWO_FEMININE}
    | {_PRESS, *_KEYS_BY_NAME.values()}
    | {YOU_ARE_NEXT, _POSITION, _POSITION_END, POSITION_MORE_THAN}
    | {WAIT_BETWEEN, WAIT_TO, WAIT_UP_TO, WAIT_LONGER_THAN, WAIT_LESS_THAN_A_MINUTE}
    | {FROM, NO_LONGER_THAN, LONGER_THAN, LESS_THAN_A_MINUTE}
)
"""The prompts that both languages have."""


def press_key(key: str) -> tuple[str, ...]:
    """The request to press a key; the names of keys are in the accusative, and so phrases of their
    own.
    """
    if key in _KEYS_BY_NAME:
        return (_KEYS_BY_NAME[key],)
    return (_PRESS, *spelling.spelled(key))


def your_position(number: tuple[str, ...]) -> tuple[str, ...]:
    """The caller's place in line, a number in the language's words."""
    return (_POSITION, *number, _POSITION_END)
