"""Runs a script again when what its keys were made from has changed meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from callcore.adapters.redisdb.faults import UnexpectedAnswerError
from callcore.adapters.redisdb.scripts import OutdatedError

T = TypeVar("T")

ATTEMPTS: Final = 5
"""Posts of an agent change when a person edits the roster: twice in a row is rare already."""


def until_current(attempt: Callable[[], T]) -> T:
    """What ``attempt`` answers, repeated while the script calls its keys outdated.

    Raises ``UnexpectedAnswerError`` when they change faster than they can be read.
    """
    for _ in range(ATTEMPTS):
        try:
            return attempt()
        except OutdatedError as error:
            outdated = error
    raise UnexpectedAnswerError(f"keys were outdated {ATTEMPTS} times in a row") from outdated
