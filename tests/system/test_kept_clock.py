"""A process that begins after the machine's clock was set goes on with the time of the last one."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path

import pytest

from callcore.bootstrap import kept_clock
from callcore.domain.ids import MICROS_PER_SECOND
from callcore.runtime.clock import SystemClock, boot_micros, wall_micros

HOUR = 3600 * MICROS_PER_SECOND


def kept(directory: Path, apart: int) -> int:
    """What a process has kept whose time is so much behind the machine's; what it kept."""
    began_at = wall_micros() - boot_micros() - apart
    clock = SystemClock()
    clock.go_on_from(began_at)
    kept_clock.keep(clock, directory / kept_clock.FILE)
    return began_at


@pytest.mark.parametrize("apart", [HOUR, -HOUR, 2 * MICROS_PER_SECOND])
def test_the_time_goes_on(tmp_path: Path, apart: int) -> None:
    """An hour apart, or two seconds."""
    kept(tmp_path, apart)
    with ExitStack() as stack:
        clock = SystemClock()
        kept_clock.go_on(clock, tmp_path, stack)
        assert clock.behind_seconds == pytest.approx(apart / MICROS_PER_SECOND, abs=0.2)


@pytest.mark.parametrize("apart", [3 * HOUR, 0])
def test_the_machines_time_is_taken(tmp_path: Path, apart: int) -> None:
    """A clock that was set by more was wrong; one that was caught up with needs no note."""
    kept(tmp_path, apart)
    assert (tmp_path / kept_clock.FILE).exists() == bool(apart)
    with ExitStack() as stack:
        clock = SystemClock()
        kept_clock.go_on(clock, tmp_path, stack)
        assert abs(clock.now() - wall_micros()) < MICROS_PER_SECOND // 4


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"boot": "", "began_at": 1}', "\x00", '"boot"'])
def test_a_spoilt_note_is_none(tmp_path: Path, text: str) -> None:
    """The process begins with the machine's time."""
    (tmp_path / kept_clock.FILE).write_text(text)
    with ExitStack() as stack:
        clock = SystemClock()
        kept_clock.go_on(clock, tmp_path, stack)
        assert abs(clock.now() - wall_micros()) < MICROS_PER_SECOND // 4


def test_the_note_of_another_start_of_the_machine_is_none(tmp_path: Path) -> None:
    """Its clock began anew."""
    kept(tmp_path, HOUR)
    file = tmp_path / kept_clock.FILE
    file.write_text(json.dumps(json.loads(file.read_text()) | {"boot": "another"}))
    with ExitStack() as stack:
        clock = SystemClock()
        kept_clock.go_on(clock, tmp_path, stack)
        assert abs(clock.now() - wall_micros()) < MICROS_PER_SECOND // 4
