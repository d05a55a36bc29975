"""Bytes leave in the order in which they were given, and giving them never waits."""

from __future__ import annotations

from gevent import socket

from callcore.adapters.freeswitch.sending import Sender
from tests.waiting import wait_until


def drained(peer: socket.socket) -> bytes:
    """Everything that has arrived, without giving way."""
    arrived = b""
    while True:
        try:
            arrived += peer.recv(1 << 20)
        except BlockingIOError:
            return arrived


def test_what_is_given_later_never_overtakes_the_backlog() -> None:
    """Even when the kernel would take it at once, because the peer has just read everything."""
    ours, peer = socket.socketpair()
    with ours, peer:
        for end in (ours, peer):
            end.setblocking(False)
        sender = Sender("test", ours, failed=lambda cause: None)
        number, given = 0, b""
        while not sender.has_backlog:
            part = b"%06d" % number * 1000
            sender.send(part)
            given += part
            number += 1
        arrived = drained(peer)
        sender.send(b"last")
        given += b"last"

        def is_all_there() -> bool:
            nonlocal arrived
            arrived += drained(peer)
            return len(arrived) >= len(given)

        wait_until(is_all_there)
        assert arrived == given
        assert not sender.has_backlog


def test_a_broken_socket_is_reported() -> None:
    """At once, or when the rest is sent: the link must hear of it either way."""
    failures: list[OSError] = []
    ours, peer = socket.socketpair()
    with ours:
        ours.setblocking(False)
        sender = Sender("test", ours, failed=failures.append)
        while not sender.has_backlog:
            sender.send(b"x" * 100_000)
        peer.close()
        wait_until(lambda: failures)
        sender = Sender("test", ours, failed=failures.append)
        sender.send(b"x")
        assert len(failures) == 2
