"""From the bytes of a socket to frames, giving way to everything else.

After ``READ_SECONDS`` of work the reader pauses: data that keeps coming would otherwise keep every
timer and every other greenlet from running.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import gevent
from gevent import socket

from callcore.adapters.freeswitch.frames import Frame, FrameReader, Skipped

READ_BYTES = 64 * 1024
READ_SECONDS = 0.005
PAUSE_SECONDS_LIMIT = 0.02
"""The reader waits for an idle moment, but no longer than this: never stop reading for long, or the
switch queues 100,000 events and then drops everybody's."""


class Reader:
    """Reads a socket that does not block, to its end."""

    def __init__(
        self,
        sock: socket.socket,
        *,
        take_event: Callable[[bytes], None],
        take: Callable[[Frame], None],
        skipped: Callable[[str], None],
    ) -> None:
        """``take_event`` gets the body of each event, ``take`` each other frame; ``skipped`` the
        word why one was passed over.
        """
        self._sock = sock
        self._take_event = take_event
        self._take = take
        self._skipped = skipped
        self._work_ends_at = 0.0
        self._reading_since: float | None = None
        """When there was something to read after nothing was; ``None`` while all has been read."""

    @property
    def unread_seconds(self) -> float:
        """How old the oldest of what is not read yet may be; 0 if all has been read."""
        since = self._reading_since
        return 0.0 if since is None else time.monotonic() - since

    def run(self) -> None:
        """Returns when the other side has closed. Raises ``OSError``, ``StreamBrokenError``, and
        what those who take raise.
        """
        reader = FrameReader()
        self._work_ends_at = time.monotonic() + READ_SECONDS
        while True:
            try:
                data = self._sock.recv(READ_BYTES)
            except BlockingIOError:
                self._reading_since = None
                socket.wait_read(self._sock.fileno())
                self._reading_since = now = time.monotonic()
                self._work_ends_at = now + READ_SECONDS
                continue
            if not data:
                return
            reader.feed(data)
            while (item := reader.next_frame()) is not None:
                if isinstance(item, bytes):
                    self._take_event(item)
                elif isinstance(item, Skipped):
                    self._skipped(item.reason)
                else:
                    self._take(item)
                if time.monotonic() >= self._work_ends_at:
                    self._give_way()
            if time.monotonic() >= self._work_ends_at:
                self._give_way()

    def _give_way(self) -> None:
        with gevent.Timeout(PAUSE_SECONDS_LIMIT, False):  # type: ignore[arg-type]  # noqa: FBT003 (False: end the block silently)
            gevent.idle()
        self._work_ends_at = time.monotonic() + READ_SECONDS
