"""Values as FreeSWITCH reads them."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?")
_LEADING_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,18})")
_TRUE = frozenset({"yes", "on", "true", "t", "enabled", "active", "allow"})
LONGEST_SECONDS = 86_400


def is_true(text: str) -> bool:
    """As ``switch_true``."""
    return text.lower() in _TRUE or (is_number(text) and leading_number(text) != 0)


def is_number(text: str) -> bool:
    """As ``switch_is_number``."""
    return _NUMBER.fullmatch(text) is not None


def leading_number(text: str) -> int:
    """As ``atoi``: what follows the digits is not looked at, and no digits are 0."""
    found = _LEADING_NUMBER.match(text)
    return int(found[1]) if found else 0


def seconds(text: str) -> int | None:
    """A parameter of a queue, 0 to a day; ``None`` for what mod_callcenter does not take."""
    if not is_number(text):
        return None
    number = leading_number(text)
    return number if 0 <= number <= LONGEST_SECONDS else None
