"""Keys that callers press before anything asks for them.

A key belongs to the question that is being asked when it is pressed. Pressed between two questions,
or while something is heard that a key may cut short, it is kept and is the first of the question
that comes next; what may be cut short is then not heard at all. Kept keys are forgotten with the
first that leads nowhere, by what has to be heard to its end, and where no question comes.

Keys that come on the heels of what leads nowhere in a menu are a part of it: a wrong extension that
is dialled whole, or a key that bounces, is one try. They are swallowed until a short pause, before
anything is said: with extensions ``between_keys_seconds``; 0.3 s without, after ``#``, and once
there are as many keys as the longest extension has. What is pressed after the pause, while "that is
invalid" is heard, cuts it short and is the next try.

Where the next question is one for a secret, all that was pressed since the last one may be a part
of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from callcore.flows.call import Call


class TypedAhead:
    """The kept keys of ``call``; those still unread in its mailbox come after them."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._keys: list[str] = []
        self._noted_before_count = 0
        """How many noted keys belong to what was asked before."""

    def __bool__(self) -> bool:
        """True if there is one."""
        return bool(self._keys)

    def keep(self, key: str) -> None:
        """Keeps a key that was taken out of the mailbox."""
        self._keys.append(key)

    def take(self) -> str:
        """The first of them; there has to be one."""
        return self._keys.pop(0)

    def asked(self) -> None:
        """A question is over: what was pressed and is not kept was for it, or for nothing."""
        self._noted_before_count = self._call.ledger.pressed_count - len(self._keys)

    @contextmanager
    def kept_secret(self) -> Iterator[None]:
        """No key that is taken meanwhile, or was since the last question, is in any record; what is
        left over is the next question's.
        """
        call = self._call
        call.ledger.forget_pressed(self._noted_before_count)
        call.hide_keys()
        try:
            yield
        finally:
            call.note_keys()
            for key in self._keys:
                call.ledger.pressed(key, call.site.clock.now())

    def forget(self) -> None:
        """What was pressed so far is no answer to anything."""
        self._keys.clear()
        self._call.forget_keys()
