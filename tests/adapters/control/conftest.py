"""A control server over a small floor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callcore.adapters.control import place
from callcore.adapters.control.server import ControlServer
from tests.adapters.control.small_floor import SmallFloor


@pytest.fixture
def floor() -> SmallFloor:
    return SmallFloor()


@pytest.fixture
def noted() -> list[tuple[Any, ...]]:
    """What the server wrote to the log."""
    return []


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return place.socket_path(tmp_path)


@pytest.fixture
def server(floor: SmallFloor, path: Path, noted: list[tuple[Any, ...]]) -> Iterator[ControlServer]:
    running = ControlServer(path, floor, note=lambda *line: noted.append(line))
    running.start()
    yield running
    running.stop()
