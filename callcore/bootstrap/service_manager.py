"""What systemd is told of a service with ``Type=notify`` (sd_notify(3)) and ``WatchdogSec=``."""

from __future__ import annotations

import os
import socket as system_socket
from collections.abc import MutableMapping
from contextlib import ExitStack, suppress

import gevent
from gevent import socket

from callcore.runtime.greenlets import spawn

LONGEST_WAIT_SECONDS = 30.0
"""After so long the service has started, whatever it still waits for: Redis, or a switch."""

SIGNS_PER_PERIOD = 3
"""How often in the time after which systemd would kill us it hears that we live: twice as often
leaves room for one that is late (sd_watchdog_enabled(3) asks for two)."""

_SOCKET, _PERIOD, _PROCESS = "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"
_MICROS = 1_000_000


class ServiceManager:
    """Whoever started this process and wants to know how it fares; nobody, as a rule."""

    def __init__(self, environ: MutableMapping[str, str] = os.environ) -> None:
        """Takes what is said of it out of the environment: it is not meant for our children."""
        address = environ.pop(_SOCKET, "")
        # In the abstract namespace, unix(7).
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self._period_seconds = _period_seconds(environ)
        self._is_told_ready = False

    def attend(self, stack: ExitStack) -> None:
        """Until ``stack`` is closed: tells that we live, as long as greenlets have their turn, and
        after ``LONGEST_WAIT_SECONDS`` at the latest that we have started.
        """
        if not self._address:
            return
        stack.callback(spawn("tell_ready", self._tell_late).kill)
        if self._period_seconds is not None:
            stack.callback(spawn("tell_alive", self._tell_alive, self._period_seconds).kill)

    def tell_ready(self) -> None:
        """The service has started; told once."""
        if not self._is_told_ready:
            self._is_told_ready = True
            self._tell("READY=1")

    def tell_stopping(self) -> None:
        """It is ending; what it still does may take a while."""
        self._tell("STOPPING=1")

    def _tell_late(self) -> None:
        gevent.sleep(LONGEST_WAIT_SECONDS)
        self.tell_ready()

    def _tell_alive(self, period_seconds: float) -> None:
        while True:
            self._tell("WATCHDOG=1")
            gevent.sleep(period_seconds / SIGNS_PER_PERIOD)

    def _tell(self, words: str) -> None:
        if not self._address:
            return
        with (
            suppress(OSError),
            socket.socket(system_socket.AF_UNIX, system_socket.SOCK_DGRAM) as connection,
        ):
            connection.sendto(words.encode(), self._address)


def _period_seconds(environ: MutableMapping[str, str]) -> float | None:
    """After how long without a sign this process is killed; ``None``: never."""
    period, process = environ.pop(_PERIOD, ""), environ.pop(_PROCESS, "")
    if not period.isdecimal() or int(period) == 0 or process not in ("", str(os.getpid())):
        return None
    return int(period) / _MICROS
