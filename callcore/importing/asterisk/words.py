"""Values as Asterisk reads them."""

from __future__ import annotations

import re

_LEADING_NUMBER = re.compile(r"\s*([+-]?[0-9]{1,18})")
_TRUE = frozenset({"yes", "true", "y", "t", "1", "on"})
_FALSE = frozenset({"no", "false", "n", "f", "0", "off"})


def is_true(text: str) -> bool:
    """As ``ast_true``."""
    return text.lower() in _TRUE


def is_false(text: str) -> bool:
    """As ``ast_false``."""
    return text.lower() in _FALSE


def leading_number(text: str) -> int:
    """As ``atoi``: what follows the digits is not looked at, and no digits are 0."""
    found = _LEADING_NUMBER.match(text)
    return int(found[1]) if found else 0


def arguments(text: str) -> list[str]:
    """A list with commas as applications get it: none in quotes or brackets parts anything."""
    parts, part, depth, is_quoted, is_escaped = [], "", 0, False, False
    for char in text:
        if is_escaped:
            part, is_escaped = part + char, False
        elif char == "\\":
            is_escaped = True
        elif char == '"':
            is_quoted = not is_quoted
        elif char == "," and depth == 0 and not is_quoted:
            parts.append(part.strip())
            part = ""
        else:
            if not is_quoted:
                depth = max(depth + (char in "([") - (char in ")]"), 0)
            part += char
    return [*parts, part.strip()]
