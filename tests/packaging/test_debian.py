"""Debian's package says of callcore what is so, and leaves to operators what is theirs."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from callcore import __version__

DEBIAN = Path(__file__).parents[2] / "ops" / "debian"
UNITS = DEBIAN.parent / "systemd"
SCRIPTS = ("callcore.postinst", "callcore.postrm")


def test_its_version_is_callcores() -> None:
    """The file is named by one, and tells the other."""
    found = re.match(r"callcore \(([^)]+)\)", (DEBIAN / "changelog").read_text())
    assert found is not None
    assert found[1] == __version__


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_are_ones_a_shell_understands(name: str) -> None:
    """A package whose script fails can be neither installed nor removed."""
    subprocess.run(["/bin/sh", "-n", DEBIAN / name], check=True)
    lines = (DEBIAN / name).read_text().splitlines()
    assert lines[:2] == ["#!/bin/sh", "set -e"]
    assert lines[-1] == "#DEBHELPER#"


def test_a_second_installation_changes_nothing_of_an_operators(tmp_path: Path) -> None:
    """Rights of the directories are set at the first only; the settings never. Played with programs
    that write down what they are asked.
    """
    asked = tmp_path / "asked"
    for program in ("adduser", "chown", "chmod", "install"):
        stand_in = tmp_path / program
        stand_in.write_text(f'#!/bin/sh\necho "{program} $*" >>{asked}\n')
        stand_in.chmod(0o755)

    def configured(*words: str) -> list[str]:
        asked.write_text("")
        command = ["/bin/sh", str(DEBIAN / "callcore.postinst"), "configure", *words]
        path = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
        subprocess.run(command, check=True, env=path, stdout=subprocess.DEVNULL)
        return asked.read_text().splitlines()

    first, again = configured(), configured("0.0.1")
    assert [line.split()[0] for line in first] == ["adduser", "chown", "chmod", "install"]
    assert [line.split()[0] for line in again] == ["adduser"]
    assert "chmod 0750 /etc/callcore" in first
    assert not [line for line in first if "callcore.yaml" in line or "callcore.env" in line]


def test_its_services_start_its_own_callcore() -> None:
    """The path that the package replaces is the one in the units, and it has what it puts there."""
    rules = (DEBIAN / "rules").read_text()
    replaced = re.search(r"'s\|(\S+)\|(\S+)\|", rules)
    assert replaced is not None
    for unit in UNITS.iterdir():
        assert f"ExecStart={replaced[1]} run" in unit.read_text()
    assert replaced[2] == "/usr/bin/callcore"
    assert "ln -s ../lib/callcore/bin/callcore $(ROOT)/usr/bin/callcore" in rules
