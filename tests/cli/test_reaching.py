"""Which callcore a command asks, and what it says when there is none, or a bad one."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from functools import partial

import pytest

from callcore.adapters.control import place
from callcore.adapters.control.client import ControlClient
from callcore.adapters.control.server import ControlServer
from callcore.cli import operating
from callcore.ports.operations import MoveRefusedError
from tests.adapters.control.another_user import another_user
from tests.adapters.control.views import FIRST

COMMANDS = [
    ("queue", "list"),
    ("queue", "close", "support"),
    ("queue", "open", "support"),
    ("call", "list"),
    ("call", "priority", FIRST, "5"),
    ("call", "withdraw", "3f2a"),
    ("call", "move", FIRST, "sales"),
    ("agent", "list"),
    ("agent", "login", "1001"),
    ("agent", "logout", "1001"),
    ("agent", "break", "1001", "--reason", "lunch"),
    ("agent", "return", "1001"),
    ("explain", FIRST),
]


@pytest.fixture
def listening(floor):
    """Starts servers with their data wherever a test says."""
    servers = []

    def start(data, instance=None):
        path = place.socket_path(data, instance)
        server = ControlServer(path, floor, note=lambda *_: None)
        server.start()
        servers.append(server)

    yield start
    for server in servers:
        server.stop()


@pytest.mark.parametrize("command", COMMANDS)
def test_no_callcore_is_told_with_the_remedy(bare_run, tmp_path, command):
    """In one line, and with a status of its own."""
    result = bare_run(*command)
    assert (result.exit_code, result.stdout) == (3, "")
    path = place.socket_path(tmp_path / ".callcore")
    assert result.stderr == (
        f"no callcore runs: there is no {path}: start it, or say whose data with --config or "
        "--data-directory\n"
    )


@pytest.mark.parametrize("command", [("queue", "list"), ("status",), ("explain", FIRST)])
def test_a_callcore_of_another_user_is_told_with_the_remedy(bare_run, server, data, command):
    """In one line: not as one that does not run, and not as a defect."""
    with another_user(place.socket_path(data)):
        result = bare_run(*command, "--data-directory", str(data))
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"{place.socket_path(data)} is another user's: be the user callcore runs as, or root\n"
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_a_callcore_that_hangs_is_given_up(bare_run, tmp_path, monkeypatch, command):
    """Within a deadline."""
    monkeypatch.setattr(operating, "ControlClient", partial(ControlClient, deadline_seconds=0.2))
    path = place.socket_path(tmp_path)
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(path))
        silent.listen()
        result = bare_run(*command, "--data-directory", str(tmp_path))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "callcore did not answer within 0.2 s" in result.stderr
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS)
def test_every_fault_in_json_is_an_object(bare_run, tmp_path, command):
    """On standard error, so that standard output is empty or an answer."""
    result = bare_run(*command, "--json")
    assert (result.exit_code, result.stdout) == (3, "")
    failure = json.loads(result.stderr)
    assert failure["error"] == "not_running"
    assert str(tmp_path) in failure["message"]


def test_a_refusal_in_json_has_the_daemons_word(run):
    """And its sentence."""
    result = run("queue", "open", "nowhere", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stderr) == {
        "error": "unknown_queue",
        "message": "there is no queue nowhere: there are sales, support",
    }


def test_a_refusal_cannot_command_the_terminal(run, floor):
    """Its sentence may name what a caller made up."""

    def refuse():
        raise MoveRefusedError("no: \x1b[2J\u202e\r\nroot#")

    floor.before = refuse
    for options in ([], ["--json"]):
        result = run("call", "list", *options)
        assert result.exit_code == 1
        assert result.stderr.removesuffix("\n").isprintable()


def test_without_options_the_demonstration_is_asked(bare_run, listening, tmp_path):
    """As `run` without options is one."""
    listening(tmp_path / ".callcore")
    assert bare_run("queue", "list").exit_code == 0


class TestSeveralWorkers:
    """Each answers for all."""

    def test_the_first_that_answers_is_asked(self, bare_run, listening, tmp_path):
        """One has died and left its socket, one is stopped and takes no heed."""
        data = tmp_path / ".callcore"
        listening(data, "3")
        for number in (1, 2):
            path = place.socket_path(data, str(number))
            with socket.socket(socket.AF_UNIX) as dead:
                dead.bind(str(path))
        stopped = socket.socket(socket.AF_UNIX)
        with stopped:
            place.socket_path(data, "2").unlink()
            stopped.bind(str(place.socket_path(data, "2")))
            stopped.listen()
            assert bare_run("queue", "list").exit_code == 0

    def test_where_none_answers_the_first_is_told_of(self, bare_run, tmp_path):
        """As where there is one."""
        paths = [place.socket_path(tmp_path / ".callcore", name) for name in ("1", "2")]
        paths[0].parent.mkdir(parents=True)
        for path in paths:
            with socket.socket(socket.AF_UNIX) as dead:
                dead.bind(str(path))
        result = bare_run("queue", "list")
        assert result.exit_code == 3
        assert f"nobody listens on {paths[0]}" in result.stderr

    def test_a_process_without_a_name_is_one_of_them(self, listening, tmp_path):
        """It may run beside others that have one."""
        assert place.socket_paths(tmp_path) == [place.socket_path(tmp_path)]
        listening(tmp_path, "b-2")
        assert place.socket_paths(tmp_path) == [place.socket_path(tmp_path, "b-2")]
        listening(tmp_path)
        both = [place.socket_path(tmp_path), place.socket_path(tmp_path, "b-2")]
        assert place.socket_paths(tmp_path) == both


def test_the_usual_settings_say_where(bare_run, listening, tmp_path):
    """In the directory one is in, before the demonstration."""
    (tmp_path / "callcore.yaml").write_text("data_directory: elsewhere\n")
    listening(tmp_path / "elsewhere")
    assert bare_run("queue", "list").exit_code == 0


def test_settings_need_not_be_in_order_nor_passwords_known(bare_run, listening, tmp_path):
    """Somebody may be editing them while a queue is on fire."""
    etc = tmp_path / "etc"
    etc.mkdir()
    settings = etc / "callcore.yaml"
    settings.write_text("data_directory: ../data\nqueues: {no such: key}\nnodes: [{name: fs1}]\n")
    listening(tmp_path / "data")
    assert bare_run("queue", "list", "--config", str(settings)).exit_code == 0
    settings.write_text("queues:\n")
    listening(etc / ".callcore")
    assert bare_run("queue", "list", "--config", str(settings)).exit_code == 0


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (None, "cannot be read: No such file or directory"),
        ("data_directory: [a]\n", "data_directory: expected text, found"),
        ("queues: {\n", "callcore.yaml:"),
        ("data_directory: a\0b\n", "callcore.yaml:"),
    ],
)
def test_settings_that_do_not_say_where_are_told(bare_run, tmp_path, text, fault):
    """With their place, as `check-config` does."""
    settings = tmp_path / "other" / "callcore.yaml"
    if text is not None:
        settings.parent.mkdir()
        settings.write_text(text)
    result = bare_run("queue", "list", "--config", str(settings))
    assert (result.exit_code, result.stdout) == (2, "")
    assert fault in result.stderr


@pytest.mark.parametrize("command", [("queue", "list"), ("check-config",), ("run",)])
def test_settings_of_another_user_are_told_with_the_remedy(bare_run, tmp_path, command):
    """In one line, as every other fault of the file."""
    settings = tmp_path / "etc" / "callcore.yaml"
    settings.parent.mkdir()
    settings.write_text("queues: {}\n")
    with another_user(settings):
        result = bare_run(*command, "--config", str(settings))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"{settings}:1:1: cannot be read: Permission denied: be the user callcore runs as, or "
        "root\n"
    )


def test_two_answers_to_one_question_are_too_many(bare_run):
    """Nobody has to know which one would win."""
    result = bare_run("queue", "list", "--config", "a.yaml", "--data-directory", "b")
    assert result.exit_code == 2
    assert "two answers" in result.stderr


def test_a_command_is_a_process_of_its_own(server, data, floor):
    """Started as an operator does, with a terminal that knows few characters."""
    command = [sys.executable, "-m", "callcore"]
    options = ["--data-directory", str(data)]
    listed = subprocess.run(
        [*command, "call", "list", *options],
        env={**os.environ, "PYTHONIOENCODING": "latin-1", "COLUMNS": "80"},
        capture_output=True,
        timeout=30,
        check=True,
    )
    assert b"+4860?34" in listed.stdout
    assert listed.stderr == b""
    refused = subprocess.run(
        [*command, "queue", "open", "nowhere", *options],
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert refused.returncode == 1
    assert refused.stderr.startswith(b"there is no queue nowhere")
    server.stop()
    gone = subprocess.run(
        [*command, "queue", "list", *options], capture_output=True, timeout=30, check=False
    )
    assert gone.returncode == 3


def test_a_service_is_asked_from_anywhere(bare_run, listening, tmp_path):
    """By the settings at their usual place, where nothing nearer is there: a demonstration in this
    directory, or its settings, are whose an operator means who stands here.
    """
    data = tmp_path / "var"
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc" / "callcore.yaml").write_text(f"data_directory: {data}\n")
    listening(data)
    assert bare_run("queue", "list").exit_code == 0
    (tmp_path / ".callcore").mkdir()
    assert bare_run("queue", "list").exit_code == 3
    (tmp_path / "callcore.yaml").write_text(f"data_directory: {data}\n")
    assert bare_run("queue", "list").exit_code == 0
