"""What people at phones lived through, line by line: nothing in it comes from callcore.

A line is a JSON array: the instant in epoch microseconds, the word for what happened, the leg, and
what else belongs to the word.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple


class Word(StrEnum):
    """What can happen to a leg, with what else the line tells."""

    ARRIVED = "arrived"
    """Somebody called: number, name, dialled number."""
    AGAIN = "again"
    """The next to arrive has called before, and is nobody new."""
    REFUSED = "refused"
    """Somebody called and the switch took no call: number."""
    RANG = "rang"
    """A phone is called, an agent's or a customer's: the phone, the number it shows."""
    ANSWERED = "answered"
    SOUND = "sound"
    """Something is heard after nothing was: what."""
    SILENCE = "silence"
    """Nothing is heard any more."""
    PRESSED = "pressed"
    """A key: which."""
    BRIDGED = "bridged"
    """Talks: with which leg."""
    PARTED = "parted"
    """Talks no more: with which leg."""
    SENT_ON = "sent_on"
    """To another extension of the dialplan: which."""
    HUNG_UP = "hung_up"
    """Cause, and whether the person at the phone did it (else the switch was told to)."""
    BEGAN = "began"
    """A switch began: in place of the leg its name; which life of it."""
    LEFT_OVER = "left_over"
    """Still there at the end: the phone or number."""


class Line(NamedTuple):
    """One line."""

    at: int
    word: Word
    leg: str
    more: tuple[str, ...]


class Journal:
    """Writes lines; each is in the kernel's hands before the next thing happens."""

    def __init__(self, file: Path) -> None:
        self._file = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, word: Word, leg: str, *more: str) -> None:
        """Adds what happened now."""
        line = json.dumps([time.time_ns() // 1000, word, leg, *more])
        os.write(self._file, f"{line}\n".encode())


def read(file: Path) -> Iterator[Line]:
    """The lines of a file, if there is one; one that a death cut short is the last."""
    if not file.exists():
        return
    with file.open(encoding="utf-8") as lines:
        for text in lines:
            if not text.endswith("\n"):
                return
            at, word, leg, *more = json.loads(text)
            yield Line(at, Word(word), leg, tuple(more))
