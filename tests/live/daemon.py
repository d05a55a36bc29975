"""callcore itself, run as an operator runs it, and what it leaves behind."""

from __future__ import annotations

import contextlib
import fcntl
import http.client
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import gevent
import psutil
import psycopg
import redis
import yaml
from gevent.fileobject import FileObject
from psycopg.rows import dict_row

from tests.live.ports import HOST, free_ports
from tests.live.switch import REPOSITORY, FreeSwitch
from tests.live.waiting import until

START_SECONDS = 60
STOP_SECONDS = 30
RECORD_SECONDS = 30
RECORDS_SECONDS = 60
NODE = "fs1"
SHARDS_OF_ONE_NODE = 33
"""16 of calls, 16 of promised callbacks, one duty (``callcore_shards`` in docs/metrics.md)."""
SCREEN = (60, 200)
"""Lines and columns."""

Row = dict[str, Any]

_SAMPLE = re.compile(r"(?P<name>\w+)(?:\{(?P<labels>.*)\})? (?P<value>\S+)")
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')

QUICK_QUEUE: dict[str, Any] = {
    "announce_position": {"first_after_seconds": 1, "interval_seconds": 5},
    "ring_timeout_seconds": 2,
    "wrap_up_seconds": 1,
    "retry_after_miss_seconds": 1,
    "short_abandon_seconds": 0.5,
    "service_level_seconds": 20,
}
"""A queue whose times suit a test."""


