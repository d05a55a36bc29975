"""The live view on a terminal: what it writes there, and that it leaves it as it was."""

from __future__ import annotations

import codecs
import contextlib
import os
import pty
import select
import time

import gevent
import pytest

from callcore.adapters.terminal.view import TerminalView
from tests.adapters.terminal.scenes import arrived, sources


class Terminal:
    """A pseudo terminal and the one who looks at it."""

    def __init__(self):
        self.master, slave = pty.openpty()
        self.file = os.fdopen(slave, "w")
        self.seen = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")()

    def look_for(self, text):
        with gevent.Timeout(10):
            while text not in self.seen:
                readable, _, _ = select.select([self.master], [], [], 0.05)
                if readable:
                    self.seen += self.decoder.decode(os.read(self.master, 65536))

    def close(self):
        self.file.close()
        os.close(self.master)


@pytest.fixture
def terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    found = Terminal()
    yield found
    found.close()


TO_OTHER_SCREEN, BACK = "\x1b[?1049h", "\x1b[?1049l"
CURSOR_OFF, CURSOR_ON = "\x1b[?25l", "\x1b[?25h"


def test_the_terminal_is_given_back(terminal):
    """The view paints on the other screen, follows facts, and leaves no trace."""
    view = TerminalView("callcore demo", [], sources(), terminal.file)
    with view.shown() as is_shown:
        assert is_shown
        terminal.look_for("Anna Nowak")
        assert TO_OTHER_SCREEN in terminal.seen
        assert CURSOR_OFF in terminal.seen
        view.observe(arrived("c1", "+48201234501"))
        terminal.look_for("arrived on")
    terminal.look_for(CURSOR_ON)
    terminal.look_for(BACK)
    view.stop()


def test_nothing_new_is_not_repainted_at_once(terminal):
    """An idle floor costs a painting a second, a busy one at most four."""
    paintings = 0

    def counts():
        nonlocal paintings
        paintings += 1
        return []

    view = TerminalView("callcore demo", [], sources(counts=counts), terminal.file)
    with view.shown():
        terminal.look_for("callcore demo")
        before, began = paintings, time.monotonic()
        while time.monotonic() - began < 1.2:
            view.observe(arrived("c1", "+48201234501"))
            terminal.look_for("callcore demo")
            gevent.sleep(0.02)
        assert 1 <= paintings - before <= 6


def test_a_terminal_that_takes_nothing_stops_nobody(terminal):
    """Ctrl-S, or a remote session that hangs, must not hold up calls nor the end."""
    view = TerminalView("callcore demo", ["x" * 70], sources(), terminal.file)
    turns = 0
    with view.shown():
        # Nobody reads: the pseudo terminal is full after a few paintings.
        with contextlib.suppress(gevent.Timeout), gevent.Timeout(3):
            while True:
                view.observe(arrived("c1", f"+4820123{turns % 10000:04}"))
                gevent.sleep(0.005)
                turns += 1
        began = time.monotonic()
    assert turns > 50
    assert time.monotonic() - began < 3
    drained = gevent.spawn(terminal.look_for, "\0never")
    gevent.sleep(0.2)
    drained.kill()


def test_without_a_terminal_there_is_no_view(tmp_path):
    """Under systemd or in a pipe nothing is written."""
    with (tmp_path / "out").open("w+") as file:
        view = TerminalView("callcore demo", [], sources(), file)
        with view.shown() as is_shown:
            assert not is_shown
            view.observe(arrived("c1", "+48201234501"))
        assert file.read() == ""
