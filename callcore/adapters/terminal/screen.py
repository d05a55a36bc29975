"""A text stream to a terminal that may stop taking text without stopping the process.

Ctrl-S, or a remote session that hangs, makes a plain write wait for ever, and with it every call.
Text is therefore handed to the operating system in a thread of gevent's pool, and only the
greenlet that paints waits for it.
"""

from __future__ import annotations

import io
import os
from typing import TextIO

import gevent


class PatientScreen(io.TextIOBase):
    """Collects what is written and sends it at ``flush``."""

    def __init__(self, terminal: TextIO) -> None:
        super().__init__()
        self._terminal = terminal
        self._parts: list[str] = []

    @property
    def encoding(self) -> str:  # type: ignore[override]  # read-only is enough
        """Everything drawn here needs more than ASCII."""
        return "utf-8"

    def isatty(self) -> bool:
        """As the terminal says."""
        return self._terminal.isatty()

    def fileno(self) -> int:
        """The terminal's."""
        return self._terminal.fileno()

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, text: str, /) -> int:
        """Keeps the text until ``flush``."""
        self._parts.append(text)
        return len(text)

    def flush(self) -> None:
        """Sends what was kept; waits without holding up others."""
        data = "".join(self._parts).encode("utf-8", "replace")
        self._parts.clear()
        if data:
            gevent.get_hub().threadpool.apply(_write_all, (self.fileno(), data))


def _write_all(descriptor: int, data: bytes) -> None:
    """In a thread of its own: ``os.write`` is the blocking one."""
    while data:
        data = data[os.write(descriptor, data) :]
