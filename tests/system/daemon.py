"""callcore as a process of its own, and what can be seen of it from outside."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import gevent
import psutil
import psycopg
import yaml
from click.testing import CliRunner, Result
from psycopg import conninfo
from psycopg.rows import dict_row

from callcore.cli.root import callcore

PATIENCE_SECONDS = 30.0
PASSWORD = "correct"


def until(holds: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
    """Waits for a condition, and says which one it waited for in vain."""
    with gevent.Timeout(seconds, TimeoutError(what)):
        while not (found := holds()):
            gevent.sleep(0.05)
    return found


def settings(base: Path, **parts: Any) -> dict[str, Any]:
    """A site with one queue and one agent, changed by ``parts``."""
    return {
        "site": "system",
        "data_directory": str(base / "data"),
        "http": {"host": "127.0.0.1", "port": 0},
        "log": {"level": "debug"},
        "numbers": {"8001": {"queue": "support"}},
        "queues": {
            "support": {
                "wrap_up_seconds": 1,
                "retry_after_miss_seconds": 1,
                "announce_position": {"first_after_seconds": 0.5, "interval_seconds": 5},
            }
        },
        "agents": {
            "1001": {
                "name": "Ann",
                "contact": "user/1001@demo",
                "queues": ["support"],
                "logged_in_at_start": True,
            }
        },
        **parts,
    }


def node(port: int, **more: Any) -> list[dict[str, Any]]:
    """One switch at a port of this machine."""
    return [{"name": "fs1", "host": "127.0.0.1", "port": port, **more}]


class Daemon:
    """One callcore process; its log lines are read from a file."""

    def __init__(self, base: Path, *arguments: str, environ: Mapping[str, str | None] = {}) -> None:
        """With variables besides those there are; ``None`` takes one away."""
        variables = {**os.environ, "CALLCORE_NODE_FS1_PASSWORD": PASSWORD, **environ}
        handle, name = tempfile.mkstemp(dir=base, prefix="log-")
        self.log = Path(name)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "callcore", "run", "--no-view", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=handle,
            stderr=subprocess.STDOUT,
            env={name: value for name, value in variables.items() if value is not None},
            start_new_session=True,
        )
        os.close(handle)

    @classmethod
    def configured(
        cls,
        base: Path,
        content: dict[str, Any],
        environ: Mapping[str, str | None] = {},
        options: Sequence[str] = (),
    ) -> Daemon:
        """A process on a settings file made of ``content``."""
        file = base / "callcore.yaml"
        file.write_text(yaml.safe_dump(content, sort_keys=False))
        return cls(base, "--config", str(file), *options, environ=environ)

    def text(self) -> str:
        """All it has written."""
        return self.log.read_text()

    def lines(self, event: str) -> list[dict[str, Any]]:
        """Its log lines of one event."""
        found = [json.loads(line) for line in self.text().splitlines() if line.startswith("{")]
        return [line for line in found if line["event"] == event]

    def wait_line(self, event: str, **values: object) -> dict[str, Any]:
        """The first log line of an event with these values."""

        def matching() -> dict[str, Any] | None:
            for line in self.lines(event):
                if all(line.get(key) == value for key, value in values.items()):
                    return line
            return None

        try:
            line: dict[str, Any] = until(matching, "a log line")
        except TimeoutError as error:
            raise AssertionError(f"no line {event} {values} in:\n{self.text()}") from error
        return line

    def page(self, name: str) -> tuple[int, str]:
        """A page's status and text."""
        url = self.wait_line("callcore_runs")["metrics"].removesuffix("metrics") + name
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metric(self, sample: str) -> float:
        """The value of a sample, named as the page writes it; 0 if it is not there."""
        for line in self.page("metrics")[1].splitlines():
            if line.startswith(f"{sample} "):
                return float(line.rsplit(" ", 1)[1])
        return 0.0

    def children(self) -> list[psutil.Process]:
        """What it started."""
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Stops it; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(PATIENCE_SECONDS)

    def end(self) -> None:
        """Ends it without waiting for calls, by force if it does not."""
        try:
            for _ in range(2):
                if self.process.poll() is None:
                    self.process.terminate()
                    gevent.sleep(0.2)
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(PATIENCE_SECONDS)


def records(base: Path) -> list[dict[str, Any]]:
    """The call records in the bundled Postgres of the running daemon with its data in ``base``.

    None yet if the first start is still making the tables.
    """
    (pid_file,) = (base / "data").rglob("postmaster.pid")
    lines = pid_file.read_text().splitlines()
    try:
        return records_in(
            conninfo.make_conninfo(
                host=lines[4], port=int(lines[3]), dbname="callcore", user="callcore"
            )
        )
    except psycopg.errors.UndefinedTable:
        return []


def records_in(url: str) -> list[dict[str, Any]]:
    """The call records in a Postgres."""
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return connection.execute("SELECT * FROM callcore.call_records").fetchall()


def operate(base: Path, *command: str) -> Result:
    """A command of an operator beside the daemon with its data in ``base``."""
    return CliRunner().invoke(callcore, [*command, "--data-directory", str(base / "data")])
