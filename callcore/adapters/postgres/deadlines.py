"""Ends whatever a connection is doing when its time is over.

A link that swallows packets gives a query no end of its own: keepalives are answered by the
middlebox, and ``statement_timeout`` cannot be heard. Raising in the middle of a query is no way
out either, since psycopg then tries to end a ``COPY`` in good order over the same dead link. So
the socket is shut down, and everything that waits for it fails at once, in order.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator

import psycopg

from callcore.runtime import clock


@contextlib.contextmanager
def cut_after(seconds: float, connection: psycopg.Connection) -> Iterator[None]:
    """Shuts the connection's socket down if the block is not over after ``seconds``."""
    timer = clock.SystemClock().after(seconds, lambda: _cut(connection))
    try:
        yield
    finally:
        timer.cancel()


def _cut(connection: psycopg.Connection) -> None:
    if connection.closed:
        return
    with (
        contextlib.suppress(OSError),  # the other side was quicker
        socket.socket(fileno=os.dup(connection.fileno())) as link,
    ):
        link.shutdown(socket.SHUT_RDWR)
