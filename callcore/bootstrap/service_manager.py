"""What systemd is told of a service with ``Type=notify`` (sd_notify(3))."""

from __future__ import annotations

import os
import socket as system_socket
from contextlib import ExitStack, suppress

import gevent
from gevent import socket

from callcore.runtime.greenlets import spawn

VARIABLE = "NOTIFY_SOCKET"


LONGEST_WAIT_SECONDS = 30.0
"""After so long the service has started, whatever it still waits for: Redis, or a switch."""


def tell_ready_in_time(stack: ExitStack) -> None:
    """Has it told at the latest after ``LONGEST_WAIT_SECONDS``, unless ``stack`` is closed."""
    if os.environ.get(VARIABLE):
        stack.callback(spawn("tell_ready", _tell_late).kill)


def tell_ready() -> None:
    """The service has started; told once, and nothing where nobody asked for it."""
    address = os.environ.pop(VARIABLE, "")
    if not address:
        return
    if address.startswith("@"):  # in the abstract namespace, unix(7)
        address = "\0" + address[1:]
    with (
        suppress(OSError),
        socket.socket(system_socket.AF_UNIX, system_socket.SOCK_DGRAM) as connection,
    ):
        connection.sendto(b"READY=1", address)


def _tell_late() -> None:
    gevent.sleep(LONGEST_WAIT_SECONDS)
    tell_ready()
