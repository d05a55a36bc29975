"""One connection to an event socket: greenswitch's handshake over our own reader and writer.

greenswitch's ``InboundESL`` gives the shape: connect, wait for ``auth/request``, authenticate, a
greenlet that receives, commands matched to replies by order. Its reader and sender are replaced,
because measurement showed them unsafe: a value could forge headers, a bad byte or the end of the
stream killed or froze the process, and a command in flight was never released.

Rules kept here:

- Every command has a slot until its reply comes (``replies``), and posting one never waits for the
  switch (``sending``).
- The reader gives way to others, however much there is to read (``reading``).
- The first fault wins; it releases every waiter, and the connection is never used again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import gevent
from gevent.event import AsyncResult
from greenswitch import InboundESL

from callcore.adapters.freeswitch import command_bytes, link_commands, reaching
from callcore.adapters.freeswitch.command_bytes import Command
from callcore.adapters.freeswitch.faults import FaultKind, LinkFaultError
from callcore.adapters.freeswitch.frames import Frame, StreamBrokenError
from callcore.adapters.freeswitch.observing import LinkObserver
from callcore.adapters.freeswitch.reading import Reader
from callcore.adapters.freeswitch.replies import (
    UNANSWERED_LIMIT,
    Reply,
    ReplySlots,
    TakeReply,
)
from callcore.adapters.freeswitch.sending import Sender
from callcore.domain.policies import NodePolicy
from callcore.ports.surroundings import Clock
from callcore.ports.telephony import (
    CommandTimedOutError,
    SwitchUnavailableError,
    TelephonyError,
)
from callcore.runtime.greenlets import spawn

LEAVE_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command that was sent and whose reply somebody waits for."""

    name: str
    waiter: AsyncResult[Reply | LinkFaultError] = field(repr=False)


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
        self._observer = observer
        self._take_event = take_event
        self._lost = lost
        self._slots = ReplySlots(clock=clock, observer=observer)
        self._sender: Sender | None = None
        self._reader: Reader | None = None

    @property
    def oldest_unanswered(self) -> int | None:
        """The number of the command whose reply is due next, if one is."""
        return self._slots.oldest

    @property
    def unread_seconds(self) -> float:
        """How old the oldest of what is not read yet may be; 0 if all has been read."""
        if self._reader is None or self.fault is not None:
            return 0.0
        return self._reader.unread_seconds

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
        self.connected = self.fault is None

    def start_event_handlers(self) -> None:
        """Starts the reader; events are handed on where they are read, in order."""
        self._receive_events_greenlet = spawn(f"{self._policy.name} reader", self.receive_events)

    def send(self, data: str) -> Reply:
        """Sends one line and waits for its reply: what greenswitch's handshake calls."""
        return self.ask(command_bytes.line(data), self._policy.command_timeout_seconds)

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
        return self.finish(self.begin(command, at_reply), timeout_seconds)

    def ask_all(self, several: Sequence[Command], timeout_seconds: float) -> list[Reply]:
        """Sends several commands at once and waits for each reply; raises as ``ask`` does."""
        asked = [self.begin(command) for command in several]
        return [self.finish(one, timeout_seconds) for one in asked]

    def begin(self, command: Command, at_reply: Callable[[Reply], None] | None = None) -> Asked:
        """Sends a command whose reply will be waited for. Raises ``SwitchUnavailableError``."""
        waiter: AsyncResult[Reply | LinkFaultError] = AsyncResult()

        def take(reply: Reply | LinkFaultError) -> None:
            if at_reply is not None and isinstance(reply, Reply):
                at_reply(reply)
            waiter.set(reply)

        self.post(command, take)
        return Asked(name=command.name, waiter=waiter)

    def finish(self, asked: Asked, timeout_seconds: float) -> Reply:
        """Waits for the reply; may be done again. Raises as ``ask`` does."""
        try:
            reply = asked.waiter.get(timeout=timeout_seconds)
        except gevent.Timeout as cause:
            raise CommandTimedOutError(
                f"{self._policy.name}: no reply to {asked.name} in {timeout_seconds:g} s"
            ) from cause
        if isinstance(reply, Reply):
            return reply
        raise reply or self._fault(FaultKind.INTERNAL)

    def post(self, command: Command, take: TakeReply | None = None) -> None:
        """Sends a command without waiting. Raises ``SwitchUnavailableError``."""
        if self.fault is not None:
            raise self.fault
        if self._sender is None:
            raise self._fault(FaultKind.INTERNAL, "a command before the connection")
        if self._slots.are_full:
            self._observer.command_refused(command.name, "too many commands unanswered")
            raise SwitchUnavailableError(
                f"{self._policy.name}: {UNANSWERED_LIMIT} commands are unanswered"
            )
        self._slots.expect(command.name, take)
        self._sender.send(command.wire)
        if self.fault is not None:
            raise self.fault

    def poke(self) -> None:
        """Wakes the switch's listener, which otherwise looks for events every 20 ms.

        It ignores a line feed between commands (mod_event_socket.c, ``read_packet``).
        """
        if self.fault is None and self._sender is not None and not self._sender.has_backlog:
            self._sender.send(b"\n")

    def lose(self, kind: FaultKind) -> None:
        """Gives the connection up for a reason found elsewhere."""
        self._fail(self._fault(kind))

    def stop(self) -> None:
        """Takes leave of the switch if it still listens, and closes."""
        if self.connected:
            with contextlib.suppress(TelephonyError):
                self.ask(link_commands.leave(), LEAVE_SECONDS)
        self.close()

    def close(self) -> None:
        """Ends the connection's greenlets and closes its socket; releases every waiter."""
        self._fail(self._fault(FaultKind.STOPPED))
        if self._receive_events_greenlet is not None:
            self._receive_events_greenlet.kill()
        if self._sender is not None:
            self._sender.stop()
            self.sock.close()

    def receive_events(self) -> None:
        """Reads frames until the connection is lost."""
        try:
            if self._reader is not None:
                self._reader.run()
        except LinkFaultError as fault:
            self._fail(fault)
        except StreamBrokenError as cause:
            self._fail(self._fault(FaultKind.NONSENSE, str(cause)))
        except OSError as cause:
            self._socket_failed(cause)
        except Exception as cause:
            self._fail(self._fault(FaultKind.INTERNAL, repr(cause)))
            raise
        else:
            self._fail(self._fault(FaultKind.CLOSED))

    def handle_event(self, event: Frame) -> None:
        """Takes one frame that is no event. Raises ``LinkFaultError`` for those that end the
        connection.
        """
        match event.content_type:
            case "command/reply":
                self._slots.fill(Reply(text=event.headers.get("Reply-Text", ""), frame=event))
            case "api/response":
                text = event.body.decode("utf-8", "replace").strip()
                self._slots.fill(Reply(text=text, frame=event))
            case "auth/request":
                self._auth_request_event.set()
            case "text/disconnect-notice":
                raise self._fault(FaultKind.DISCONNECT_NOTICE, _first_line(event.body))
            case "text/rude-rejection":
                raise self._fault(FaultKind.REFUSED_BY_ACL, _first_line(event.body))
            case _:
                self._observer.frame_skipped("unknown_content_type")

    def _open_socket(self) -> None:
        self.sock = reaching.socket_to(self._policy)
        self._reader = Reader(
            self.sock,
            take_event=self._take_event,
            take=self.handle_event,
            skipped=self._observer.frame_skipped,
        )
        self._sender = Sender(self._policy.name, self.sock, self._socket_failed)

    def _await_greeting(self) -> None:
        self.start_event_handlers()
        if not self._auth_request_event.wait(self.timeout):
            raise self._fault(FaultKind.SILENT)
        if self.fault is not None:
            raise self.fault

    def _socket_failed(self, cause: OSError) -> None:
        self._fail(self._fault(FaultKind.CLOSED, str(cause)))

    def _fail(self, fault: LinkFaultError) -> None:
        if self.fault is not None:
            return
        self.fault = fault
        self.connected = False
        self._auth_request_event.set()
        self._slots.release(fault)
        self._lost(fault)

    def _fault(self, kind: FaultKind, detail: str = "") -> LinkFaultError:
        return LinkFaultError(self._policy, kind, detail)


def _first_line(body: bytes) -> str:
    return body.decode("utf-8", "replace").strip().partition("\n")[0][:200]
