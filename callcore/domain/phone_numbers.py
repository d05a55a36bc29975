"""Phone numbers as they are compared, and as people may see them where no whole one is needed."""

from __future__ import annotations

import re
from dataclasses import dataclass

_KEPT_BEFORE = 5
_KEPT_AFTER = 2
_SHORT_LENGTH = 6
"""Extensions and emergency numbers are no longer than this and tell nobody's identity."""

_TRUNK_ZERO = re.compile(r"^( *(?:\+|00)[^()]*)\(0\)")
"""The zero of ``+44 (0)20 7946 0000`` is dialled within the country only."""
_SEPARATORS = str.maketrans("", "", " \u00a0-.()")
_NUMBER = re.compile(r"\+[1-9][0-9]{1,14}|[0-9]{1,20}")
"""With a country code as long as E.164 allows; else as dialled here, prefixes included."""
_KEYPAD = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "22233344455566677778889999")
_SPELT_OUT = frozenset(
    word.translate(_KEYPAD)
    for word in ("ANONYMOUS", "BLOCKED", "RESTRICTED", "UNAVAILABLE", "UNKNOWN")
)
"""What some carriers send for a number withheld: 266696687 is ANONYMOUS on a phone's keys."""


LEAST_NATIONAL_DIGITS = 7
"""Shorter ones are extensions and services, which are no part of a longer number."""
_MOST_DIGITS = 15
"""Of a number with its country code (E.164)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """How numbers of the own country are written: with its code, or with the trunk prefix."""

    country_code: str
    trunk_prefix: str | None = None
    """Before national numbers dialled at home; ``None`` where there is none."""


def normalised(text: str) -> str:
    """A phone number as it is stored and compared: digits, after a ``+`` if with a country code.

    ``0048 22 123-45-67`` becomes ``+48221234567``. Empty if the text is no number, or one that
    stands for a caller without: all zeros, as FreeSWITCH has it, or a word spelt on a keypad.
    """
    number = _TRUNK_ZERO.sub(r"\1", text).translate(_SEPARATORS)
    if number.startswith("00"):
        number = f"+{number[2:]}"
    if not _NUMBER.fullmatch(number) or not number.strip("0"):
        return ""
    return "" if is_spelt_out(number) else number


def identified(text: str, home: Home | None) -> str:
    """By what a number is known from others: normalised, and with the code of the own country where
    it is written without. What is called is the number as it was given.
    """
    number = normalised(text)
    prefix = "" if home is None else home.trunk_prefix or ""
    if home is None or number.startswith("+") or not number.startswith(prefix):
        return number
    national = number.removeprefix(prefix)
    most = _MOST_DIGITS - len(home.country_code)
    is_whole = LEAST_NATIONAL_DIGITS <= len(national) <= most
    return f"+{home.country_code}{national}" if is_whole else number


def normalised_prefix(text: str) -> str:
    """The beginning of a number as normalised numbers begin: ``0048 70`` becomes ``+4870``.

    What is no beginning of a number stays none.
    """
    prefix = text.translate(_SEPARATORS)
    return f"+{prefix[2:]}" if prefix.startswith("00") else prefix


def is_spelt_out(number: str) -> bool:
    """True of digits that spell a word which carriers send for a number withheld."""
    return number.removeprefix("+") in _SPELT_OUT


def shorten(number: str) -> str:
    """A phone number of which only the ends are left: ``+4820…01``."""
    if len(number) <= _SHORT_LENGTH:
        return number
    return f"{number[:_KEPT_BEFORE]}…{number[-_KEPT_AFTER:]}"
