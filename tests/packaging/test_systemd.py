"""Workers of `callcore@.service` beside each other on one machine."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from callcore.switchsim.switch import SimulatedSwitch
from tests.live.ports import free_ports
from tests.system.conftest import one_phone
from tests.system.daemon import PASSWORD, Daemon, node, settings

UNITS = Path(__file__).parents[2] / "ops" / "systemd"
NAMES = ("1", "2")


@pytest.fixture
def switch() -> Iterator[SimulatedSwitch]:
    """A switch for both."""
    yield from one_phone(PASSWORD)


def values(unit: str, key: str) -> list[str]:
    """What the unit sets it to."""
    lines = (UNITS / unit).read_text().splitlines()
    return [line.removeprefix(f"{key}=") for line in lines if line.startswith(f"{key}=")]


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("unit", ["callcore.service", "callcore@1.service", "callcore@2.service"])
def test_systemd_has_nothing_to_say(unit: str, tmp_path: Path) -> None:
    """Every key and value is one it knows, of the template as of its instances."""
    program = values("callcore.service", "ExecStart")[0].split()[0]
    for file in UNITS.iterdir():  # the program has to be there
        (tmp_path / file.name).write_text(file.read_text().replace(program, "/bin/true"))
    command = ["systemd-analyze", "verify", "--man=no", str(tmp_path / unit)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (said.returncode, said.stderr) == (0, "")


def test_none_takes_away_what_is_anothers() -> None:
    """systemd removes a RuntimeDirectory with the service that has it, and keeps a StateDirectory:
    the one is of one service, the other of all.
    """
    of_one = values("callcore.service", "RuntimeDirectory")
    of_many = values("callcore@.service", "RuntimeDirectory")
    assert all("%i" in directory for directory in of_many)
    assert not set(of_one) & set(of_many)
    for unit in ("callcore.service", "callcore@.service"):
        assert values(unit, "StateDirectory") == ["callcore"]
        assert values(unit, "PrivateTmp") == ["yes"]


@pytest.fixture
def both(
    switch: SimulatedSwitch, valkey_url: str, own_history_url: str, tmp_path: Path
) -> Iterator[list[Daemon]]:
    """Two processes with the command line of the template."""
    content: dict[str, Any] = settings(
        tmp_path,
        site="packaging",
        nodes=node(switch.port),
        redis={"url": valkey_url},
        postgres={"url": own_history_url},
    )
    content["http"]["port"] = free_ports(2)
    file = tmp_path / "callcore.yaml"
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    (words,) = values("callcore@.service", "ExecStart")
    _, verb, *options = words.split()
    assert (verb, options[0]) == ("run", "--no-view")
    daemons = []
    for name in NAMES:
        told = [str(file) if one.endswith("callcore.yaml") else one for one in options[1:]]
        daemons.append(Daemon(tmp_path, *(one.replace("%i", name) for one in told)))
    yield daemons
    for daemon in daemons:
        daemon.end()


def test_instances_share_no_port_no_socket_and_no_file(both: list[Daemon]) -> None:
    """Of one settings file, one state directory and one machine."""
    ports: list[set[int]] = []
    files: list[set[str]] = []
    for daemon in both:
        daemon.wait_line("callcore_runs")
        process = psutil.Process(daemon.process.pid)
        found = process.net_connections(kind="inet")
        ports.append({one.laddr.port for one in found if one.status == psutil.CONN_LISTEN})
        listening = {str(one.laddr) for one in process.net_connections(kind="unix")}
        data = str(daemon.log.parent / "data")
        opened = {one.path for one in process.open_files() if one.path.startswith(data)}
        files.append(opened | {path for path in listening if path.startswith(data)})
    (first,), (second,) = ports
    assert second == first + 1
    assert all(
        any(name in Path(one).name for one in mine) for name, mine in zip(NAMES, files, strict=True)
    )
    assert not files[0] & files[1]
