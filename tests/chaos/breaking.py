"""Does to the processes of a run what the schedule says, and notes when it was felt."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import gevent

from callcore.runtime.greenlets import spawn
from tests.chaos import schedule, windows
from tests.chaos.processes import is_alive, until
from tests.chaos.stage import Stage

_SERVERS = {schedule.KILL_VALKEY: "valkey", schedule.KILL_POSTGRES: "postgres"}
_OF_LINKS = {
    schedule.STALL,
    schedule.DELAY,
    schedule.REFUSE,
    schedule.RESET,
    schedule.CUT,
}
BACK_SECONDS = 60.0
PROMISED_SECONDS = 3.0
"""In which the workers that are left have taken over what a dead one had."""


class Breaking:
    """Breaks one thing after another."""

    def __init__(self, stage: Stage, deaths: dict[str, list[int]], *, noted_in: Path) -> None:
        self._callcore = stage.callcore
        self._servers = stage.servers
        self._switches = stage.switches
        self._links = stage.links
        self._deaths = deaths
        self._noted_in = noted_in

    def do(self, planned: schedule.Planned) -> None:
        """Does one thing, with all its parts at once, and returns when everything runs again."""
        began_at = now()
        parts = [
            spawn("fault", self._part(kind, target, planned))
            for kind, target in zip(planned.kinds, planned.targets, strict=True)
        ]
        for part in parts:
            part.get()
        windows.write(
            self._noted_in,
            windows.Fault(at=began_at, until_at=now(), kind=planned.name_of_kind),
        )

    def _part(self, kind: str, target: str, planned: schedule.Planned) -> Callable[[], None]:
        if kind in _OF_LINKS:
            return lambda: self._spoil(kind, target, planned)
        if kind in _SERVERS:
            return lambda: self._kill_server(_SERVERS[kind], planned.seconds)
        return {
            schedule.KILL_WORKER: lambda: self._kill_worker(target),
            schedule.KILL_ALL_WORKERS: self._kill_all_workers,
            schedule.PAUSE_WORKER: lambda: self._pause_worker(target, planned.seconds),
            schedule.STOP_WORKER: lambda: self._stop_worker(target),
            schedule.ROLLING_RESTART: self._restart_all,
            schedule.KILL_SWITCH: lambda: self._kill_switch(target),
        }[kind]

    def _spoil(self, kind: str, target: str, planned: schedule.Planned) -> None:
        half = "half " if planned.is_half else ""
        self._links.do(f"{half}{kind} {target}")
        gevent.sleep(planned.seconds)
        if kind not in (schedule.RESET, schedule.CUT):
            self._links.do(f"go {target}")

    def _kill_server(self, name: str, seconds: float) -> None:
        self._servers.kill(name)
        gevent.sleep(seconds)
        self._servers.restart(name)

    def _kill_switch(self, name: str) -> None:
        switch = self._switches[name]
        switch.kill()
        self._deaths[name].append(now())
        switch.start()

    def _worker(self, number: str) -> int:
        pids = until(self._callcore.worker_pids, "workers to run")
        return int(pids[(int(number) - 1) % len(pids)])

    def _kill_worker(self, number: str) -> None:
        pid = self._worker(number)
        os.kill(pid, signal.SIGKILL)
        if self._callcore.workers == 1:
            self._start_anew()
            return
        until(lambda: not is_alive(pid), "the death of a worker")
        gevent.sleep(PROMISED_SECONDS)

    def _kill_all_workers(self) -> None:
        self._callcore.kill()
        self._start_anew()

    def _start_anew(self) -> None:
        assert self._callcore.process is not None
        self._callcore.process.wait(BACK_SECONDS)
        self._callcore.start()
        self._callcore.wait_until_ready()

    def _pause_worker(self, number: str, seconds: float) -> None:
        pid = self._worker(number)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
            gevent.sleep(seconds)
            os.kill(pid, signal.SIGCONT)

    def _stop_worker(self, number: str) -> None:
        pid = self._worker(number)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        until(lambda: not is_alive(pid), "the stop of a worker")
        until(self._all_there, "the worker to be there again")

    def _restart_all(self) -> None:
        assert self._callcore.process is not None
        if self._callcore.workers == 1:
            # Twice: calls go on without it, and the next one adopts them.
            for _ in range(2):
                self._callcore.process.send_signal(signal.SIGTERM)
                gevent.sleep(0.3)
            self._start_anew()
            return
        until(self._all_there, "all workers to be there")
        old = set(self._callcore.worker_pids())
        self._callcore.process.send_signal(signal.SIGUSR1)
        until(lambda: not any(is_alive(pid) for pid in old), "all workers to be other ones")
        until(self._all_there, "the last worker to be there again")

    def _all_there(self) -> bool:
        pids = self._callcore.worker_pids()
        return len(pids) == self._callcore.workers and self._callcore.is_ready()


def now() -> int:
    """Epoch microseconds."""
    return time.time_ns() // 1000
