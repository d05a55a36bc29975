"""One connection to an event socket: greenswitch's handshake over our own reader and writer.

greenswitch's ``InboundESL`` gives the shape: connect, wait for ``auth/request``, authenticate, a
greenlet that receives, commands matched to replies by order. Its reader and sender are replaced,
because measurement showed them unsafe: a value could forge headers, a bad byte or the end of the
stream killed or froze the process, and a command in flight was never released.

Rules kept here:

- Replies come strictly in the order of commands, so every command has a slot until its reply comes,
  even if nobody waits for it any more.
- The socket never blocks. What the kernel does not take at once is sent by a writer in order, so
  posting a command never waits for the switch.
- The reader gives way after ``READ_SECONDS`` of work: data that keeps coming would otherwise keep
  every timer and every other greenlet from running.
- The first fault wins; it releases every waiter, and the connection is never used again.
"""

from __future__ import annotations

import contextlib
import socket as plain_socket
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import gevent
from gevent import Greenlet, socket
from gevent.event import AsyncResult
from greenswitch import InboundESL

from callcore.adapters.freeswitch import commands
from callcore.adapters.freeswitch.commands import Command
from callcore.adapters.freeswitch.faults import FaultKind, LinkFaultError
from callcore.adapters.freeswitch.frames import Frame, FrameReader, Skipped, StreamBrokenError
from callcore.adapters.freeswitch.observing import LinkObserver
from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.domain.policies import NodePolicy
from callcore.ports.surroundings import Clock
from callcore.ports.telephony import (
    CommandTimedOutError,
    SwitchUnavailableError,
    TelephonyError,
)
from callcore.runtime.greenlets import spawn

READ_BYTES = 64 * 1024
READ_SECONDS = 0.005
PAUSE_SECONDS_LIMIT = 0.02
"""The reader waits for an idle moment, but no longer than this: never stop reading for long, or the
switch queues 100,000 events and then drops everybody's."""

UNANSWERED_LIMIT = 1000
"""FreeSWITCH answers 9,000 short commands a second: beyond it something is stuck."""

LEAVE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to a command: ``Reply-Text``, or the body of an ``api/response``."""

    text: str
    body: bytes
    headers: Mapping[str, str]

    @property
    def is_error(self) -> bool:
        """True if the switch did not do it."""
        return self.text.startswith(("-ERR", "-USAGE"))


TakeReply = Callable[[Reply | LinkFaultError], None]
"""Who gets the reply, or the fault that came instead. Runs in the reader: must not wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slot:
    """A command whose reply has not come."""

    name: str
    sent_at: Micros
    take: TakeReply | None = field(repr=False)


