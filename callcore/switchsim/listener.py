"""One connection of the event socket: commands in, replies and events out in one order.

After ``listener_run`` of ``mod_event_socket.c``. Writing has a greenlet and a queue of its own, so
that a client who does not read holds up nobody else.
"""

from __future__ import annotations

import contextlib
import socket
from collections import deque
from typing import TYPE_CHECKING

from gevent.event import Event as Signal

from callcore.runtime.greenlets import spawn
from callcore.switchsim import verbs, wire
from callcore.switchsim.filters import Filters, Subscription

if TYPE_CHECKING:
    from callcore.switchsim.events import Event
    from callcore.switchsim.switch import SimulatedSwitch

_READ_BYTES = 65_536
_MOST_QUEUED = 100_000
_MOST_LOST = 500
_MOST_WRITTEN_AT_ONCE = 262_144


class Listener:
    """A client's connection."""

    def __init__(self, switch: SimulatedSwitch, connection: socket.socket) -> None:
        self.switch = switch
        self.is_authenticated = False
        self.is_running = True
        self.event_format = "plain"
        self.subscription = Subscription()
        self.filters = Filters()
        self.is_listening = False
        self._connection = connection
        self._outgoing: deque[bytes] = deque()
        self._has_outgoing = Signal()
        self._is_draining = False
        self._is_drained = False
        self._lost = 0

    def run(self) -> None:
        """Serves the connection until either side ends it."""
        with contextlib.suppress(OSError):
            self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        writer = spawn("switch writer", self._write)
        if self.switch.settings.refuses:
            self.send(wire.rude_rejection())
        else:
            self.send(wire.auth_request())
            self._read()
            if self.is_running is False and not self._is_draining:
                self.send(wire.disconnect_notice())
        self.drain()
        writer.join(timeout=1.0)
        self.close()

    def send(self, frame: bytes) -> None:
        """Queues a frame."""
        if not self._is_draining:
            self._outgoing.append(frame)
            self._has_outgoing.set()

    def wants(self, name: str, subclass: str) -> bool:
        """True if the client asked for such events."""
        return self.is_listening and self.subscription.wants(name, subclass)

    def hear(self, event: Event) -> None:
        """Queues an event unless a filter drops it.

        A client that reads too slowly loses events, then the connection.
        """
        if not self.filters.let_pass(event.headers):
            return
        if len(self._outgoing) < _MOST_QUEUED:
            self._lost = 0
            self.send(event.frame(self.event_format))
            return
        self._lost += 1
        if self._lost > _MOST_LOST:
            self.close()

    def drain(self) -> None:
        """Takes no more frames; what is queued is still written, then the connection ends."""
        self._is_draining = True
        self._has_outgoing.set()

    @property
    def is_drained(self) -> bool:
        """True when everything was written and no more will be."""
        return self._is_drained

    def close(self) -> None:
        """Ends the connection with nothing said."""
        self._is_draining = True
        self.is_running = False
        self._outgoing.clear()
        self._has_outgoing.set()
        self.switch.forget(self)
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def _read(self) -> None:
        reader = wire.CommandReader()
        while self.is_running:
            try:
                data = self._connection.recv(_READ_BYTES)
            except OSError:
                data = b""
            if not data:
                self.drain()
                return
            self.switch.flowing.wait()
            for command in reader.feed(data):
                if self.is_running:
                    verbs.obey(self, command)

    def _write(self) -> None:
        while True:
            self._has_outgoing.wait()
            self.switch.flowing.wait()
            self._has_outgoing.clear()
            try:
                self._flush()
            except OSError:
                self._is_draining = True
                self._outgoing.clear()
            if self._is_draining and not self._outgoing:
                self._is_drained = True
                with contextlib.suppress(OSError):
                    self._connection.shutdown(socket.SHUT_WR)
                return

    def _flush(self) -> None:
        while self._outgoing:
            pieces: list[bytes] = []
            size = 0
            while self._outgoing and size < _MOST_WRITTEN_AT_ONCE:
                piece = self._outgoing.popleft()
                pieces.append(piece)
                size += len(piece)
            self._connection.sendall(b"".join(pieces))
