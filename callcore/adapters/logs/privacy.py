"""What may not stand in a log: secrets, whole phone numbers, and bytes that command a terminal."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, MutableMapping
from typing import Any

from callcore.domain import phone_numbers

Entry = MutableMapping[str, Any]

HIDDEN = "***"

_SECRET_KEY = re.compile(
    r"passw|secret|token|authori[sz]ation|cookie|api_?key|credential|(?:^|_)pins?(?:_|$)",
    re.IGNORECASE,
)
_SECRETS_IN_TEXT: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(://[^\s:/@]*):[^\s/]*@"), rf"\1:{HIDDEN}@"),  # user:password@ in a URL
    (
        re.compile(
            r"\b(password|secret|token|api_?key)(\s*[=:]\s*)('[^']*'|\"[^\"]*\"|\S+)", re.IGNORECASE
        ),
        rf"\1\2{HIDDEN}",
    ),
    (re.compile(r"\b(auth|Bearer|Basic) \S+"), rf"\1 {HIDDEN}"),  # of the event socket, of HTTP
)

_SHORTEST_SPACED = 8
"""With the plus: what is shorter is no whole number."""

_MAY_HOLD_SECRET = re.compile(r"@|passw|secret|token|key|auth|bearer|basic", re.IGNORECASE)
"""Cheap to look for: nearly every text of the log holds none of these."""

# Not inside an identifier: channel ids are full of runs of digits. In URLs a plus is encoded.
_NUMBER_IN_TEXT = re.compile(r"(?:(?<![\w-])|(?<=%2B)|(?<=%2b))\+?\d{7,15}(?![\w-])")
_SPACED_NUMBER = re.compile(
    r"(?<![\w-])(?:\+|00)\d{1,3}(?:[ .\u00a0-]?\(?\d{1,5}\)?){2,6}(?![\w-])"
)
"""As people write numbers with their country code: ``+48 22 123-45-67``."""

_TO_NUMBER = "number:"
"""What ``treatments.in_words`` begins with for a caller who is sent to an outside number."""


def hide_secrets(_logger: object, _method: str, entry: Entry) -> Entry:
    """Blanks values under telling keys, and passwords inside texts."""
    for key, value in entry.items():
        if _is_secret(key):
            entry[key] = HIDDEN
        else:
            entry[key] = _mapped(value, _without_secrets)
    return entry


def shorten_numbers(_logger: object, _method: str, entry: Entry) -> Entry:
    """Shortens every ``*_number``, the number a caller is sent on to, and whatever looks like a
    phone number in a text.
    """
    for key, value in entry.items():
        if key.endswith("_number"):
            entry[key] = _mapped(value, phone_numbers.shorten)
        elif key == "to":
            entry[key] = _mapped(value, _with_short_target)
        elif not key.endswith(("_id", "_uuid", "timestamp")):
            entry[key] = _mapped(value, _with_short_numbers)
    return entry


def make_printable(_logger: object, _method: str, entry: Entry) -> Entry:
    """Escapes control and direction-changing characters; line feeds of a traceback stay."""
    for key, value in entry.items():
        entry[key] = _mapped(value, _printable if key != "exception" else _printable_lines)
    return entry


@functools.lru_cache(maxsize=1024)
def _is_secret(key: str) -> bool:
    return _SECRET_KEY.search(key) is not None


def _mapped(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return change(str(value))
    if isinstance(value, dict):
        return {
            key: HIDDEN if _is_secret(str(key)) else _mapped(inner, change)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_mapped(inner, change) for inner in value]
    return value


def _without_secrets(text: str) -> str:
    if text.isidentifier() or text.isalnum() or _MAY_HOLD_SECRET.search(text) is None:
        return text
    for pattern, replacement in _SECRETS_IN_TEXT:
        text = pattern.sub(replacement, text)
    return text


def _with_short_numbers(text: str) -> str:
    if text.isidentifier():
        return text  # its digits are inside a word
    text = _NUMBER_IN_TEXT.sub(lambda found: phone_numbers.shorten(found[0]), text)
    if "+" not in text and "00" not in text:
        return text
    return _SPACED_NUMBER.sub(_shorten_spaced, text)


def _shorten_spaced(found: re.Match[str]) -> str:
    number = phone_numbers.normalised(found[0])
    return phone_numbers.shorten(number) if len(number) > _SHORTEST_SPACED else found[0]


def _with_short_target(text: str) -> str:
    if not text.startswith(_TO_NUMBER):
        return _with_short_numbers(text)
    return _TO_NUMBER + phone_numbers.shorten(text.removeprefix(_TO_NUMBER))


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode() for char in text
    )


def _printable_lines(text: str) -> str:
    return "\n".join(_printable(line) for line in text.split("\n"))
