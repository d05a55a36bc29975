"""A switch that tells of as many events as it can be rid of, as a process of its own.

``python -m tests.bench.event_stream EVENTS`` says ``ready <port>``; the events are recorded ones,
told again and again about a thousand legs, as soon as somebody subscribes.
"""

from __future__ import annotations

import contextlib
import socket
import sys
import uuid
from threading import Thread

from tests.adapters.freeswitch import recordings

LEGS_COUNT = 1000
NAMES = (b"CHANNEL_PARK", b"CHANNEL_ANSWER", b"CHANNEL_BRIDGE", b"CHANNEL_HANGUP")
GREETING = b"Content-Type: auth/request\n\n"
OK = b"Content-Type: command/reply\nReply-Text: +OK accepted\n\n"


def frames() -> list[bytes]:
    """One of each name about each leg."""
    bodies = {
        name: next(body for body in recordings.events("02") if b'"%b"' % name in body)
        for name in NAMES
    }
    legs = [str(uuid.uuid4()).encode() for _ in range(LEGS_COUNT)]
    return [_frame(body, leg) for leg in legs for body in bodies.values()]


def _frame(body: bytes, leg: bytes) -> bytes:
    _, _, rest = body.partition(b'"Unique-ID":"')
    told = body.replace(rest[: len(leg)], leg)
    return b"Content-Length: %d\nContent-Type: text/event-json\n\n%b" % (len(told), told)


def serve(events_count: int) -> None:
    """Serves links for ever, of callcore two: for commands, and for events."""
    told = frames()
    whole, rest = divmod(events_count, len(told))
    stream = [b"".join(told)] * whole + [b"".join(told[:rest])]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sys.stdout.write(f"ready {listener.getsockname()[1]}\n")
        sys.stdout.flush()
        while True:
            link, _ = listener.accept()
            Thread(target=_serve, args=(link, stream), daemon=True).start()


def _serve(link: socket.socket, stream: list[bytes]) -> None:
    with link, contextlib.suppress(ConnectionError):
        link.sendall(GREETING)
        while data := link.recv(65536):
            for command in data.split(b"\n\n")[:-1]:
                link.sendall(_reply(command))
                if command.startswith(b"event "):
                    for part in stream:
                        link.sendall(part)


def _reply(command: bytes) -> bytes:
    if not command.startswith(b"api "):
        return OK
    body = b"4c342983-09e7-41c0-8ea8-090c3b5f0945"
    return b"Content-Type: api/response\nContent-Length: %d\n\n%b" % (len(body), body)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
