"""A tiny event-socket client, so that the tests see the switch with eyes of their own."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from urllib.parse import unquote

from tests.live.ports import HOST

Event = dict[str, str]


class EslError(Exception):
    """The event socket closed, refused or did not answer."""


class Esl:
    """One connection. Replies come in order; events received meanwhile are kept."""

    def __init__(self, port: int, password: str, *, reply_seconds: float = 10) -> None:
        self.reply_seconds = reply_seconds
        self.events: deque[Event] = deque()
        try:
            self.socket = socket.create_connection((HOST, port), timeout=reply_seconds)
        except OSError as error:
            raise EslError(f"no connection: {error}") from error
        if self.socket.getsockname() == self.socket.getpeername():
            # Nobody listens, and our own end was given that very port (RFC 9293, 3.5).
            self.socket.close()
            raise EslError("connected to itself")
        self.received = b""
        try:
            self._frame(reply_seconds)
            reply = self.command(f"auth {password}")
        except EslError:
            self.socket.close()
            raise
        if reply != "+OK accepted":
            self.socket.close()
            raise EslError(reply)

    def command(self, text: str) -> str:
        """Sends a command; its ``Reply-Text``."""
        return self._ask(text)[0]["Reply-Text"]

    def api(self, text: str) -> str:
        """Sends an ``api`` command; the body of its answer."""
        return self._ask(f"api {text}")[1].decode().strip()

    def execute(self, uuid: str, application: str, argument: str) -> str:
        """Lets a channel execute an application; the reply to the order, not its result."""
        body = argument.encode()
        return self._ask(
            f"sendmsg {uuid}\ncall-command: execute\nexecute-app-name: {application}\n"
            f"content-type: text/plain\ncontent-length: {len(body)}",
            body,
        )[0]["Reply-Text"]

    def channels(self) -> list[dict[str, str]]:
        """The channels the switch lists."""
        rows: list[dict[str, str]] = json.loads(self.api("show channels as json")).get("rows", [])
        return rows

    def variable(self, uuid: str, name: str) -> str | None:
        """A channel variable; ``None`` if unset or the channel is gone."""
        answer = self.api(f"uuid_getvar {uuid} {name}")
        return None if answer == "_undef_" or answer.startswith("-ERR") else answer

    def subscribe(self, *names: str) -> None:
        """Asks for events, as JSON."""
        self.command(f"event json {' '.join(names)}")

    def wait_event(
        self, name: str, seconds: float, matches: Callable[[Event], bool] = lambda _: True
    ) -> Event:
        """The next event of that name that matches; events before it are dropped."""
        deadline = time.monotonic() + seconds
        while True:
            event = self.next_event(deadline - time.monotonic(), name)
            if event["Event-Name"] == name and matches(event):
                return event

    def next_event(self, seconds: float, awaited: str = "event") -> Event:
        """The next event of any name. Fails, naming what was awaited, after ``seconds``."""
        deadline = time.monotonic() + seconds
        while not self.events:
            remaining = deadline - time.monotonic()
            if remaining <= 0:
                raise AssertionError(f"no {awaited} in time")
            with contextlib.suppress(TimeoutError):
                self._keep(*self._frame(remaining))
        return self.events.popleft()

    def drain(self) -> list[Event]:
        """Every event received by now, in order."""
        self.api("status")
        events = list(self.events)
        self.events.clear()
        return events

    def close(self) -> None:
        self.socket.close()

    def _ask(self, text: str, body: bytes = b"") -> tuple[dict[str, str], bytes]:
        self.socket.sendall(text.encode() + b"\n\n" + body)
        while True:
            try:
                headers, answer = self._frame(self.reply_seconds)
            except TimeoutError:
                raise EslError(f"no reply to {text!r}") from None
            if headers["Content-Type"] in {"command/reply", "api/response"}:
                return headers, answer
            self._keep(headers, answer)

    def _keep(self, headers: dict[str, str], body: bytes) -> None:
        if headers["Content-Type"] == "text/event-json":
            self.events.append(json.loads(body.decode("utf-8", "replace")))

    def _frame(self, seconds: float) -> tuple[dict[str, str], bytes]:
        """The next frame, taken off only when it is complete. Raises ``TimeoutError``."""
        deadline = time.monotonic() + seconds
        while True:
            head, separator, rest = self.received.partition(b"\n\n")
            if separator:
                headers = dict(_header_lines(head.decode()))
                length = int(headers.get("Content-Length", 0))
                if len(rest) >= length:
                    self.received = rest[length:]
                    return headers, rest[:length]
            self.socket.settimeout(max(deadline - time.monotonic(), 0.001))
            chunk = self.socket.recv(65536)
            if not chunk:
                raise EslError("the switch closed the connection")
            self.received += chunk


def _header_lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.strip().splitlines():
        name, _, value = line.partition(": ")
        yield name, unquote(value)
