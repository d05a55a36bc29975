"""Processes that a run starts, and what is waited for."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import cache
from typing import TypeVar

import gevent
import psutil

from callcore.runtime import death_signal
from callcore.runtime.greenlets import spawn

START_SECONDS = 60.0
END_SECONDS = 20.0
_LAST_PORT = 65_535

T = TypeVar("T")


def until(
    holds: Callable[[], T], what: str, seconds: float = START_SECONDS, *, every: float = 0.05
) -> T:
    """Waits for a condition, and says which one it waited for in vain."""
    with gevent.Timeout(seconds, TimeoutError(f"in vain for {what}")):
        while not (found := holds()):
            gevent.sleep(every)
    return found


@cache
def _compiled() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="callcore-compiled-")


def environment() -> Mapping[str, str]:
    """Ours, with modules compiled once: a process that is killed is back as soon as where callcore
    is installed.
    """
    ours = {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {**ours, "PYTHONPYCACHEPREFIX": _compiled().name}


class Module:
    """A module of the tests as a process; what it says is read line by line."""

    def __init__(self, name: str, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", name, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment(),
            start_new_session=True,
            preexec_fn=death_signal.following_us(signal.SIGKILL),  # noqa: PLW1509 - no threads
        )
        self.lines: list[str] = []
        self._reader = spawn("read", self._read)

    def tell(self, line: str) -> None:
        """Writes a line to it."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.write(f"{line}\n".encode())
            self.process.stdin.flush()

    def end(self) -> None:
        """Ends it by the end of its input; by force if that is not enough."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._reader.kill()

    def kill(self) -> None:
        """Kills it."""
        self.process.kill()
        self.process.wait(END_SECONDS)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.decode().rstrip("\n"))


def is_alive(pid: int) -> bool:
    """True while a process has not ended."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def free_ports(count: int) -> int:
    """The first of so many neighbouring ports that nobody listens at."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = int(probe.getsockname()[1])
        if first + count <= _LAST_PORT and all(_is_free(first + place) for place in range(count)):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
