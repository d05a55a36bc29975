"""A plain event-socket client that keeps every frame, for tests that look at bytes."""

from __future__ import annotations

import gevent
from gevent import socket

from tests.switchsim.recordings import Frame, Headers, frame


class Client:
    """One connection to a simulated switch."""

    def __init__(self, port: int, host: str = "127.0.0.1") -> None:
        self.frames: list[Frame] = []
        self.is_closed = False
        self._socket = socket.create_connection((host, port))
        self._buffer = b""
        self._reader = gevent.spawn(self._read)

    def send(self, text: str) -> None:
        """Sends a command as it stands."""
        self._socket.sendall(text.encode("utf-8", "surrogateescape"))

    def close(self) -> None:
        self._reader.kill()
        self._socket.close()

    @property
    def replies(self) -> list[Frame]:
        """Everything that is no event."""
        return [one for one in self.frames if not one.kind.startswith("text/event")]

    @property
    def events(self) -> list[Headers]:
        """Every event, in order."""
        return [event for one in self.frames if (event := one.event()) is not None]

    def names(self) -> list[str]:
        """The names of the events, in order."""
        return [str(event["Event-Name"]) for event in self.events]

    def until(self, holds, seconds: float = 5.0) -> None:
        """Waits until something holds. Raises ``AssertionError`` after ``seconds``."""
        with gevent.Timeout(seconds, AssertionError([one.headers for one in self.frames[-5:]])):
            while not holds():
                gevent.sleep(0.002)

    def ask(self, text: str) -> Frame:
        """Sends a command and returns its reply."""
        count = len(self.replies)
        self.send(text + "\n\n")
        self.until(lambda: len(self.replies) > count)
        return self.replies[count]

    def api(self, text: str) -> str:
        """What an ``api`` command prints."""
        return self.ask(f"api {text}").body

    def enter(self, events: str = "json ALL", password: str = "ClueCon") -> Client:
        """Authenticates and subscribes."""
        self.until(lambda: self.replies)
        self.ask(f"auth {password}")
        if events:
            self.ask(f"event {events}")
        return self

    def _read(self) -> None:
        while data := self._receive():
            self._buffer += data
            while self._take():
                pass
        self._socket.close()
        self.is_closed = True

    def _receive(self) -> bytes:
        try:
            return self._socket.recv(65536)
        except OSError:
            return b""

    def _take(self) -> bool:
        head, mark, rest = self._buffer.partition(b"\n\n")
        if not mark:
            return False
        text = head.decode()
        headers = dict(line.partition(": ")[::2] for line in text.split("\n"))
        length = int(headers.get("Content-Length", 0))
        if len(rest) < length:
            return False
        self._buffer = rest[length:]
        body = rest[:length].decode("utf-8", "surrogateescape")
        self.frames.append(frame(f"{text}\n\n{body}"))
        return True
