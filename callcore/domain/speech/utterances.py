"""What can be said, before it is put into the words of a language.

Minutes and positions are whole numbers from 1 on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

HIGHEST_NUMBER = 999_999
"""The largest that grammars speak as a number; larger ones are spoken digit by digit."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number by itself; below 0 it is spoken with "minus"."""

    value: int


@dataclass(frozen=True, slots=True)
class Digits:
    """Digits (and ``*``, ``#``, ``+``) one after another: an extension, an account number."""

    text: str


@dataclass(frozen=True, slots=True)
class Minutes:
    """A number of minutes: "twenty-one minutes"."""

    count: int


@dataclass(frozen=True, slots=True)
class PressKey:
    """The request to press a key: "press one"."""

    key: str


@dataclass(frozen=True, slots=True)
class YouAreNext:
    """The caller is the first in line."""


@dataclass(frozen=True, slots=True)
class YourPosition:
    """The caller's place in line, from 2 on."""

    position: int


@dataclass(frozen=True, slots=True)
class MoreThanWaiting:
    """More than so many callers are ahead or as far: the cap of the position."""

    count: int


@dataclass(frozen=True, slots=True)
class WaitBetween:
    """The wait expected, as a range; ``low_minutes`` is less than ``high_minutes``."""

    low_minutes: int
    high_minutes: int


@dataclass(frozen=True, slots=True)
class WaitUpTo:
    """The wait expected is no longer than so many minutes; 1 is "less than a minute"."""

    minutes: int


@dataclass(frozen=True, slots=True)
class WaitMoreThan:
    """The wait expected is longer than so many minutes: the cap of the estimate."""

    minutes: int


@dataclass(frozen=True, slots=True)
class BareWait:
    """A wait as a range without words that say what for, which come before; ``low_minutes`` 0: no
    longer than that, and ``high_minutes`` 1 is then "less than a minute"; ``high_minutes``
    ``None``: longer than that.
    """

    low_minutes: int
    high_minutes: int | None


Spoken: TypeAlias = (
    str
    | Number
    | Digits
    | Minutes
    | PressKey
    | YouAreNext
    | YourPosition
    | MoreThanWaiting
    | WaitBetween
    | WaitUpTo
    | WaitMoreThan
    | BareWait
)
"""One thing said; text is the key of a prompt."""

Utterance: TypeAlias = tuple[Spoken, ...]
"""What is said in one go."""
