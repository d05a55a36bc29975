"""Ports of 127.0.0.1 that nobody uses."""

from __future__ import annotations

import contextlib
import socket

HOST = "127.0.0.1"


def free_port() -> int:
    """A port free for TCP and UDP at this instant."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            udp.bind((HOST, 0))
            port: int = udp.getsockname()[1]
            with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
                try:
                    tcp.bind((HOST, port))
                except OSError:
                    continue
                return port


def free_ports(count: int) -> int:
    """The first of so many ports in a row that are free for TCP at this instant."""
    while True:
        first = free_port()
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError, OverflowError):
            for number in range(count):
                stack.enter_context(socket.socket()).bind((HOST, first + number))
            return first


def is_bound(port: int) -> bool:
    """True while a program listens for UDP on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        try:
            udp.bind((HOST, port))
        except OSError:
            return True
    return False
