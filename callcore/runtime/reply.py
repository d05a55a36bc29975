"""An answer that one greenlet waits for and another gives."""

from __future__ import annotations

from typing import Generic, TypeVar, cast

import gevent
from gevent.event import AsyncResult

T = TypeVar("T")


class NoReplyError(Exception):
    """Nobody answered within the deadline."""


class Reply(Generic[T]):
    """Given once; a second answer is not heard."""

    def __init__(self) -> None:
        self._result: AsyncResult[T] = AsyncResult()

    def give(self, value: T) -> None:
        """Answers."""
        if not self._result.ready():
            self._result.set(value)

    def refuse(self, error: Exception) -> None:
        """Answers with an error, which is raised in the one who waits."""
        if not self._result.ready():
            self._result.set_exception(error)

    def wait(self, seconds: float) -> T:
        """The answer. Raises the error it was refused with, and ``NoReplyError``."""
        try:
            return cast("T", self._result.get(timeout=seconds))
        except gevent.Timeout as timeout:
            message = f"no answer within {seconds:g} s"
            raise NoReplyError(message) from timeout
