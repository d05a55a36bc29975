"""A switch that does nothing but answer, so that what is measured is callcore.

It speaks as much of the event socket as one call needs, takes no time of its own, and notes when
bytes leave and arrive.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import gevent
from gevent import socket
from gevent.queue import Queue
from gevent.server import StreamServer

from callcore.runtime.greenlets import spawn

PASSWORD = "bench"
HEARTBEAT_SECONDS = 5.0

_ORIGINATE = re.compile(rb"origination_uuid=([0-9a-f-]{36})")
_CONTACT = re.compile(rb"user/(\d+)@")
_JOB = re.compile(rb"Job-UUID: (\S+)")
_LENGTH = re.compile(rb"content-length: (\d+)")


@dataclass(frozen=True, slots=True)
class Originate:
    """A phone is called; ``at`` is when the first byte of it came."""

    at: float
    leg_id: str
    contact: str
    """Who is called, as in ``user/1001@domain``."""


class BareSwitch:
    """Serves one callcore; ``bridges`` holds pairs of a caller's and an agent's leg."""

    def __init__(self) -> None:
        self.originates: Queue[Originate] = Queue()
        self.bridges: Queue[tuple[str, str]] = Queue()
        self._core = str(uuid.uuid4())
        self._events: socket.socket | None = None
        self._variables: dict[bytes, bytes] = {b"core_uuid": self._core.encode()}
        self._sequence = 0
        self._server = StreamServer(("127.0.0.1", 0), self._serve)
        self._server.start()
        self._heart = spawn("heart", self._beat)

    @property
    def port(self) -> int:
        """Where it listens."""
        port = self._server.server_port
        assert port is not None
        return port

    @property
    def is_subscribed(self) -> bool:
        """True once callcore listens to events."""
        return self._events is not None

    @property
    def is_held(self) -> bool:
        """True once callcore follows the legs of every first digit: it has put its marks."""
        return len(self._variables) > len("0123456789abcdef")

    def stop(self) -> None:
        """Ends it."""
        self._heart.kill()
        self._server.stop()

    def tell(self, name: str, leg_id: str, **headers: str) -> float:
        """Sends an event of a leg; when its last byte was handed to the kernel."""
        about = {"Unique-ID": leg_id, "Answer-State": "ringing", **headers, **_FILLING}
        return self._send(name, about)

    def _beat(self) -> None:
        while True:
            gevent.sleep(HEARTBEAT_SECONDS)
            if self._events is not None:
                with contextlib.suppress(OSError):  # callcore has ended
                    self._send("HEARTBEAT", {})

    def _send(self, name: str, about: dict[str, str]) -> float:
        self._sequence += 1
        event = {
            "Event-Name": name,
            "Core-UUID": self._core,
            "Event-Date-Timestamp": str(time.time_ns() // 1000),
            "Event-Sequence": str(self._sequence),
            **about,
        }
        body = json.dumps(event).encode()
        frame = b"Content-Length: %d\nContent-Type: text/event-json\n\n%b" % (len(body), body)
        assert self._events is not None
        self._events.sendall(frame)
        return time.perf_counter()

    def park_caller(self, number: str) -> tuple[str, float]:
        """A caller arrives: the leg's id, and when callcore was told."""
        leg_id = str(uuid.uuid4())
        at = self.tell(
            "CHANNEL_PARK",
            leg_id,
            **{
                "Call-Direction": "inbound",
                "Caller-Direction": "inbound",
                "Caller-Caller-ID-Number": "+48200100",
                "Caller-Caller-ID-Name": "Bench",
                "Caller-Destination-Number": number,
                "variable_callcore_number": number,
            },
        )
        self.tell("CHANNEL_ANSWER", leg_id, **{"Call-Direction": "inbound"})
        return leg_id, at

    def park_agent(self, leg_id: str) -> None:
        """The agent picks up."""
        self.tell("CHANNEL_PARK", leg_id, **{"Call-Direction": "outbound"})

    def end(self, leg_id: str, cause: str = "NORMAL_CLEARING") -> float:
        """A leg ends; when callcore was told."""
        return self.tell("CHANNEL_HANGUP", leg_id, **{"Hangup-Cause": cause})

    def _serve(self, link: socket.socket, _: object) -> None:
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        link.sendall(b"Content-Type: auth/request\n\n")
        unread = b""
        while data := link.recv(65536):
            at = time.perf_counter()
            unread += data
            unread = unread.lstrip(b"\n")  # pokes
            while b"\n\n" in unread:
                command, unread = self._next(unread, link)
                if command is None:
                    break
                self._answer(link, command, at)

    @staticmethod
    def _next(unread: bytes, link: socket.socket) -> tuple[bytes | None, bytes]:
        head, _, rest = unread.partition(b"\n\n")
        length = _LENGTH.search(head.lower())
        needed = int(length[1]) if length else 0
        while len(rest) < needed:
            rest += link.recv(65536)
        return head + b"\n\n" + rest[:needed], rest[needed:].lstrip(b"\n")

    def _answer(self, link: socket.socket, command: bytes, at: float) -> None:
        reply: Callable[[bytes], bytes] = b"Content-Type: command/reply\nReply-Text: %b\n\n".__mod__
        if command.startswith(b"bgapi originate"):
            leg, contact = _ORIGINATE.search(command), _CONTACT.search(command)
            assert leg is not None
            assert contact is not None
            self.originates.put(Originate(at, leg[1].decode(), contact[1].decode()))
            job = _JOB.search(command)
            job_id = job[1] if job else b""
            link.sendall(reply(b"+OK Job-UUID: " + job_id))
        elif command.startswith(b"event "):
            self._events = link
            link.sendall(reply(b"+OK event listener enabled json"))
        elif command.startswith(b"api "):
            link.sendall(self._api(command))
        else:
            link.sendall(reply(b"+OK accepted"))

    def _api(self, command: bytes) -> bytes:
        words = command.split()
        match words[1]:
            case b"global_getvar":
                body = self._variables.get(words[2], b"-ERR no reply\n")
            case b"global_setvar":
                name, _, value = words[2].partition(b"=")
                self._variables[name] = value
                body = b"+OK"
            case b"show":
                body = b'{"row_count": 0}\n'
            case b"sofia_contact":
                body = b"sofia/internal/sip:phone@127.0.0.1"
            case b"uuid_exists":
                body = b"true"
            case b"uuid_bridge":
                self.bridges.put((words[2].decode(), words[3].decode()))
                body = b"+OK " + words[3] + b"\n"
            case _:
                body = b"+OK\n"
        return b"Content-Type: api/response\nContent-Length: %d\n\n%b" % (len(body), body)


_FILLING = {f"variable_filling_{number}": "x" * 40 for number in range(80)}
"""Makes an event as large as a real one, 5 KB and more than a hundred headers."""
