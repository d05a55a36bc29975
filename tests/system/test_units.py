"""The systemd units say what callcore understands, and keep it from everything else."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from callcore.bootstrap import service_manager, stopping, supervisor
from callcore.cli import operating
from callcore.cli.quickstart_asking import Given, Interview
from callcore.cli.reloading import reload
from callcore.cli.running import run
from callcore.cli.statuses import DRAINED, USAGE_FAULT
from callcore.settings.scalars import MOST_WORKERS

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


def values(name: str) -> dict[str, list[str]]:
    """Each setting with all it is given."""
    found: dict[str, list[str]] = {}
    for line in lines(name):
        key, equals, value = line.partition("=")
        if equals:
            found.setdefault(key, []).append(value)
    return found


def seconds(name: str, key: str) -> float:
    (value,) = values(name)[key]
    return float(value)


def test_all_have_time_to_stop() -> None:
    """As many workers as there may be: what is killed has its calls adopted, but those of the last
    worker are left without anybody for a while.
    """
    of_last = supervisor.LAST_STOP_SECONDS
    of_others = (MOST_WORKERS - 1) * supervisor.HAND_OVER_SECONDS
    assert seconds("callcore.service", "TimeoutStopSec") > of_others + of_last
    assert seconds("callcore@.service", "TimeoutStopSec") > of_last
    at_calls = stopping.LEAVE_SECONDS + stopping.DRAIN_SECONDS + stopping.SHUT_DOWN_SECONDS
    assert of_last > at_calls


@pytest.mark.parametrize("name", NAMES)
def test_a_process_that_stands_still_is_found_and_none_other(name: str) -> None:
    """Only who tells is watched; a sign comes several times in the period, and one in which a
    process may be slow lies far below it.
    """
    assert values(name)["Type"] == ["notify"]
    assert values(name)["NotifyAccess"] == ["main"]
    period = seconds(name, "WatchdogSec")
    assert period / service_manager.SIGNS_PER_PERIOD >= 10
    assert seconds(name, "TimeoutAbortSec") < seconds(name, "TimeoutStopSec")
    assert "PYTHONFAULTHANDLER=1" in values(name)["Environment"]


@pytest.mark.parametrize("name", NAMES)
def test_paths_fit_each_other(name: str) -> None:
    """What is started, reloaded and waited for is one settings file, the one that operators'
    commands find; quickstart has callcore keep its data where the service may write.
    """
    found = values(name)
    for key in ("ExecStart", "ExecReload"):
        program, verb, *words = found[key][0].split()
        assert program == "/opt/callcore/bin/callcore"
        assert verb == ("run" if key == "ExecStart" else "reload")
        assert words[words.index("--config") + 1] == str(operating.SERVICE_SETTINGS)
    assert {option for parameter in reload.params for option in parameter.opts} >= {"--config"}
    assert found["ConditionPathExists"] == [str(operating.SERVICE_SETTINGS)]
    assert found["EnvironmentFile"] == [f"-{operating.SERVICE_SETTINGS.with_suffix('.env')}"]
    given = Given(output=operating.SERVICE_SETTINGS, host="none")
    first = Interview(given, is_asking=False, environ={}).answers()
    assert first.data_directory == found["WorkingDirectory"][0]
    assert first.data_directory == f"/var/lib/{found['StateDirectory'][0]}"
    assert found["ProtectSystem"] == ["strict"]


def test_the_bundled_servers_have_a_place_for_their_sockets() -> None:
    """One that systemd makes, and removes with the service."""
    found = values("callcore.service")
    assert f"XDG_RUNTIME_DIR=/run/{found['RuntimeDirectory'][0]}" in found["Environment"]


@pytest.mark.parametrize("name", NAMES)
def test_what_cannot_mend_itself_is_not_tried_again(name: str) -> None:
    """A fault in the settings ends callcore with the status of a fault in use; nor is who was
    drained to come back, and that is no failure.
    """
    assert values(name)["RestartPreventExitStatus"] == [f"{USAGE_FAULT} {DRAINED}"]
    assert values(name)["SuccessExitStatus"] == [str(DRAINED)]
    assert values(name)["KillSignal"] == ["SIGTERM"]
    assert values(name)["KillMode"] == ["mixed"]
