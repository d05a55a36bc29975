"""One worker as a child process of its supervisor: started, started again, stopped."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import gevent
from gevent import Greenlet
from gevent.event import Event

from callcore.bootstrap import supervised
from callcore.bootstrap.exit_statuses import DRAINED, FAILED, USAGE_FAULT
from callcore.bootstrap.supervised import Word
from callcore.domain.sharding import WorkerId
from callcore.runtime import death_signal
from callcore.runtime.greenlets import spawn

FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 10.0
LONG_LIFE_SECONDS = 60.0
"""Whoever lived so long did not die of how it was started."""

NOT_STARTED = -1
"""In place of the exit status of a process that the kernel did not make."""

NEVER_RIGHT = frozenset({FAILED, USAGE_FAULT})
"""Exit statuses of a process that could not start, and has said why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """How a worker is started, and who is told how it fares."""

    command: Sequence[str]
    environ: Mapping[str, str]
    environ_of_successor: Mapping[str, str]
    """That of one which waits, loaded, until the one before it has ended."""
    serves: Callable[[WorkerProcess], None]
    """It follows calls now."""
    drained: Callable[[WorkerProcess], None]
    """It waits for the simulated switch to end."""
    ended: Callable[[WorkerProcess, int, bool], None]
    """It has ended with this status; true if that was asked for."""


class WorkerProcess:
    """The worker of one instance, which is there again soon whatever becomes of its process."""

    def __init__(self, instance: WorkerId, orders: Orders) -> None:
        self.instance = instance
        self.life: str | None = None
        """That of the process that lives, or lived last; ``None`` if it never came to hold a
        shard.
        """
        self.url = ""
        """Where its pages are."""
        self._orders = orders
        self._process: subprocess.Popen[str] | None = None
        self._successor: subprocess.Popen[str] | None = None
        """Loaded, and waiting."""
        self._keeper: Greenlet[..., None] | None = None
        self._has_served = Event()
        self._has_settled = Event()
        self._wake = Event()
        self._is_wanted = True
        self._is_ending = False
        self._pause = FIRST_PAUSE_SECONDS

    @property
    def is_alive(self) -> bool:
        """True while there is a process."""
        return self._process is not None and self._process.poll() is None

    @property
    def is_wanted(self) -> bool:
        """False once it was drained or is to stop for good."""
        return self._is_wanted

    @property
    def has_served(self) -> bool:
        """True if the process that lives, or lived last, has come to follow calls."""
        return self._has_served.is_set()

    def start(self) -> None:
        """Starts it, and from now on starts it again."""
        self._keeper = spawn(f"worker {self.instance}", self._keep)

    def send(self, number: signal.Signals) -> None:
        """Sends the process a signal, if there is one."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(number)

    def begin_stop(self) -> None:
        """Has it stop, for good."""
        self._is_wanted = False
        self._ask_to_end()

    def wait_stopped(self, seconds: float) -> None:
        """Returns when it has stopped; what has not after so long is killed."""
        if self._keeper is None:
            return
        self._keeper.join(seconds)
        if not self._keeper.ready():
            self.send(signal.SIGKILL)
            self._keeper.join()

    def replace(self, load_seconds: float, stop_seconds: float, settle_seconds: float) -> bool:
        """Starts another process, and stops the one there is as soon as that could follow calls;
        false if it could not after ``load_seconds``, and the old one goes on, or if it has not come
        to hold its share after ``settle_seconds``.
        """
        successor = self._loaded(load_seconds)
        if successor is None:
            return False
        old, self._successor = self._process, successor
        self._ask_to_end()
        if old is not None:
            with suppress(subprocess.TimeoutExpired):
                old.wait(stop_seconds)
            if old.poll() is None:
                old.kill()
        while self._process is old and self._is_wanted:
            gevent.sleep(FIRST_PAUSE_SECONDS)
        return self._has_settled.wait(settle_seconds)

    def _loaded(self, seconds: float) -> subprocess.Popen[str] | None:
        """A process that waits for its turn; ``None`` if none came to do so."""
        try:
            successor = self._started(self._orders.environ_of_successor, subprocess.PIPE)
        except (OSError, subprocess.SubprocessError):
            return None
        with suppress(gevent.Timeout), gevent.Timeout(seconds):
            for line in successor.stdout or ():
                news = supervised.heard(line)
                if news is not None and news.word is Word.LOADED and self._is_wanted:
                    return successor
        successor.kill()
        successor.wait()
        return None

    def _ask_to_end(self) -> None:
        self._is_ending = True
        self._wake.set()
        self.send(signal.SIGTERM)

    def _keep(self) -> None:
        while self._is_wanted:
            began = time.monotonic()
            self._is_ending = False
            self._has_served.clear()
            self._has_settled.clear()
            self.life = None
            self._wake.clear()
            status = self._lived()
            if status == DRAINED:
                self._is_wanted = False
            self._orders.ended(self, status, self._is_ending)
            if time.monotonic() - began >= LONG_LIFE_SECONDS:
                self._pause = FIRST_PAUSE_SECONDS
            if not self._is_ending:
                self._wake.wait(self._pause)
                self._pause = min(2 * self._pause, LONGEST_PAUSE_SECONDS)

    def _lived(self) -> int:
        """One process from its beginning to its end; the exit status."""
        try:
            self._process = process = self._next()
        except (OSError, subprocess.SubprocessError):
            return NOT_STARTED
        if self._is_ending:  # asked for while it was being started
            self.send(signal.SIGTERM)
        self._listen(process)
        return process.wait()

    def _next(self) -> subprocess.Popen[str]:
        successor, self._successor = self._successor, None
        if successor is None:
            return self._started(self._orders.environ, subprocess.DEVNULL)
        if successor.stdin is not None:
            with suppress(OSError), successor.stdin as turn:  # it may have died: then it is seen
                turn.write("\n")
        return successor

    def _started(self, environ: Mapping[str, str], stdin: int) -> subprocess.Popen[str]:
        # Killed with its supervisor, and not just told: none may outlive it in whatever state.
        follow = death_signal.following_us(signal.SIGKILL)
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            self._orders.command,
            env=environ,
            stdin=stdin,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
            preexec_fn=follow,  # noqa: PLW1509 - prctl has to be called in the child
        )

    def _listen(self, process: subprocess.Popen[str]) -> None:
        """Until its end."""
        if process.stdout is None:
            return
        with process.stdout as lines:
            for line in lines:
                news = supervised.heard(line)
                if news is None:
                    continue
                match news.word:
                    case Word.LIVES:
                        self.life = news.value
                    case Word.SERVES:
                        self.url = news.value
                        self._has_served.set()
                        self._orders.serves(self)
                    case Word.SETTLED:
                        self._has_settled.set()
                    case Word.DRAINED:
                        self._orders.drained(self)
