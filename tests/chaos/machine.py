"""When the machine had too little for what ran on it: then nothing can be in time."""

from __future__ import annotations

import time
from pathlib import Path
from typing import NamedTuple

import gevent

from tests.chaos.lived import MICROS
from tests.chaos.windows import Fault

IDLE_SHARE = 0.1
"""Less of a second than that idle, and somebody had to wait for a processor."""

KIND = "busy machine"
_LOOK_SECONDS = 1.0
_TIMES = Path("/proc/stat")


class _Times(NamedTuple):
    at: int
    idle: int
    all: int


class Machine:
    """Looks every second; where the kernel does not tell, the machine never is busy."""

    def __init__(self) -> None:
        self.busy: list[Fault] = []

    def watch(self) -> None:
        """Watches for ever."""
        if not _TIMES.exists():
            return
        before = _now()
        while True:
            gevent.sleep(_LOOK_SECONDS)
            now = _now()
            if now.idle - before.idle < IDLE_SHARE * (now.all - before.all):
                self.busy.append(Fault(at=before.at, until_at=now.at, kind=KIND))
            before = now

    @property
    def busy_seconds(self) -> float:
        """For how long."""
        return sum(span.until_at - span.at for span in self.busy) / MICROS


def _now() -> _Times:
    """The processors' times since the machine was started; waiting for a disk is idle too."""
    _, *ticks = _TIMES.read_text().splitlines()[0].split()
    times = [int(count) for count in ticks[:8]]
    return _Times(time.time_ns() // 1000, times[3] + times[4], sum(times))
