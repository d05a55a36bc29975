"""One ordered inbox per call.

Whatever concerns a call (events of its legs, reservations made for it, its own timers) is put in
one mailbox and taken out by the one greenlet that runs the call, so that races are decided by
order and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Generic, Protocol, TypeVar

from gevent.hub import Waiter, get_hub

T = TypeVar("T")

MAXIMUM_UNREAD = 1000
"""A call sends a few dozen messages in its life; a thousand unread ones mean that its greenlet
is stuck, and growing for ever would take the process down with it."""


class MailboxFullError(Exception):
    """The reader is stuck: the mailbox holds ``MAXIMUM_UNREAD`` messages."""


class _Timer(Protocol):
    def cancel(self) -> None: ...


class _Clock(Protocol):
    def after(self, seconds: float, run: Callable[[], None]) -> _Timer: ...


class Mailbox(Generic[T]):
    """Messages in the order they were posted; timers arrive as messages."""

    def __init__(self, clock: _Clock) -> None:
        self._clock = clock
        # Not a deque, which takes room for 64 at once: mostly there is one message or none.
        self._messages: list[T] = []
        # Not an ``Event``: a thousand bytes less of stack are kept for each reader that waits.
        self._reader: Waiter[None] | None = None
        self._end: type[BaseException] | None = None

    @property
    def is_closed(self) -> bool:
        """True once nothing is to be read any more."""
        return self._end is not None

    def check(self) -> None:
        """Raises what ``close`` was told, if it was."""
        if self._end is not None:
            raise self._end

    def close(self, end: type[BaseException]) -> list[T]:
        """From now on ``take`` raises ``end``, whatever is unread, and whoever waits in it wakes;
        what is posted is forgotten. What was unread.
        """
        self._end = end
        self._wake()
        return self.drain()

    def post(self, message: T) -> None:
        """Adds a message. Raises ``MailboxFullError``."""
        if self._end is not None:
            return
        if len(self._messages) >= MAXIMUM_UNREAD:
            raise MailboxFullError
        self._messages.append(message)
        self._wake()

    def post_after(self, seconds: float, message: T) -> _Timer:
        """Adds a message after ``seconds`` unless the returned timer is cancelled."""
        return self._clock.after(seconds, partial(self.post, message))

    def take(self) -> T:
        """The next message, waiting for it without limit.

        The reader keeps its own deadline as a timer message; a call that nothing concerns any
        more is found by reclaiming. Raises what ``close`` was told.
        """
        while not self._messages:
            self.check()
            self._reader = Waiter()
            self._reader.get()
        return self._messages.pop(0)

    def drain(self) -> list[T]:
        """Takes out everything unread, in order, without waiting."""
        unread, self._messages = self._messages, []
        return unread

    def take_out(self, is_meant: Callable[[T], bool]) -> list[T]:
        """Takes out what is meant of the unread, in order, without waiting; the rest stays."""
        if not self._messages:
            return []
        unread = self.drain()
        self._messages.extend(message for message in unread if not is_meant(message))
        return [message for message in unread if is_meant(message)]

    def holds(self, kind: type[T]) -> bool:
        """True if a message of that kind is unread."""
        return any(isinstance(message, kind) for message in self._messages)

    def __len__(self) -> int:
        """How many messages are unread."""
        return len(self._messages)

    def _wake(self) -> None:
        if self._reader is not None:
            reader, self._reader = self._reader, None
            get_hub().loop.run_callback(reader.switch, None)
