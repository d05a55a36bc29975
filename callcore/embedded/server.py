"""One server as a child process: started, watched, started again, stopped.

The child is in a session of its own, so that Ctrl-C reaches callcore alone, which still needs the
server while it drains; and the kernel ends it when callcore is gone, however that came about.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from callcore.embedded import faults
from callcore.embedded.faults import EmbeddedServerError
from callcore.embedded.identity import OURSELVES, Identity
from callcore.runtime import death_signal

START_DEADLINE_SECONDS = 120.0
"""Long, because a server may have to recover from a crash first."""
_POLL_SECONDS = 0.02
_LARGEST_LOG_BYTES = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one server is run."""

    title: str
    url: str
    command: tuple[str, ...]
    log: Path
    prepare: Callable[[], None]
    """Clears what an earlier run left behind; called before every start."""
    is_ready: Callable[[int], bool]
    """Does the server with this process id serve yet?"""
    stop_signals: tuple[tuple[signal.Signals, float], ...]
    """Signals that end it, ever less gentle, each with the seconds it is given."""
    identity: Identity = OURSELVES


class RunningServer:
    """An embedded server; a context manager that stops it at the end."""

    def __init__(self, recipe: Recipe, resources: ExitStack) -> None:
        """Starts the server; ``resources`` are let go when it is stopped.

        Raises:
            EmbeddedServerError: it did not start.
        """
        self._recipe = recipe
        self._resources = resources
        self._process = _start(recipe)

    @property
    def url(self) -> str:
        """Where it listens, as redis-py or libpq read it; the same after a restart."""
        return self._recipe.url

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self._process.pid

    def is_running(self) -> bool:
        """Has the process not ended?"""
        return self._process.poll() is None

    def wait(self) -> int:
        """Blocks this greenlet until the process has ended, and returns its exit status."""
        return self._process.wait()

    def restart(self) -> None:
        """Starts a server that ended by itself or was killed, with the same data and URL.

        Raises:
            EmbeddedServerError: it did not start.
        """
        if not self.is_running():
            self._process = _start(self._recipe)

    def stop(self) -> None:
        """Ends the server cleanly, or by force at its deadlines; may be called again."""
        try:
            _end(self._process, self._recipe.stop_signals)
        finally:
            self._resources.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def run_to_end(
    command: Sequence[str], *, log: Path, identity: Identity, title: str, text: str = ""
) -> None:
    """Runs a program that prepares a server's data, with ``text`` as its input.

    Raises:
        EmbeddedServerError: it failed.
    """
    with log.open("ab") as sink:
        process = _spawn(command, sink.fileno(), identity, signal.SIGKILL, subprocess.PIPE)
        try:
            process.communicate(text.encode(), timeout=START_DEADLINE_SECONDS)
        except subprocess.TimeoutExpired as error:
            raise faults.with_log(f"{title} did not end in time", log) from error
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    if process.returncode != 0:
        raise faults.with_log(f"{title} failed with exit status {process.returncode}", log)


def _start(recipe: Recipe) -> subprocess.Popen[bytes]:
    recipe.prepare()
    _turn_over(recipe.log)
    with recipe.log.open("ab") as sink:
        process = _spawn(
            recipe.command,
            sink.fileno(),
            recipe.identity,
            recipe.stop_signals[0][0],
            subprocess.DEVNULL,
        )
    try:
        _await_readiness(recipe, process)
    except BaseException:
        _end(process, recipe.stop_signals)
        raise
    return process


def _await_readiness(recipe: Recipe, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_DEADLINE_SECONDS
    while not recipe.is_ready(process.pid):
        if process.poll() is not None:
            raise faults.with_log(
                f"{recipe.title} ended with status {process.returncode} at its start", recipe.log
            )
        if time.monotonic() > deadline:
            raise faults.with_log(
                f"{recipe.title} was not ready within {START_DEADLINE_SECONDS:g} s", recipe.log
            )
        time.sleep(_POLL_SECONDS)


def _spawn(
    command: Sequence[str], sink: int, identity: Identity, number: signal.Signals, stdin: int
) -> subprocess.Popen[bytes]:
    follow = death_signal.following_us(number)

    def become_server() -> None:
        identity.take()
        follow()

    try:
        return subprocess.Popen(
            [*identity.prefix, *command],
            stdin=stdin,
            stdout=sink,
            stderr=sink,
            cwd="/",
            env=_environment(),
            start_new_session=True,
            preexec_fn=become_server,  # noqa: PLW1509  prctl has to be called in the child
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedServerError(f"cannot run {command[0]}: {error}") from error


def _environment() -> dict[str, str]:
    """Ours, without what would make Postgres another one (PGPORT, PGDATA) or depend on locales."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def _end(
    process: subprocess.Popen[bytes], stop_signals: Sequence[tuple[signal.Signals, float]]
) -> None:
    for stop_signal, seconds in stop_signals:
        if process.poll() is not None:
            return
        with suppress(ProcessLookupError):
            process.send_signal(stop_signal)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=seconds)


def _turn_over(log: Path) -> None:
    """Puts a log that has grown large aside; the one before it goes."""
    with suppress(FileNotFoundError):
        if log.stat().st_size > _LARGEST_LOG_BYTES:
            log.replace(log.with_name(f"{log.name}.1"))
