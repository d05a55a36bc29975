"""Replies and whom they are for: the slots of commands whose reply has not come.

Replies come strictly in the order of commands (mod_event_socket.c answers each before it reads the
next), so a command keeps its slot until its reply comes, even if nobody waits for it any more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from callcore.adapters.freeswitch.faults import LinkFaultError
from callcore.adapters.freeswitch.frames import Frame
from callcore.adapters.freeswitch.observing import LinkObserver
from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.ports.surroundings import Clock

UNANSWERED_LIMIT = 1000
"""FreeSWITCH answers 9,000 short commands a second: beyond it something is stuck."""

LEG_GONE_REPLIES = (
    "-err no such channel",
    "-err invalid uuid",
    "-err cannot locate session",
    "-err invalid session id",
)
"""The ways FreeSWITCH's commands say that there is no such channel, in lower case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to a command: ``Reply-Text``, or the body of an ``api/response``."""

    text: str
    frame: Frame

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of the reply's frame, as greenswitch's handshake reads them."""
        return self.frame.headers

    @property
    def body(self) -> bytes:
        """The body, byte by byte."""
        return self.frame.body

    @property
    def is_error(self) -> bool:
        """True if the switch did not do it."""
        return self.text.startswith(("-ERR", "-USAGE"))

    @property
    def is_leg_gone(self) -> bool:
        """True if the leg that it is about does not exist."""
        return self.text.lower().startswith(LEG_GONE_REPLIES)


TakeReply = Callable[[Reply | LinkFaultError], None]
"""Who gets the reply, or the fault that came instead. Runs in the reader: must not wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    name: str
    sent_at: Micros
    take: TakeReply | None = field(repr=False)


class ReplySlots:
    """The commands of one connection that are unanswered, oldest first."""

    def __init__(self, *, clock: Clock, observer: LinkObserver) -> None:
        self._clock = clock
        self._observer = observer
        self._slots: deque[_Slot] = deque()
        self._answered_count = 0

    @property
    def are_full(self) -> bool:
        """True if no further command may be sent."""
        return len(self._slots) >= UNANSWERED_LIMIT

    @property
    def oldest(self) -> int | None:
        """The number of the command whose reply is due next, if one is."""
        return self._answered_count if self._slots else None

    def expect(self, name: str, take: TakeReply | None) -> None:
        """A command is about to be sent."""
        self._slots.append(_Slot(name=name, sent_at=self._clock.now(), take=take))

    def fill(self, reply: Reply) -> None:
        """A reply came: it is for the oldest slot."""
        if not self._slots:
            self._observer.frame_skipped("unexpected_reply")
            return
        slot = self._slots.popleft()
        self._answered_count += 1
        seconds = (self._clock.now() - slot.sent_at) / MICROS_PER_SECOND
        self._observer.command_answered(slot.name, max(seconds, 0.0), not reply.is_error)
        if slot.take is not None:
            slot.take(reply)

    def release(self, fault: LinkFaultError) -> None:
        """No reply will come any more: everyone who waits is told why."""
        slots, self._slots = self._slots, deque()
        for slot in slots:
            if slot.take is not None:
                slot.take(fault)
