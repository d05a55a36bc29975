"""``callcore status --live``: a wallboard in the terminal, which is left as it was.

A thread asks callcore, so that keys and the window's size are heeded while it does not answer. On a
terminal that cannot move its cursor, and where output is no terminal, each look is written below
the one before.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import termios
import threading
import time
import tty
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn, TextIO

import click
from rich.console import Console
from rich.live import Live

from callcore.adapters.control.client import ControlError
from callcore.adapters.terminal import wallboard
from callcore.adapters.terminal.wallboard import Board
from callcore.cli import status
from callcore.cli.operating import Operator, show
from callcore.domain.ids import Micros
from callcore.ports.operations import SiteStatus

REPAINT_SECONDS = 0.25
"""How soon another size of the window is heeded."""
HINT = "q quits"
_ENDING_KEYS = frozenset("qQ\x03\x04")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the last question brought, with the one before it if that was an answer."""

    status: SiteStatus | None = None
    heard_at: float = 0.0
    """When the status came, by the monotonic clock."""
    fault: str = ""


class Asking:
    """Asks again and again, beside what is painted."""

    def __init__(self, ask: Callable[[], SiteStatus], seconds: float) -> None:
        self.found = Found()
        self._ask = ask
        self._seconds = seconds
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """From now on; for as long as the process lives."""
        self._thread.start()

    def once(self) -> None:
        """Asks one question. One that is not answered leaves the last answer, with the reason."""
        try:
            self.found = Found(status=self._ask(), heard_at=time.monotonic())
        except ControlError as error:
            before = self.found
            self.found = Found(status=before.status, heard_at=before.heard_at, fault=str(error))

    def board(self, hint: str) -> Board:
        """What is to be drawn now: the age counts from when it was heard, whatever clock callcore
        has.
        """
        found = self.found
        aged = 0.0 if found.status is None else time.monotonic() - found.heard_at
        at = 0 if found.status is None else found.status.at
        now = Micros(at + round(aged * 1e6))
        return Board(status=found.status, now=now, fault=found.fault, hint=hint)

    def _run(self) -> None:
        while True:
            self.once()
            time.sleep(self._seconds)


def watch(operator: Operator, seconds: float, keyboard: TextIO, screen: TextIO) -> None:
    """Shows the site until somebody ends it."""
    asking = Asking(operator.ask_anew(lambda callcore: callcore.status()), seconds)
    console = Console(file=screen, highlight=False, markup=False, emoji=False)
    if not console.is_terminal or console.is_dumb_terminal:
        _write_on(asking, seconds, console)
    with _ended_by_signals(), contextlib.suppress(KeyboardInterrupt):
        asking.start()
        with _keys_at_once(keyboard), _painting(console) as live:
            _paint_on(asking, console, live, keyboard)


def _paint_on(asking: Asking, console: Console, live: Live, keyboard: TextIO) -> None:
    descriptor = keyboard.fileno() if keyboard.isatty() else None
    painted: object = None
    while True:
        board = asking.board(HINT if descriptor is not None else "Ctrl-C quits")
        # A second is the smallest thing that is shown: nothing is painted twice.
        seen = (board.status, board.now // 1_000_000, board.fault, console.size)
        if seen != painted:
            width, height = console.size
            live.update(wallboard.draw(board, status.time_of, width, height), refresh=True)
            painted = seen
        if descriptor is None:
            time.sleep(REPAINT_SECONDS)
        elif _is_ended(descriptor):
            return


def _is_ended(keyboard: int) -> bool:
    """Waits for a key; true if it is one that ends, or if there can be none any more."""
    ready, _, _ = select.select([keyboard], [], [], REPAINT_SECONDS)
    if not ready:
        return False
    pressed = os.read(keyboard, 64)
    return not pressed or not _ENDING_KEYS.isdisjoint(pressed.decode("latin-1"))


@contextlib.contextmanager
def _painting(console: Console) -> Iterator[Live]:
    with Live(
        console=console,
        screen=True,
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as live:
        yield live


@contextlib.contextmanager
def _keys_at_once(keyboard: TextIO) -> Iterator[None]:
    """Keys are read as they are pressed, and not shown."""
    if not keyboard.isatty():
        yield
        return
    before = termios.tcgetattr(keyboard)
    try:
        tty.setcbreak(keyboard)
        yield
    finally:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


@contextlib.contextmanager
def _ended_by_signals() -> Iterator[None]:
    """A terminal that goes away, and whoever ends the process, leave it by way of all that gives
    the terminal back.
    """

    def end(number: int, _: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _write_on(asking: Asking, seconds: float, console: Console) -> NoReturn:
    """One look below the other, until Ctrl-C."""
    while True:
        asking.once()
        board = asking.board("")
        show(wallboard.draw(board, status.time_of, console.width, None))
        click.echo()
        time.sleep(seconds)
