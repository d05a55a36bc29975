"""Where clients of the event socket connect, and who is connected."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from gevent import socket
from gevent.server import StreamServer

from callcore.switchsim import wire
from callcore.switchsim.listener import Listener

if TYPE_CHECKING:
    from callcore.switchsim.switch import SimulatedSwitch


class EventSocket:
    """The listening socket of a switch, and the clients' connections."""

    def __init__(self, switch: SimulatedSwitch) -> None:
        self._switch = switch
        self._listeners: list[Listener] = []
        self._server: StreamServer | None = None

    @property
    def is_open(self) -> bool:
        """True while clients can connect."""
        return self._server is not None

    @property
    def connection_count(self) -> int:
        """How many clients are connected."""
        return len(self._listeners)

    @property
    def is_drained(self) -> bool:
        """True when every client was sent all that was said."""
        return all(listener.is_drained for listener in self._listeners)

    def open(self, host: str, port: int) -> int:
        """Begins to listen; the port."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
        self._server = StreamServer(listening, self._accept)
        self._server.start()
        return int(listening.getsockname()[1])

    def close(self) -> None:
        """Takes no more clients; those that are connected stay so."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def drop(self) -> None:
        """Breaks every client's connection."""
        for listener in tuple(self._listeners):
            listener.close()

    def say_goodbye(self, reason: str) -> None:
        """Tells every client why its connection ends, after what was said before."""
        for listener in tuple(self._listeners):
            listener.send(wire.disconnect_notice(reason))
            listener.drain()

    def forget(self, listener: Listener) -> None:
        """A connection is over."""
        if listener in self._listeners:
            self._listeners.remove(listener)

    def _accept(self, connection: object, _address: object) -> None:
        listener = Listener(self._switch, cast("socket.socket", connection))
        self._listeners.append(listener)
        self._switch.source.audience.append(listener)
        listener.run()
