"""A worker process is replaced by one that is loaded before the old one stops."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcore.bootstrap.worker_process import Orders, WorkerProcess
from callcore.domain.sharding import WorkerId
from tests.system.daemon import until

SECONDS = 20.0

WORKER = """
import json, os, signal, sys
def tell(word, value=""):
    print(json.dumps([word, value]), flush=True)
def end(*_):
    note("ended")
    os._exit(0)
def note(what):
    with open(os.environ["NOTES"], "a") as notes:
        notes.write(f"{what} {os.getpid()}\\n")
signal.signal(signal.SIGTERM, end)
if os.environ.get("WAITS"):
    if os.environ["WAITS"] == "in vain":
        sys.exit("it cannot be loaded")
    note("loaded")
    tell("loaded")
    if not sys.stdin.readline():
        sys.exit(3)
note("serves")
tell("serves", "http://127.0.0.1/")
tell("settled")
while True:
    signal.pause()
"""


class Notes:
    """What the processes of one worker did, in order."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def all(self) -> list[tuple[str, int]]:
        """What each did, with its pid."""
        lines = self.path.read_text().splitlines() if self.path.exists() else []
        return [(word, int(pid)) for word, pid in (line.split() for line in lines)]


@pytest.fixture
def notes(tmp_path: Path) -> Notes:
    return Notes(tmp_path / "notes")


def started(notes: Notes, waits: str) -> WorkerProcess:
    """A worker that serves, whose successor ``waits``, or cannot."""
    environ = {**os.environ, "NOTES": str(notes.path)}
    worker = WorkerProcess(
        WorkerId("1"),
        Orders(
            command=(sys.executable, "-c", WORKER),
            environ=environ,
            environ_of_successor={**environ, "WAITS": waits},
            serves=lambda _: None,
            drained=lambda _: None,
            ended=lambda *_: None,
        ),
    )
    worker.start()
    until(lambda: worker.has_served, "it serves")
    return worker


@pytest.fixture
def worker(notes: Notes, request: pytest.FixtureRequest) -> Iterator[WorkerProcess]:
    made = started(notes, request.param)
    yield made
    made.begin_stop()
    made.wait_stopped(SECONDS)


@pytest.mark.parametrize("worker", ["for its turn"], indirect=True)
def test_the_old_one_goes_on_until_the_new_one_is_loaded(
    worker: WorkerProcess, notes: Notes
) -> None:
    """Then the new one begins, once the old one has ended."""
    assert worker.replace(SECONDS, SECONDS, SECONDS)
    (_, old), (_, new), *_ = notes.all()
    assert old != new
    assert notes.all() == [("serves", old), ("loaded", new), ("ended", old), ("serves", new)]


@pytest.mark.parametrize("worker", ["in vain"], indirect=True)
def test_what_cannot_be_loaded_replaces_nothing(worker: WorkerProcess, notes: Notes) -> None:
    """New code or settings that do not work cost no worker."""
    assert not worker.replace(SECONDS, SECONDS, SECONDS)
    ((word, _),) = notes.all()
    assert word == "serves"
    assert worker.is_alive