class Daemon:
    """One callcore: started, killed and started again on the same data."""

    def __init__(
        self,
        switch: FreeSwitch,
        base: Path,
        settings: dict[str, Any],
        history: Path,
        *,
        has_terminal: bool = False,
    ) -> None:
        """With a terminal it paints the live view, of which ``screen`` has every byte."""
        self.base = base
        self.workers_count: int = settings.get("workers", 1)
        self.http_port = free_ports(self.workers_count)
        self.screen = b""
        self._has_terminal = has_terminal
        self.log_file = base / "callcore.log"
        self.settings_file = base / "callcore.yaml"
        self._process: subprocess.Popen[bytes] | None = None
        self._password = switch.esl_password
        (base / "data").mkdir(parents=True)
        subprocess.run(["cp", "-a", str(history), str(base / "data/postgres")], check=True)
        text = yaml.safe_dump(
            {
                "site": "live",
                "data_directory": str(base / "data"),
                "nodes": [{"name": NODE, "host": HOST, "port": switch.esl_port}],
                "http": {"host": HOST, "port": self.http_port},
                "log": {"level": "debug", "file": str(self.log_file) if has_terminal else None},
                **settings,
            },
            sort_keys=False,
            allow_unicode=True,
        )
        self.settings_file.write_text(text)

    def start(self) -> None:
        """Starts it and waits until it follows every call of the switch. That takes a few seconds
        where workers of an earlier test have left their marks at the switch, and the floor is new.
        """
        with self.log_file.open("ab") as log, self._terminal() as terminal:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "callcore", "run", "--config", str(self.settings_file)],
                cwd=REPOSITORY,
                stdin=subprocess.DEVNULL,
                stdout=log if terminal is None else terminal,
                stderr=log,
                env={**os.environ, f"CALLCORE_NODE_{NODE.upper()}_PASSWORD": self._password},
            )
        until(self._is_up, START_SECONDS, f"callcore follows the switch; see {self.log_file}")

    def kill(self) -> None:
        """Ends it as a power cut would."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(STOP_SECONDS)

    def send(self, number: signal.Signals) -> None:
        """Sends it a signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def freeze(self) -> None:
        """Stops it where it is, as a machine that stalls would; ``thaw`` lets it go on."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Lets it go on; harmless when it goes on already."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def stop(self) -> int:
        """Ends it as an operator would; its exit status. Harmless when it is not running."""
        if self._process is None:
            return 0
        if self._process.poll() is not None:
            return self._process.returncode
        self.thaw()
        self._process.terminate()
        try:
            return self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_SECONDS)
            raise

    def log_text(self) -> str:
        return self.log_file.read_text(errors="replace")

    def lines(self, event: str) -> list[Row]:
        """The lines of the log that tell of an event, in order."""
        found = (line for line in self.log_text().splitlines() if f'"event":"{event}"' in line)
        return [json.loads(line) for line in found]

    def children(self) -> list[psutil.Process]:
        """Its workers and servers."""
        assert self._process is not None
        return psutil.Process(self._process.pid).children(recursive=True)

    def metrics_text(self, worker: int = 1) -> str:
        """The page ``/metrics`` of a worker."""
        port = self.http_port + worker - 1
        with urllib.request.urlopen(f"http://{HOST}:{port}/metrics", timeout=5) as response:
            text: str = response.read().decode()
            return text

    def metric(self, name: str, **labels: str) -> float:
        """One sample of ``/metrics``, of the first worker; 0 if it is not there."""
        return _sample(self.metrics_text(), name, labels)

    def wait_metric(self, at_least: float, name: str, **labels: str) -> None:
        """Waits until a sample is at least so much."""
        until(
            lambda: self.metric(name, **labels) >= at_least,
            RECORD_SECONDS,
            f"{name}{labels} >= {at_least:g}",
        )

    def record(self, call_id: str) -> Row:
        """The one record of the call, once it is there."""
        found = until(
            lambda: self.rows("call_records", call_id),
            RECORD_SECONDS,
            f"a record of {call_id}; see {self.log_file}",
        )
        assert len(found) == 1
        return found[0]

    def records(self, at_least: int) -> list[Row]:
        """Those of all calls, once there are so many; perhaps more."""
        return until(
            lambda: self._all_records(at_least),
            RECORDS_SECONDS,
            f"{at_least} records; see {self.log_file}",
        )

    def _all_records(self, at_least: int) -> list[Row]:
        """None while there are fewer."""
        found = self.told_by_postgres("select * from callcore.call_records")
        return found if len(found) >= at_least else []

    def visits(self, call_id: str) -> list[Row]:
        """The visits of queues in the call's record, in order."""
        self.record(call_id)
        return self.rows("queue_visits", call_id, "visit_number")

    def offers(self, call_id: str) -> list[Row]:
        """The offers in the call's record, in order."""
        self.record(call_id)
        return self.rows("offers", call_id, "offer_number")

    def callback_of(self, call_id: str) -> Row:
        """The one record of the callback that was promised in a call, once it is there."""
        found = until(
            lambda: self.rows("call_records", call_id, key="callback_of"),
            RECORD_SECONDS,
            f"a record of the callback of {call_id}; see {self.log_file}",
        )
        assert len(found) == 1
        return found[0]

    def rows(
        self, table: str, call_id: str, order: str = "call_id", *, key: str = "call_id"
    ) -> list[Row]:
        """The call's rows of a table; none while Postgres is not ready for questions."""
        return self.told_by_postgres(
            f"select * from callcore.{table} where {key} = %s order by {order}", call_id
        )

    def told_by_postgres(self, question: str, *values: object) -> list[Row]:
        """The rows that answer a question; none while Postgres is not ready for it."""
        memory = self.base / "data/postgres/socket_directory"
        host = quote(memory.read_text().strip())
        with (
            contextlib.suppress(psycopg.OperationalError, psycopg.errors.UndefinedTable),
            psycopg.connect(f"postgresql://callcore@/callcore?host={host}&port=5432") as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            return cursor.execute(question, values).fetchall()
        return []

    def redis(self) -> redis.Redis:
        """A connection to its Valkey."""
        memory = self.base / "data/valkey/socket_directory"
        return redis.Redis(unix_socket_path=f"{memory.read_text().strip()}/valkey.sock")

    def _is_up(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log_text()
        try:
            pages = [self.metrics_text(1 + number) for number in range(self.workers_count)]
            held = sum(_sample(page, "callcore_shards_held", {}) for page in pages)
            linked = [_sample(page, "callcore_link_up", {"node": NODE}) == 1 for page in pages]
            return all(linked) and held >= SHARDS_OF_ONE_NODE
        except (urllib.error.URLError, http.client.HTTPException, OSError):
            return False  # with nobody on the port yet a connection may meet itself

    @contextlib.contextmanager
    def _terminal(self) -> Iterator[int | None]:
        """A terminal for the process, if it is to have one."""
        if not self._has_terminal:
            yield None
            return
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", *SCREEN, 0, 0))
        gevent.spawn(self._watch, ours)
        try:
            yield theirs
        finally:
            os.close(theirs)

    def _watch(self, terminal: int) -> None:
        """Reads until the process has ended, which is an error of reading."""
        with contextlib.suppress(OSError), FileObject(terminal, "rb", buffering=0) as painted:
            while data := painted.read(4096):
                self.screen += data


def _sample(page: str, name: str, labels: dict[str, str]) -> float:
    for match in map(_SAMPLE.fullmatch, page.splitlines()):
        if match and match["name"] == name:
            found = dict(_LABEL.findall(match["labels"] or ""))
            if all(found.get(label) == value for label, value in labels.items()):
                return float(match["value"])
    return 0.0


def empty_history(base: Path) -> Path:
    """Makes the data of a Postgres with callcore's schema and nothing in it. To copy them takes a
    tenth of the time.
    """
    settings_file = base / "callcore.yaml"
    settings = {"data_directory": str(base / "data"), "queues": {"support": {}}, "agents": {}}
    settings_file.write_text(yaml.safe_dump(settings))
    subprocess.run(
        [sys.executable, "-m", "callcore", "migrate", "--config", str(settings_file)],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
        timeout=START_SECONDS,
    )
    return base / "data/postgres"


def queue(**settings: Any) -> dict[str, Any]:
    """A queue of the settings file, quick unless said otherwise."""
    return {**QUICK_QUEUE, **settings}


def agent(name: str, contact: str, *queues: str, logged_in: bool = True) -> dict[str, Any]:
    """An agent of the settings file."""
    return {
        "name": name,
        "contact": contact,
        "queues": list(queues) or ["support"],
        "logged_in_at_start": logged_in,
    }


def phone_at(port: int, user: str = "1001") -> str:
    """The contact of a phone that does not register."""
    return f"sofia/internal/{user}@{HOST}:{port}"


def agents_at(*ports: int) -> dict[str, Any]:
    """Agents 1001, 1002 and so on, whose phones are at the ports."""
    names = [str(1001 + number) for number in range(len(ports))]
    return {
        name: agent(f"Agent {name}", phone_at(port, name))
        for name, port in zip(names, ports, strict=True)
    }


def one_agent(port: int, **more: Any) -> dict[str, Any]:
    """Settings of one queue and one agent, whose phone is at the port."""
    return {
        "queues": {"support": queue(**more)},
        "agents": {"1001": agent("Anna Nowak", phone_at(port))},
    }
