"""Strangers' text made fit to be kept, logged and shown.

FreeSWITCH decodes what a SIP caller sends, so a name or number may hold line feeds, terminal
escapes or characters that turn the direction of what follows.
"""

from __future__ import annotations

import re

NUMBER_LIMIT = 64
NAME_LIMIT = 128
VARIABLE_LIMIT = 2048
"""As much as is kept on a leg."""
PATH_LIMIT = 16 * 1024
"""As much as a command holds: an announcement is told by the paths of all its sounds."""

_UNPRINTABLE = re.compile(
    "["
    "\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff"  # invisible, separators, direction
    "\ud800-\udfff\ufffe\uffff"  # surrogates and what is no character
    "]+"
)


def cleaned(text: str, limit: int) -> str:
    """The text without control and invisible characters, cut to ``limit`` characters."""
    if not (text.isascii() and text.isprintable()):
        text = _UNPRINTABLE.sub("", text[: limit * 4])
    return text[:limit].strip()