class Connection(InboundESL):  # type: ignore[misc]  # greenswitch has no type hints
    """One inbound event-socket connection. Used once: after a fault a new one is made."""

    def __init__(
        self,
        policy: NodePolicy,
        password: str,
        *,
        clock: Clock,
        observer: LinkObserver,
        take_event: Callable[[bytes], None],
        lost: Callable[[LinkFaultError], None],
    ) -> None:
        super().__init__(policy.host, policy.port, password, timeout=policy.connect_timeout_seconds)
        self.fault: LinkFaultError | None = None
        self._policy = policy
        self._clock = clock
        self._observer = observer
        self._take_event = take_event
        self._lost = lost
        self._slots: deque[_Slot] = deque()
        self._answered_count = 0
        self._unsent = bytearray()
        self._writer: Greenlet[..., object] | None = None
        self._work_ends_at = 0.0

    @property
    def oldest_unanswered(self) -> int | None:
        """The number of the command whose reply is due next, if one is."""
        return self._answered_count if self._slots else None

    def connect(self) -> None:
        """Connects and authenticates. Raises ``LinkFaultError``."""
        try:
            self._open_socket()
            self._await_greeting()
            self.authenticate()
        except LinkFaultError as fault:
            self._fail(fault)
            raise
        except CommandTimedOutError as cause:
            silent = self._fault(FaultKind.SILENT, str(cause))
            self._fail(silent)
            raise silent from cause

    def authenticate(self) -> None:
        """Gives the password. Raises ``LinkFaultError``."""
        try:
            super().authenticate()
        except ValueError as cause:
            raise self._fault(FaultKind.WRONG_PASSWORD) from cause

    def start_event_handlers(self) -> None:
        """Starts the reader; events are handed on where they are read, in order."""
        self._receive_events_greenlet = spawn(f"{self._policy.name} reader", self.receive_events)

    def send(self, data: str) -> Reply:
        """Sends one line and waits for its reply: what greenswitch's handshake calls."""
        return self.ask(commands.line(data), self._policy.command_timeout_seconds)

    def ask(
        self,
        command: Command,
        timeout_seconds: float,
        *,
        at_reply: Callable[[Reply], None] | None = None,
    ) -> Reply:
        """Sends a command and waits for its reply; ``at_reply`` sees it before any later frame.

        Raises ``CommandTimedOutError``, ``SwitchUnavailableError``.
        """
        waiter = self._posted(command, at_reply)
        return self._awaited(waiter, command, timeout_seconds)

    def ask_all(self, several: Sequence[Command], timeout_seconds: float) -> list[Reply]:
        """Sends several commands at once and waits for each reply; raises as ``ask`` does."""
        waiters = [self._posted(command) for command in several]
        return [
            self._awaited(waiter, command, timeout_seconds)
            for waiter, command in zip(waiters, several, strict=True)
        ]

    def post(self, command: Command, take: TakeReply | None = None) -> None:
        """Sends a command without waiting. Raises ``SwitchUnavailableError``."""
        if self.fault is not None:
            raise self.fault
        if len(self._slots) >= UNANSWERED_LIMIT:
            self._observer.command_refused(command.name, "too many commands unanswered")
            raise SwitchUnavailableError(
                f"{self._policy.name}: {UNANSWERED_LIMIT} commands are unanswered"
            )
        self._slots.append(_Slot(name=command.name, sent_at=self._clock.now(), take=take))
        self._write(command.wire)
        if self.fault is not None:
            raise self.fault

    def poke(self) -> None:
        """Wakes the switch's listener, which otherwise looks for events every 20 ms.

        It ignores a line feed between commands (mod_event_socket.c, ``read_packet``).
        """
        if self.fault is None and not self._unsent:
            self._write(b"\n")

    def lose(self, kind: FaultKind) -> None:
        """Gives the connection up for a reason found elsewhere."""
        self._fail(self._fault(kind))

    def stop(self) -> None:
        """Takes leave of the switch if it still listens, and closes."""
        if self.connected:
            with contextlib.suppress(TelephonyError):
                self.ask(commands.leave(), LEAVE_SECONDS)
        self.close()

    def close(self) -> None:
        """Ends the connection's greenlets and closes its socket; releases every waiter."""
        self._fail(self._fault(FaultKind.STOPPED))
        for greenlet in (self._receive_events_greenlet, self._writer):
            if greenlet is not None:
                greenlet.kill()
        sock = getattr(self, "sock", None)
        if sock is not None:
            sock.close()

    def receive_events(self) -> None:
        """Reads frames until the connection is lost."""
        try:
            self._read()
        except LinkFaultError as fault:
            self._fail(fault)
        except StreamBrokenError as cause:
            self._fail(self._fault(FaultKind.NONSENSE, str(cause)))
        except OSError as cause:
            self._fail(self._fault(FaultKind.CLOSED, str(cause)))
        except Exception as cause:
            self._fail(self._fault(FaultKind.INTERNAL, repr(cause)))
            raise

    def handle_event(self, event: Frame) -> None:
        """Hands one frame on. Raises ``LinkFaultError`` for those that end the connection."""
        match event.content_type:
            case "text/event-json":
                self._take_event(event.body)
            case "command/reply":
                self._take_reply(event, event.headers.get("Reply-Text", ""))
            case "api/response":
                self._take_reply(event, event.body.decode("utf-8", "replace"))
            case "auth/request":
                self._auth_request_event.set()
            case "text/disconnect-notice":
                raise self._fault(FaultKind.DISCONNECT_NOTICE, _first_line(event.body))
            case "text/rude-rejection":
                raise self._fault(FaultKind.REFUSED_BY_ACL, _first_line(event.body))
            case _:
                self._observer.frame_skipped("unknown_content_type")

    def _posted(
        self, command: Command, at_reply: Callable[[Reply], None] | None = None
    ) -> AsyncResult[Reply | LinkFaultError]:
        waiter: AsyncResult[Reply | LinkFaultError] = AsyncResult()

        def take(reply: Reply | LinkFaultError) -> None:
            if at_reply is not None and isinstance(reply, Reply):
                at_reply(reply)
            waiter.set(reply)

        self.post(command, take)
        return waiter

    def _awaited(
        self,
        waiter: AsyncResult[Reply | LinkFaultError],
        command: Command,
        timeout_seconds: float,
    ) -> Reply:
        try:
            reply = waiter.get(timeout=timeout_seconds)
        except gevent.Timeout as cause:
            raise CommandTimedOutError(
                f"{self._policy.name}: no reply to {command.name} in {timeout_seconds:g} s"
            ) from cause
        if isinstance(reply, Reply):
            return reply
        raise reply or self._fault(FaultKind.INTERNAL)

    def _open_socket(self) -> None:
        try:
            self.sock = socket.create_connection(self._address(), timeout=self.timeout)
        except ConnectionRefusedError as cause:
            raise self._fault(FaultKind.CONNECTION_REFUSED) from cause
        except OSError as cause:
            raise self._fault(FaultKind.UNREACHABLE, str(cause)) from cause
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sock.setblocking(False)  # noqa: FBT003 (the socket module's own signature)
        self.connected = True

    def _address(self) -> tuple[str, int]:
        """The node's address: the first its name has. A resolver has no deadline of its own."""
        too_late = self._fault(FaultKind.NAME_NOT_RESOLVED, f"no answer in {self.timeout:g} s")
        try:
            with gevent.Timeout(self.timeout, too_late):
                found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except plain_socket.gaierror as cause:
            raise self._fault(FaultKind.NAME_NOT_RESOLVED, str(cause)) from cause
        host, port = found[0][4][:2]
        return str(host), int(port)

    def _await_greeting(self) -> None:
        self.start_event_handlers()
        if not self._auth_request_event.wait(self.timeout):
            raise self._fault(FaultKind.SILENT)
        if self.fault is not None:
            raise self.fault

    def _read(self) -> None:
        reader = FrameReader()
        self._work_ends_at = time.monotonic() + READ_SECONDS
        while True:
            try:
                data = self.sock.recv(READ_BYTES)
            except BlockingIOError:
                socket.wait_read(self.sock.fileno())
                self._work_ends_at = time.monotonic() + READ_SECONDS
                continue
            if not data:
                raise self._fault(FaultKind.CLOSED)
            reader.feed(data)
            while (item := reader.next_frame()) is not None:
                if isinstance(item, Skipped):
                    self._observer.frame_skipped(item.reason)
                else:
                    self.handle_event(item)
                self._give_way_if_due()
            self._give_way_if_due()

    def _give_way_if_due(self) -> None:
        if time.monotonic() < self._work_ends_at:
            return
        with gevent.Timeout(PAUSE_SECONDS_LIMIT, False):  # type: ignore[arg-type]  # noqa: FBT003 (False: end the block silently)
            gevent.idle()
        self._work_ends_at = time.monotonic() + READ_SECONDS

    def _take_reply(self, frame: Frame, text: str) -> None:
        if not self._slots:
            self._observer.frame_skipped("unexpected_reply")
            return
        slot = self._slots.popleft()
        self._answered_count += 1
        reply = Reply(text=text.strip(), body=frame.body, headers=frame.headers)
        seconds = (self._clock.now() - slot.sent_at) / MICROS_PER_SECOND
        self._observer.command_answered(slot.name, max(seconds, 0.0), not reply.is_error)
        if slot.take is not None:
            slot.take(reply)

    def _write(self, data: bytes) -> None:
        if self._unsent:
            self._unsent += data
            return
        try:
            sent_count = self.sock.send(data)
        except BlockingIOError:
            sent_count = 0
        except OSError as cause:
            self._fail(self._fault(FaultKind.CLOSED, str(cause)))
            return
        if sent_count < len(data):
            self._unsent += data[sent_count:]
            self._writer = spawn(f"{self._policy.name} writer", self._write_rest)

    def _write_rest(self) -> None:
        try:
            while self._unsent:
                socket.wait_write(self.sock.fileno())
                del self._unsent[: self.sock.send(self._unsent)]
        except OSError as cause:
            self._fail(self._fault(FaultKind.CLOSED, str(cause)))

    def _fail(self, fault: LinkFaultError) -> None:
        if self.fault is not None:
            return
        self.fault = fault
        self.connected = False
        self._auth_request_event.set()
        slots, self._slots = self._slots, deque()
        for slot in slots:
            if slot.take is not None:
                slot.take(fault)
        self._lost(fault)

    def _fault(self, kind: FaultKind, detail: str = "") -> LinkFaultError:
        return LinkFaultError(self._policy, kind, detail)


def _first_line(body: bytes) -> str:
    return body.decode("utf-8", "replace").strip().partition("\n")[0][:200]
