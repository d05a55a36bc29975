"""The timers of one visit: each by the message it posts, all ended together."""

from __future__ import annotations

from callcore.flows.messages import Message
from callcore.ports.surroundings import Timer
from callcore.runtime.mailbox import Mailbox


class Timers:
    """At most one timer of each kind of message runs."""

    def __init__(self, mailbox: Mailbox[Message]) -> None:
        self._mailbox = mailbox
        self._running: dict[type[Message], Timer] = {}

    def set(self, seconds: float, message: Message) -> None:
        """Posts the message after ``seconds``, in place of one of its kind that is not yet due."""
        self.cancel(type(message))
        self._running[type(message)] = self._mailbox.post_after(max(seconds, 0.0), message)

    def keep(self, timer: Timer, kind: type[Message]) -> None:
        """Looks after a timer whose work ends in a message of that kind, in place of one before."""
        self.cancel(kind)
        self._running[kind] = timer

    def cancel(self, kind: type[Message]) -> None:
        """Ends the timer of a kind, if it runs; a message it has posted is not read any more."""
        timer = self._running.pop(kind, None)
        if timer is not None:
            timer.cancel()
            self._mailbox.take_out(lambda message: type(message) is kind)

    def is_set(self, kind: type[Message]) -> bool:
        """True if one of that kind was set and not cancelled since."""
        return kind in self._running

    def stop(self) -> None:
        """Ends all of them."""
        for kind in list(self._running):
            self.cancel(kind)
