"""The systemd units say what callcore understands, and keep it from everything else."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from callcore.cli.running import run

UNITS = Path(__file__).parents[2] / "ops" / "systemd"
NAMES = ("callcore.service", "callcore@.service")
SAFEST = 2.0
"""What systemd calls OK begins below 5."""


def lines(name: str) -> list[str]:
    return [
        line
        for line in (UNITS / name).read_text().splitlines()
        if line and not line.startswith("#")
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_command_has_options_that_there_are(name: str) -> None:
    """A unit that does not start is found out on the day it is needed."""
    (command,) = (line for line in lines(name) if line.startswith("ExecStart="))
    program, verb, *words = command.removeprefix("ExecStart=").split()
    assert (Path(program).name, verb) == ("callcore", "run")
    known = {option for parameter in run.params for option in parameter.opts}
    known |= {option for parameter in run.params for option in parameter.secondary_opts}
    assert {word for word in words if word.startswith("--")} <= known


def test_both_are_hardened_alike() -> None:
    """What is good for one is good for the other."""
    first, second = (
        list(lines(name)[lines(name).index("NoNewPrivileges=yes") :]) for name in NAMES
    )
    assert first == second
    assert "MemoryDenyWriteExecute=yes" in first


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("name", NAMES)
def test_systemd_finds_them_safe(name: str, tmp_path: Path) -> None:
    """By its own judgement; a key that it does not know would be told too."""
    unit = tmp_path / name.replace("@", "@1")
    shutil.copy(UNITS / name, unit)
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", str(unit)]
    found = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    level = re.search(r"exposure level for \S+: ([0-9.]+)", found.stdout)
    assert level is not None, found.stderr
    assert float(level[1]) < SAFEST
    assert "Unknown" not in found.stderr
