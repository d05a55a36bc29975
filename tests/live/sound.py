"""The sound of a line: silence or a tone goes out, what comes in is kept, keys are pressed."""

from __future__ import annotations

import itertools
import secrets
import socket
import struct
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import gevent

from tests.live import ulaw
from tests.live.ports import HOST, free_port

PACKET_SECONDS = 0.02
SAMPLES = 160
ULAW = 0
ULAW_SILENCE = b"\xff" * SAMPLES
EVENT_PAYLOAD_TYPE = 101
KEYS = "0123456789*#ABCD"
KEY_PACKETS = 5
END_PACKETS = 3
"""RFC 4733, 2.5.1.4: the last packet of a key is sent three times."""
VOLUME = 10
HEADER = struct.Struct("!BBHII")


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet of sound that came."""

    at: float
    """When, seconds since the epoch."""
    timestamp: int
    """Where the sender lays it, in samples."""
    payload: bytes


class Sound:
    """RTP of one line. Begins to send when the first packet has come: it says where to.

    What goes out is silence, or a tone of ``hertz``.
    """

    def __init__(self, hertz: int | None = None) -> None:
        self.port = free_port()
        self.packets: list[Packet] = []
        self._speech = itertools.cycle(_frames(hertz))
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, self.port))
        self._peer: tuple[str, int] | None = None
        self._source = secrets.randbits(32)
        self._sequence = secrets.randbits(15)
        self._timestamp = secrets.randbits(31)
        self._keys: list[str] = []
        self._loops = [gevent.spawn(self._receive), gevent.spawn(self._send)]

    @property
    def packets_count(self) -> int:
        """How many packets came so far."""
        return len(self.packets)

    @property
    def arrivals(self) -> list[float]:
        """When each packet came, seconds since the epoch."""
        return [packet.at for packet in self.packets]

    def press(self, keys: str) -> None:
        """Presses keys one after another, 100 ms each, as RTP events (RFC 4733)."""
        self._keys += keys

    def close(self) -> None:
        """Ends it."""
        gevent.killall(self._loops)
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _receive(self) -> None:
        while True:
            data, self._peer = self._socket.recvfrom(2048)
            _, payload_type, _, timestamp, _ = HEADER.unpack_from(data)
            if payload_type & 0x7F == ULAW:
                self.packets.append(Packet(time.time(), timestamp, data[HEADER.size :]))

    def _send(self) -> None:
        due = time.monotonic()
        while True:
            if self._peer is not None and self._keys:
                self._send_key(self._keys.pop(0))
                due = time.monotonic()
            elif self._peer is not None:
                self._put(ULAW, next(self._speech))
                self._timestamp += SAMPLES
            due += PACKET_SECONDS
            gevent.sleep(max(due - time.monotonic(), 0))

    def _send_key(self, key: str) -> None:
        """One event has one timestamp, and tells in each packet how long it has lasted."""
        code = KEYS.index(key)
        for number in range(1, KEY_PACKETS + 1):
            for _ in range(END_PACKETS if number == KEY_PACKETS else 1):
                end = 0x80 if number == KEY_PACKETS else 0
                event = struct.pack("!BBH", code, end | VOLUME, number * SAMPLES)
                self._put(EVENT_PAYLOAD_TYPE, event, is_first=number == 1)
            gevent.sleep(PACKET_SECONDS)
        self._timestamp += KEY_PACKETS * SAMPLES

    def _put(self, payload_type: int, payload: bytes, *, is_first: bool = False) -> None:
        assert self._peer is not None
        marker = 0x80 if is_first else 0
        header = HEADER.pack(
            *(0x80, marker | payload_type, self._sequence & 0xFFFF),
            *(self._timestamp & 0xFFFFFFFF, self._source),
        )
        self._sequence += 1
        self._socket.sendto(header + payload, self._peer)


def _frames(hertz: int | None) -> list[bytes]:
    """A second's payloads."""
    if hertz is None:
        return [ULAW_SILENCE]
    second = ulaw.encoded(ulaw.tone(hertz, 1))
    return [second[start : start + SAMPLES] for start in range(0, len(second), SAMPLES)]
