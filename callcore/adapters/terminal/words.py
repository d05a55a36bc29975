"""The view's vocabulary: words, lengths and places. What callers sent is made harmless."""

from __future__ import annotations

from enum import StrEnum

from callcore.domain import phone_numbers


class Tone(StrEnum):
    """How a line is coloured."""

    PLAIN = "plain"
    GOOD = "good"
    BUSY = "busy"
    QUIET = "quiet"
    BAD = "bad"


def printable(text: str) -> str:
    """The text without characters that could command the terminal or turn its direction."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def spoken(word: str) -> str:
    """A word of ours as people write it: ``no_answer`` is "no answer"."""
    return printable(word.replace("_", " "))


def span(seconds: float) -> str:
    """A length for a narrow column: ``7s``, ``1:05``, ``2:03:09``."""
    whole = int(max(seconds, 0))
    if whole < 60:  # noqa: PLR2004  # seconds in a minute
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def place(target: str) -> str:
    """Where a caller is sent, as people say it; an outside number is shortened."""
    kind, _, where = target.partition(":")
    shown = phone_numbers.shorten(where) if kind == "number" else where
    return printable(f"{kind} {shown}".rstrip())
