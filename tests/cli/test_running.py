"""What `callcore run` makes of its options, up to where processes begin."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from callcore.bootstrap import start
from callcore.cli import env_file
from callcore.cli.root import callcore
from tests.adapters.control.another_user import another_user

SHARED = """
redis: {url: "redis://127.0.0.1:1/0"}
postgres: {url: "postgresql://127.0.0.1:1/callcore"}
nodes: [{name: fs1, host: 127.0.0.1}]
queues: {support: {}}
"""


class Started:
    """What would have been started."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, directory: Path) -> None:
        self.settings: Any = None
        self.instance: Any = None
        self.workers: dict[str, tuple[str, ...]] = {}
        self.file: Any = None
        monkeypatch.setattr(start, "run", self._run)
        monkeypatch.setattr(start, "supervise", self._supervise)
        monkeypatch.setenv("CALLCORE_NODE_FS1_PASSWORD", "x")
        monkeypatch.chdir(directory)
        self._directory = directory

    def by(self, *options: str, text: str = "") -> Result:
        """By a command, with a settings file if there is a text for it."""
        if text:
            (self._directory / "callcore.yaml").write_text(text)
            options = ("--config", "callcore.yaml", *options)
        return CliRunner().invoke(callcore, ["run", *options])

    def _run(self, settings: Any, *, is_watched: bool, config: Any, instance: Any) -> None:
        assert not is_watched
        self.settings, self.file, self.instance = settings, config, instance

    def _supervise(self, settings: Any, workers: Any) -> None:
        self.settings, self.workers = settings, dict(workers)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Started:
    return Started(monkeypatch, tmp_path)


def test_one_process_by_default(started: Started) -> None:
    """With the name that a lone process has, and no part in its paths."""
    assert started.by().exit_code == 0
    assert (started.instance.name, started.instance.is_named) == ("1", False)
    assert started.settings.http_port == 9170


@pytest.mark.parametrize(("options", "text"), [(("--workers", "2"), SHARED), ((), "workers: 2")])
def test_several_by_command_or_by_settings(
    started: Started, options: tuple[str, ...], text: str
) -> None:
    """Each with its name and its port; what they share is started once."""
    assert started.by(*options, text=f"{SHARED}\n{text}" if text != SHARED else SHARED)
    assert started.workers == {
        "1": ("--config=callcore.yaml", "--no-view", "--instance=1", "--http-offset=0"),
        "2": ("--config=callcore.yaml", "--no-view", "--instance=2", "--http-offset=1"),
    }


def test_a_demonstration_of_several(started: Started) -> None:
    """Its data and its port are told to each; a machine's name goes before theirs."""
    result = started.by("--workers", "1", "--http-port", "0", "--instance", "b", "--view")
    assert result.exit_code == 0
    assert "no live view of several workers" in result.stderr
    words = (
        *("--data-directory=.callcore", "--no-view", "--http-port=0"),
        *("--instance=b-1", "--http-offset=0"),
    )
    assert started.workers == {"b-1": words}


def test_a_command_outweighs_the_settings(started: Started) -> None:
    """One worker by its name is one, whatever `workers` says."""
    assert started.by("--instance", "3", text=f"{SHARED}\nworkers: 4").exit_code == 0
    assert (started.instance.name, started.instance.is_named) == ("3", True)
    assert started.settings.http_port == 9172
    assert started.file.http_offset == 2


@pytest.mark.parametrize(
    ("options", "port"),
    [
        (("--instance", "3", "--http-port", "80"), 80),
        (("--instance", "3", "--http-port", "80", "--http-offset", "2"), 82),
        (("--instance", "north"), 9170),
        (("--instance", "0"), 9170),
    ],
)
def test_the_port_of_one_worker(started: Started, options: tuple[str, ...], port: int) -> None:
    """By its number, unless it is told."""
    assert started.by(*options, text=SHARED).exit_code == 0
    assert started.settings.http_port == port


@pytest.mark.parametrize(
    ("options", "text", "fault"),
    [
        (
            ("--instance", "2"),
            "",
            "--instance runs one of several workers that share everything: set redis.url and "
            "postgres.url and nodes, or let --workers N start what is missing for all of them\n",
        ),
        (
            ("--instance", "2"),
            SHARED.replace("nodes", "# nodes"),
            "--instance runs one of several workers that share everything: set nodes, or let "
            "--workers N start what is missing for all of them\n",
        ),
        (
            ("--instance", "a/b"),
            SHARED,
            "--instance 'a/b': a name has 1 to 48 lower-case letters, digits, '_' or, but at the "
            "beginning, '-'\n",
        ),
        (
            ("--workers", "3", "--http-port", "65534"),
            SHARED,
            "3 workers need as many ports for HTTP, from 65534 on\n",
        ),
    ],
)
def test_what_cannot_be_is_told_in_one_line(
    started: Started, options: tuple[str, ...], text: str, fault: str
) -> None:
    """Before anything is started, with the status of a wrong command."""
    result = started.by(*options, text=text)
    assert (result.exit_code, result.stderr) == (2, fault)
    assert started.settings is None


def test_passwords_come_from_a_file_of_environment(
    started: Started, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """For a process that systemd did not start; what the environment has already, it keeps."""
    (tmp_path / "callcore.env").write_text("CALLCORE_NODE_FS1_PASSWORD='of the file'\n")

    def password() -> str:
        result = started.by("--env-file", "callcore.env", text=SHARED)
        assert result.exit_code == 0, result.output
        found: str = started.settings.nodes[0].password
        return found

    assert password() == "x"
    monkeypatch.setattr(os, "environ", {})
    assert password() == "of the file"


def test_a_file_of_environment_with_faults_starts_nothing(started: Started, tmp_path: Path) -> None:
    """And tells where, not what."""
    (tmp_path / "callcore.env").write_text("geheim\n")
    result = started.by("--env-file", "callcore.env", text=SHARED)
    assert result.exit_code == 2
    assert "callcore.env:1: expected NAME=value" in result.stderr
    assert "geheim" not in result.stderr
    assert started.settings is None


def test_the_file_of_environment_beside_the_settings_is_taken_unasked(
    started: Started, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As `quickstart` writes it; but not one of other settings, nor where another one is named."""
    monkeypatch.setattr(os, "environ", {})
    (tmp_path / "other.env").write_text("CALLCORE_NODE_FS1_PASSWORD=other\n")
    result = started.by(text=SHARED)
    assert result.exit_code == 2
    assert "set CALLCORE_NODE_FS1_PASSWORD" in result.stderr
    (tmp_path / "callcore.env").write_text("CALLCORE_NODE_FS1_PASSWORD=ours\n")
    for options, password in (((), "ours"), (("--env-file", "other.env"), "other")):
        monkeypatch.setattr(os, "environ", {})
        result = started.by(*options, text=SHARED)
        assert (result.exit_code, result.output) == (0, "")
        assert started.settings.nodes[0].password == password


def test_a_file_of_environment_that_only_others_may_read_is_not_taken(tmp_path: Path) -> None:
    """As the service leaves root's, which systemd has read for it."""
    directory = tmp_path / "etc"
    directory.mkdir()
    file = directory / "callcore.env"
    file.write_text("CALLCORE_NODE_FS1_PASSWORD=x\n")
    assert env_file.beside(directory / "callcore.yaml") == file
    with another_user(file):
        assert env_file.beside(directory / "callcore.yaml") is None
