"""SIGHUP: the settings are read again; a terminal that is closed ends what was started in it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import ExitStack, suppress

import gevent
from gevent.event import Event

from callcore.ports.operations import OperationError
from callcore.runtime.greenlets import spawn

BY_SIGNAL = "SIGHUP"


class HangUps:
    """Hears the signal from ``install`` on, and obeys it from ``serve`` on.

    ``stop`` is called when the terminal that callcore was started in is gone: the kernel says so by
    the same signal.
    """

    def __init__(self, stop: Callable[[], None]) -> None:
        self._stop = stop
        self._is_heard = Event()
        self._terminals = [descriptor for descriptor in range(3) if os.isatty(descriptor)]

    def install(self, stack: ExitStack) -> None:
        """Until ``stack`` is closed; without it the signal would end the process."""
        stack.callback(gevent.signal_handler(signal.SIGHUP, self._hear).cancel)

    def serve(self, reload: Callable[[], object], stack: ExitStack) -> None:
        """Has the settings read again whenever it is heard; once for all that come meanwhile."""
        stack.callback(spawn("hang_ups", self._obey, reload).kill)

    def _hear(self) -> None:
        if self._terminals and not any(map(os.isatty, self._terminals)):
            self._stop()
        else:
            self._is_heard.set()

    def _obey(self, reload: Callable[[], object]) -> None:
        while True:
            self._is_heard.wait()
            self._is_heard.clear()
            with suppress(OperationError):  # it was logged, and counted, where it was refused
                reload()
