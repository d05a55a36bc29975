"""A scripted event socket on a real port: it says exactly what a test wants it to say."""

from __future__ import annotations

import json
from collections.abc import Callable

from gevent import socket
from gevent.event import Event
from gevent.server import StreamServer

from callcore.domain.ids import NodeName
from callcore.domain.policies import NodePolicy
from callcore.ports.switch_events import SwitchEvent
from tests.adapters.freeswitch import switch_parsing
from tests.adapters.freeswitch.switch_parsing import Received

PASSWORD = "ClueCon"
CORE = "4c342983-09e7-41c0-8ea8-090c3b5f0945"
GREETING = b"Content-Type: auth/request\n\n"
GOODBYE = b"Content-Type: text/disconnect-notice\nContent-Length: 7\n\nBye...\n"
WAIT_SECONDS = 5.0
LOOK_EVERY_SECONDS = 0.002

Rule = Callable[[Received], bytes | None]
"""The reply to a command; ``None`` gives none."""


def reply(text: str) -> bytes:
    return f"Content-Type: command/reply\nReply-Text: {text}\n\n".encode()


def answer(text: str) -> bytes:
    body = text.encode()
    return b"Content-Type: api/response\nContent-Length: %d\n\n" % len(body) + body


def event_frame(**fields: object) -> bytes:
    """An event; ``_`` in a name stands for ``-``, and ``__`` for ``_``."""
    names = {name.replace("__", "\0").replace("_", "-").replace("\0", "_"): name for name in fields}
    return frame_of(json.dumps({name: fields[field] for name, field in names.items()}).encode())


def frame_of(body: bytes) -> bytes:
    return b"Content-Length: %d\nContent-Type: text/event-json\n\n" % len(body) + body


HEARTBEAT = event_frame(Event_Name="HEARTBEAT", Core_UUID=CORE)


class Client:
    """One connection of callcore, seen from the switch."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock = sock
        self.received: list[Received] = []
        self.raw = b""

    @property
    def has_subscribed(self) -> bool:
        return any(command.line.startswith("event ") for command in self.received)

    def send(self, data: bytes) -> None:
        self.sock.sendall(data)

    def drop(self) -> None:
        self.sock.close()


class ScriptedSwitch:
    """Answers as FreeSWITCH does, unless ``rules`` says otherwise for a command's beginning."""

    def __init__(self) -> None:
        self.core_uuid = CORE
        self.greeting: bytes | None = GREETING
        self.closes_after_greeting = False
        self.rules: dict[str, Rule] = {}
        self.may_read = Event()
        """While cleared, nothing more is read from any connection."""
        self.may_read.set()
        self.clients: list[Client] = []
        self.server = StreamServer(("127.0.0.1", 0), self._serve)
        self.server.start()
        self.port = self.server.server_port

    def policy(self, **changes: object) -> NodePolicy:
        values: dict[str, object] = {
            "name": NodeName("fs1"),
            "host": "127.0.0.1",
            "port": self.port,
            "connect_timeout_seconds": 1.0,
            "command_timeout_seconds": 1.0,
        }
        return NodePolicy(**(values | changes))  # type: ignore[arg-type]

    def stop(self) -> None:
        for client in self.clients:
            client.drop()
        self.server.stop()

    @property
    def events(self) -> Client:
        """The last connection that subscribed to events."""
        return [client for client in self.clients if client.has_subscribed][-1]

    @property
    def commands(self) -> Client:
        """The last connection that did not."""
        return [client for client in self.clients if not client.has_subscribed][-1]

    def lines(self) -> list[str]:
        """The commands received after the handshake, on connections for commands."""
        return [
            command.line
            for client in self.clients
            if not client.has_subscribed
            for command in client.received
            if not command.line.startswith(("auth ", "api global_getvar"))
        ]

    def _serve(self, sock: socket.socket, _address: object) -> None:
        client = Client(sock)
        self.clients.append(client)
        try:
            if self.greeting is not None:
                client.send(self.greeting)
            if self.closes_after_greeting:
                return
            while self.may_read.wait() and (data := sock.recv(65536)):
                client.raw += data
                for command in self._complete(client):
                    client.received.append(command)
                    said = self._said(command)
                    if said is not None:
                        client.send(said)
        except OSError:
            pass
        finally:
            sock.close()

    @staticmethod
    def _complete(client: Client) -> list[Received]:
        """The commands that have arrived whole."""
        client.raw = client.raw.lstrip(b"\n")
        complete = []
        while b"\n\n" in client.raw:
            head, _, rest = client.raw.partition(b"\n\n")
            (shape,) = switch_parsing.received(head + b"\n\n")
            length = int(shape.headers.get("content-length", "0"))
            if len(rest) < length:
                break
            complete += switch_parsing.received(head + b"\n\n" + rest[:length])
            client.raw = rest[length:].lstrip(b"\n")
        return complete

    def _said(self, command: Received) -> bytes | None:
        for beginning, rule in self.rules.items():
            if command.line.startswith(beginning):
                return rule(command)
        verb = command.line.split(" ")[0]
        if verb == "auth":
            is_right = command.line == f"auth {PASSWORD}"
            return reply("+OK accepted" if is_right else "-ERR invalid")
        if verb == "api":
            is_core = command.line == "api global_getvar core_uuid"
            return answer(self.core_uuid if is_core else "+OK\n")
        if verb == "exit":
            return reply("+OK bye") + GOODBYE
        job_id = command.headers.get("job-uuid")
        return reply("+OK" if job_id is None else f"+OK Job-UUID: {job_id}")


class RecordingObserver:
    """Keeps what the link tells about itself."""

    def __init__(self) -> None:
        self.events: list[str] = []
        self.answered: list[tuple[str, bool]] = []
        self.refused: list[tuple[str, str]] = []
        self.skipped: list[str] = []
        self.failed: list[tuple[str, Exception]] = []
        self.restored: list[tuple[str, bool]] = []
        self.lost: list[str] = []
        self.lags: list[float] = []

    def event_received(self, name: str, lag_seconds: float) -> None:
        self.events.append(name)
        self.lags.append(lag_seconds)

    def command_answered(self, name: str, seconds: float, ok: bool) -> None:
        assert seconds >= 0
        self.answered.append((name, ok))

    def command_refused(self, name: str, reply: str) -> None:
        self.refused.append((name, reply))

    def frame_skipped(self, reason: str) -> None:
        self.skipped.append(reason)

    def listener_failed(self, name: str, fault: Exception) -> None:
        self.failed.append((name, fault))

    def link_restored(self, core_uuid: str, is_restarted: bool) -> None:
        self.restored.append((core_uuid, is_restarted))

    def link_lost(self, reason: str) -> None:
        self.lost.append(reason)


class Heard(list[SwitchEvent]):
    """The events delivered, in order."""

    def kinds(self) -> list[str]:
        return [type(event).__name__ for event in self]
