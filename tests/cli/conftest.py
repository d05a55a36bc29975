"""The command line beside a control server over a small floor."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from callcore.adapters.control import place
from callcore.adapters.control.server import ControlServer
from callcore.cli import operating
from callcore.cli.root import callcore
from tests.adapters.control.small_floor import SmallFloor

Run = Callable[..., Result]


@pytest.fixture
def floor() -> SmallFloor:
    return SmallFloor()


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Where the callcore under test keeps its data."""
    return tmp_path / "data"


@pytest.fixture
def server(floor: SmallFloor, data: Path) -> Iterator[ControlServer]:
    running = ControlServer(place.socket_path(data), floor, note=lambda *_: None)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def bare_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command in an empty directory, 80 columns wide."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr(operating, "SERVICE_SETTINGS", tmp_path / "etc" / "callcore.yaml")

    def invoke(*arguments: str) -> Result:
        result = CliRunner().invoke(callcore, arguments)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert "Traceback" not in result.output
        assert all(len(line) <= 80 for line in result.stdout.splitlines())
        return result

    return invoke


@pytest.fixture
def run(bare_run: Run, server: ControlServer, data: Path) -> Run:
    """Runs a command of an operator against the server."""
    return lambda *arguments: bare_run(*arguments, "--data-directory", str(data))


@pytest.fixture
def run_json(run: Run) -> Callable[..., Any]:
    """What a command answers with ``--json``."""

    def answer(*arguments: str) -> Any:
        result = run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return answer
