"""The sound of a caller's line: silence goes out, what comes in is counted, keys are pressed."""

from __future__ import annotations

import secrets
import socket
import struct
import time
from types import TracebackType
from typing import Self

import gevent

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


class Sound:
    """RTP of one caller. Begins to send when the first packet has come: it says where to."""

    def __init__(self) -> None:
        self.port = free_port()
        self.arrivals: list[float] = []
        """When each packet came, seconds since the epoch."""
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
        return len(self.arrivals)

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
            _, self._peer = self._socket.recvfrom(2048)
            self.arrivals.append(time.time())

    def _send(self) -> None:
        while True:
            if self._peer is None:
                gevent.sleep(PACKET_SECONDS)
            elif self._keys:
                self._send_key(self._keys.pop(0))
            else:
                self._put(ULAW, ULAW_SILENCE)
                self._timestamp += SAMPLES
                gevent.sleep(PACKET_SECONDS)

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
