"""``callcore agent pin``: a PIN becomes a line of the file that the settings name."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import subprocess
import sys
import termios

import pytest
from click.testing import CliRunner

from callcore.cli.root import callcore
from callcore.domain import pins
from callcore.domain.pins import PinHash

PROMPT_SECONDS = 20
PROMPT = re.compile(r"(?:1001|again): ")


def given(text: str, agent: str = "1001"):
    """With a PIN on standard input; no callcore runs."""
    return CliRunner().invoke(callcore, ["agent", "pin", agent], input=text)


def test_a_line_for_the_file_is_printed():
    """The agent's id and a hash that is another every time; the PIN itself is nowhere."""
    first, second = given("4711\n"), given("  4711  \nno more is read")
    assert (first.exit_code, first.stderr, first.stdout.count("\n")) == (0, "", 1)
    agent, pin_hash = first.stdout.split()
    assert agent == "1001"
    assert pins.is_right("4711", pins.parse(pin_hash))
    assert pins.is_right("4711", PinHash(second.stdout.split()[1]))
    assert first.stdout != second.stdout
    assert "4711" not in first.output


@pytest.mark.parametrize("pin", ["", "123", "1" * 13, "abcd", "12 34", "١٢٣٤"])
def test_what_is_no_pin_is_refused(pin):
    """With what one is, and nothing on standard output that could land in the file."""
    result = given(f"{pin}\n")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "a PIN has 4 to 12 digits\n"


@pytest.mark.parametrize("agent", ["Anna", "10 01", "a/b", ""])
def test_what_is_no_agents_id_is_refused(agent):
    """The file could not hold it."""
    result = given("4711\n", agent)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Usage:" in result.stderr


@pytest.fixture
def ask_at_a_terminal():
    """The command at a terminal, with standard output somewhere else; what it shows and prints."""

    def asked(*answers: str) -> tuple[int, str, str]:
        controlling, terminal = pty.openpty()

        def take_terminal() -> None:
            os.setsid()
            fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)

        with subprocess.Popen(
            [sys.executable, "-m", "callcore", "agent", "pin", "1001"],
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=terminal,
            preexec_fn=take_terminal,  # noqa: PLW1509 - there is one thread
        ) as running:
            os.close(terminal)
            shown = ""
            for number, answer in enumerate(answers, 1):
                while len(PROMPT.findall(shown)) < number:
                    assert select.select([controlling], [], [], PROMPT_SECONDS)[0], shown
                    shown += os.read(controlling, 1000).decode()
                os.write(controlling, f"{answer}\n".encode())
            printed, _ = running.communicate(timeout=PROMPT_SECONDS)
        os.close(controlling)
        return running.returncode, shown, printed.decode()

    return asked


def test_at_a_terminal_it_is_asked_for_twice_and_not_shown(ask_at_a_terminal):
    """Two that differ are asked for again."""
    status, shown, printed = ask_at_a_terminal("4711", "4712", "0815", "0815")
    assert status == 0
    assert "PIN of agent 1001: " in shown
    assert "The same again: " in shown
    assert not {"4711", "4712", "0815"} & set(shown.split())
    assert pins.is_right("0815", pins.parse(printed.split()[1]))
