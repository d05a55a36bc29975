"""Ports of 127.0.0.1 that nobody uses, and nobody gets by chance."""

from __future__ import annotations

import contextlib
import secrets
import socket
from collections import deque

HOST = "127.0.0.1"

_FIRST, _END, _STEP = 10_000, 20_000, 4
"""Below those that the system gives to whoever asks for any, and below the sound of the switch.
With each port come the three after it: sound and its control, for voice and for pictures.
"""
_MANY = 1000

_given: deque[int] = deque(maxlen=_MANY)


def free_port() -> int:
    """A port free for TCP and UDP at this instant, and not given out lately."""
    return free_ports(1)


def free_ports(count: int) -> int:
    """The first of so many ports in a row that are free at this instant."""
    length = -(-count // _STEP) * _STEP
    while True:
        first = _FIRST + secrets.randbelow((_END - _FIRST - length) // _STEP) * _STEP
        wanted = range(first, first + length)
        if not any(port in wanted for port in _given) and all(map(_is_free, wanted)):
            _given.extend(wanted[::_STEP])
            return first


def is_bound(port: int) -> bool:
    """True while a program listens for UDP on the port."""
    return not _can_be_bound(port, socket.SOCK_DGRAM)


def _is_free(port: int) -> bool:
    return all(_can_be_bound(port, kind) for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM))


def _can_be_bound(port: int, kind: socket.SocketKind) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, kind) as one:
        one.bind((HOST, port))
        return True
    return False
