"""callcore as a process, alone or with workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

import psutil
import yaml

from callcore.runtime import death_signal
from tests.chaos import centre, logs
from tests.chaos.processes import END_SECONDS, environment, until

_INSTANCE = "--instance="


class Callcore:
    """``callcore run``: one process, or a supervisor with workers; its log is kept."""

    def __init__(self, base: Path, settings: dict[str, Any], workers: int, program: str) -> None:
        self.base = base
        self.workers = workers
        self._program = program
        self.settings = settings
        self._file = base / "callcore.yaml"
        self._file.write_text(yaml.safe_dump(settings, sort_keys=False, allow_unicode=True))
        self._environ = {
            **environment(),
            **{
                f"CALLCORE_NODE_{node['name'].upper()}_PASSWORD": centre.PASSWORD
                for node in settings["nodes"]
            },
        }
        self.logs: list[Path] = []
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it."""
        log = self.base / f"callcore-{len(self.logs) + 1}.log"
        self.logs.append(log)
        several = ("--workers", str(self.workers)) if self.workers > 1 else ()
        of_file = ("--config", str(self._file))
        with log.open("wb") as sink:
            self.process = subprocess.Popen(
                [sys.executable, "-m", self._program, "run", "--no-view", *several, *of_file],
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env=self._environ,
                start_new_session=True,
                preexec_fn=death_signal.following_us(signal.SIGKILL),  # noqa: PLW1509 - no threads
            )

    def worker_pids(self) -> list[int]:
        """The processes that follow calls, in the order of their instances."""
        assert self.process is not None
        if self.workers == 1:
            return [self.process.pid]
        found = []
        with suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.process.pid).children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    names = [word for word in child.cmdline() if word.startswith(_INSTANCE)]
                    if names and child.status() != psutil.STATUS_ZOMBIE:
                        found.append((names[0], child.pid))
        return [pid for _, pid in sorted(found)]

    def pids(self) -> list[int]:
        """All of its processes, as far as they run; cheaper than asking which is which."""
        if self.process is None:
            return []
        pid = self.process.pid
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            children = []
        return [pid, *map(int, children)]

    def is_ready(self) -> bool:
        """True if every worker can serve calls."""
        return all(_answers_ok(url) for url in self._ready_urls())

    def wait_until_ready(self) -> None:
        """Waits until every worker can serve calls."""
        until(lambda: not self.is_running() or self.is_ready(), "callcore to be ready")
        if not self.is_running():
            raise RuntimeError("callcore ended: " + "\n".join(logs.besides(self.logs)[-5:]))

    def _ready_urls(self) -> list[str]:
        first = int(self.settings["http"]["port"])
        return [f"http://127.0.0.1:{first + place}/readyz" for place in range(self.workers)]

    def is_running(self) -> bool:
        """False once it has ended."""
        return self.process is not None and self.process.poll() is None

    def stop(self, seconds: float = 60.0) -> int:
        """Stops it in order; the status, or that of a kill if it takes too long."""
        assert self.process is not None
        if self.is_running():
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return -signal.SIGKILL

    def kill(self) -> None:
        """Kills it, workers first."""
        if self.process is None:
            return
        for pid in self.worker_pids() if self.is_running() else []:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with suppress(ProcessLookupError):
            self.process.kill()
        self.process.wait(END_SECONDS)


def _answers_ok(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False
