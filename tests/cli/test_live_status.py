"""``callcore status --live`` in a real terminal: what is painted, and how the terminal is left."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

OTHER_SCREEN, OWN_SCREEN = "\x1b[?1049h", "\x1b[?1049l"
CURSOR_HIDDEN, CURSOR_SHOWN = "\x1b[?25l", "\x1b[?25h"


class Terminal:
    """A terminal of its own, with the wallboard running in it."""

    def __init__(self, data: Path, **environ: str) -> None:
        self._master, slave = pty.openpty()
        self.resize(24, 80)
        self.before = termios.tcgetattr(slave)
        self._slave = slave
        self.text = ""
        names = ("COLUMNS", "LINES", "NO_COLOR", "TERM")
        given = {name: value for name, value in os.environ.items() if name not in names}
        words = ("status", "--live", "--every", "0.5", "--data-directory", str(data))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "callcore", *words],
            env={**given, "TERM": "xterm-256color", **environ},
            stdin=slave,
            preexec_fn=lambda: os.login_tty(0),  # noqa: PLW1509 - Ctrl-C comes from a terminal
        )

    def resize(self, lines: int, columns: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def wait_for(self, text: str) -> str:
        """What has been painted since the last time, up to where the text is."""
        self._read_until(lambda: text in self.text, text)
        end = self.text.index(text) + len(text)
        painted, self.text = self.text[:end], self.text[end:]
        return painted

    def wait_until(self, is_there: Callable[[str], bool]) -> None:
        """Until it is true of what has been painted, without what commands the terminal."""
        self._read_until(lambda: is_there(re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.text)), "it")

    def end(self) -> int:
        """The exit status; all that was painted is in ``text`` then."""
        self._read_until(lambda: self.process.poll() is not None, "its end")
        self._read()
        return self.process.wait()

    @property
    def is_as_before(self) -> bool:
        return termios.tcgetattr(self._slave) == self.before

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._slave)
        os.close(self._master)

    def _read_until(self, is_there: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + 30
        while not is_there():
            assert time.monotonic() < deadline, f"no {what!r} in {self.text!r}"
            self._read()

    def _read(self) -> None:
        while select.select([self._master], [], [], 0.05)[0]:
            self.text += os.read(self._master, 65536).decode(errors="replace")


@pytest.fixture
def open_terminal(data: Path) -> Iterator[Callable[..., Terminal]]:
    terminals: list[Terminal] = []

    def begin(**environ: str) -> Terminal:
        terminals.append(Terminal(data, **environ))
        return terminals[-1]

    yield begin
    for terminal in terminals:
        terminal.close()


@pytest.mark.parametrize("end", ["q", "\x03", signal.SIGTERM, signal.SIGHUP])
def test_the_terminal_is_left_as_it_was(server, open_terminal, end):
    """However it ends; and what was on it is there again."""
    terminal = open_terminal()
    painted = terminal.wait_for("Agent 1001")
    assert OTHER_SCREEN in painted
    assert CURSOR_HIDDEN in painted
    assert not terminal.is_as_before
    if isinstance(end, str):
        terminal.press(end)
    else:
        terminal.process.send_signal(end)
    assert terminal.end() == (0 if isinstance(end, str) else 128 + end)
    assert OWN_SCREEN in terminal.text
    assert CURSOR_SHOWN in terminal.text
    assert "Traceback" not in terminal.text
    assert terminal.is_as_before


def test_callcore_goes_away_and_comes_back(server, open_terminal):
    """It says so, keeps what it had, and goes on by itself."""
    terminal = open_terminal()
    terminal.wait_for("Agent 1001")
    server.stop()
    assert "Agent 1001" in terminal.wait_for("no callcore runs") + terminal.wait_for("Agent 1001")
    server.start()
    # Each frame begins at the top, and the fault stands above the agents.
    terminal.wait_until(lambda text: _is_well(text.rpartition("callcore main")[2]))


def _is_well(frame: str) -> bool:
    return "Agent 1001" in frame and "no callcore runs" not in frame


def test_another_size_of_the_window_is_heeded(server, open_terminal):
    """At once, and not at the next answer only."""
    terminal = open_terminal()
    terminal.wait_for("picked up")
    terminal.resize(12, 50)
    terminal.wait_until(lambda text: re.search(r"(?m)^╭─ Agents.{40}╮\r?$", text) is not None)


def test_no_colour_where_none_is_wanted(server, open_terminal):
    """NO_COLOR: bold and faint are left, as they are no colours."""
    painted = open_terminal(NO_COLOR="1").wait_for("Agent 1001")
    assert "\x1b[3" not in painted
    assert "\x1b[38" not in painted


def test_a_terminal_that_cannot_move_its_cursor_gets_one_look_below_the_other(
    server, open_terminal
):
    """With nothing that would command it."""
    terminal = open_terminal(TERM="dumb")
    first, second = terminal.wait_for("Agent 1001"), terminal.wait_for("Agent 1001")
    assert "callcore main" in first
    assert "callcore main" in second
    assert "\x1b" not in first + second
    terminal.press("\x03")
    terminal.end()
    assert "Traceback" not in terminal.text
