"""When the machine had too little for the processes of a run: then nothing can be in time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import gevent

from tests.chaos.legs import MICROS
from tests.chaos.windows import Fault

WAITING_SHARE = 0.2
"""Of a second, in which a process was to run and had no processor. What callcore does for one call
goes to and fro between it, the switch, Redis and the links: each adds its own.
"""

KIND = "busy machine"
_LOOK_SECONDS = 1.0
_NANOS = 1_000_000_000


class Look(NamedTuple):
    """When it was looked, and for how long each process has waited for a processor by then."""

    at: int
    waited_nanos: Mapping[int, int]


class Machine:
    """Looks every second at the processes that there are; where the kernel does not tell, they
    never wait.
    """

    def __init__(self, pids: Callable[[], Iterable[int]]) -> None:
        self._pids = pids
        self.busy: list[Fault] = []

    def watch(self) -> None:
        """Watches for ever."""
        before = self._look()
        while True:
            gevent.sleep(_LOOK_SECONDS)
            now = self._look()
            if is_busy(before, now):
                self.busy.append(Fault(at=before.at, until_at=now.at, kind=KIND))
            before = now

    @property
    def busy_seconds(self) -> float:
        """For how long."""
        return sum(span.until_at - span.at for span in self.busy) / MICROS

    def _look(self) -> Look:
        waited = {pid: nanos for pid in self._pids() if (nanos := _waited(pid)) is not None}
        return Look(time.time_ns() // 1000, waited)


def is_busy(before: Look, now: Look) -> bool:
    """True if some process had to wait for too large a share of the time between."""
    most = WAITING_SHARE * (now.at - before.at) / MICROS * _NANOS
    return any(
        nanos - before.waited_nanos.get(pid, nanos) > most
        for pid, nanos in now.waited_nanos.items()
    )


def _waited(pid: int) -> int | None:
    """Nanoseconds, of the process's first thread, which is the one that does the work."""
    try:
        _, waited, _ = Path(f"/proc/{pid}/schedstat").read_text().split()
    except (OSError, ValueError):
        return None
    return int(waited)
