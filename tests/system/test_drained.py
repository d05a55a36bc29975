"""Drained workers as processes: when they end, with which status, and that nobody restarts them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from callcore.bootstrap.exit_statuses import DRAINED
from callcore.switchsim.switch import SimulatedSwitch
from tests.system.conftest import Start
from tests.system.daemon import until
from tests.system.workers import Workers, call_in, site, staff

pytestmark = pytest.mark.timeout(120)

AGENTS = ["1001", "1002"]


def asking(base: Path, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "callcore", *words, "--json"]
    return subprocess.Popen(
        [*command, "--data-directory", str(base / "data")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ask(base: Path, *words: str) -> Any:
    process = asking(base, *words)
    answer, fault = process.communicate(timeout=60)
    assert process.returncode == 0, fault
    return json.loads(answer)


def test_a_site_ends_when_its_last_call_has_ended(
    start: Start, switch: SimulatedSwitch, tmp_path: Path
) -> None:
    """One worker first, whose calls the other goes on with; then both, supervisor included, with a
    status for which systemd does not start it again.
    """
    content = site(tmp_path, switch.port, AGENTS, workers=2)
    content.pop("site")
    staff(switch, AGENTS, None)
    daemon = start(switch, **content)
    daemon.wait_line("workers_run")
    workers = Workers(daemon)
    shares = workers.share("1", "2")
    calls = [call_in(switch, shares[name][0]) for name in ("1", "2")]
    assert all(call.wait_until(lambda leg: leg.bridged_to is not None, 20) for call in calls)
    assert ask(tmp_path, "drain", "--worker", "2")["workers"] == ["2"]
    daemon.wait_line("worker_drained", worker="2")
    until(lambda: ask(tmp_path, "status")["workers"] == ["1"], "one worker")
    assert all(call.bridged_to is not None for call in calls)
    assert ask(tmp_path, "drain")["workers"] == ["1"]
    late = call_in(switch, "0")
    until(lambda: daemon.lines("call_turned_away"), "the late caller's being turned away")
    assert ask(tmp_path, "status")["draining"]
    assert daemon.process.poll() is None
    for call in (*calls, late):
        call.hang_up()
    assert daemon.process.wait(60) == DRAINED
    assert daemon.lines("worker_died") == []
    assert len(daemon.lines("worker_drained")) == 2


def test_whoever_waits_is_told_when_it_has_ended(
    start: Start, switch: SimulatedSwitch, servers: dict[str, Any], tmp_path: Path
) -> None:
    """After the last call, and not before. Taken back in between, it takes calls as ever; the next
    start knows nothing of it.
    """
    staff(switch, AGENTS, None)
    content = {**site(tmp_path, switch.port, AGENTS), **servers}
    daemon = start(switch, **content)
    daemon.wait_line("callcore_runs")
    first = call_in(switch, "0")
    assert first.wait_until(lambda leg: leg.bridged_to is not None, 20)
    impatient = asking(tmp_path, "drain", "--wait", "0")
    _, fault = impatient.communicate(timeout=60)
    assert (impatient.returncode, json.loads(fault)["error"]) == (1, "not_drained")
    assert daemon.metric("callcore_draining") == 1
    assert daemon.page("readyz")[0] == 503
    assert ask(tmp_path, "undrain")["workers"] == ["1"]
    until(lambda: daemon.page("readyz")[0] == 200, "being ready again")
    assert daemon.metric("callcore_draining") == 0
    second = call_in(switch, "1")
    assert second.wait_until(lambda leg: leg.bridged_to is not None, 20)
    waiting = asking(tmp_path, "drain", "--wait")
    daemon.wait_line("drain_began", calls_count=2)
    first.hang_up()
    until(lambda: ask(tmp_path, "status")["calls_count"] == 1, "the end of the first call")
    assert waiting.poll() is None
    second.hang_up()
    answer, fault = waiting.communicate(timeout=60)
    assert waiting.returncode == 0, fault
    told = json.loads(answer)
    assert (told["ended"], told["elsewhere"]) == (["1"], [])
    assert daemon.process.wait(30) == DRAINED
    again = start(switch, **content)
    again.wait_line("callcore_runs")
    assert ask(tmp_path, "status")["draining"] == ""


def test_one_that_dies_while_it_is_drained_goes_on_with_that(
    start: Start, switch: SimulatedSwitch, servers: dict[str, Any], tmp_path: Path
) -> None:
    """Whoever is started in its place adopts its calls, takes no others, and ends after the last:
    who waits for it is told then. One that is stopped says that it has left calls.
    """
    staff(switch, AGENTS, None)
    content = {**site(tmp_path, switch.port, AGENTS), **servers}
    daemon = start(switch, **content)
    daemon.wait_line("callcore_runs")
    call = call_in(switch, "0")
    assert call.wait_until(lambda leg: leg.bridged_to is not None, 20)
    waiting = asking(tmp_path, "drain", "--wait")
    daemon.wait_line("drain_began")
    daemon.process.kill()
    daemon.process.wait()
    successor = start(switch, **content)
    successor.wait_line("call_arrived", is_adopted=True)
    successor.wait_line("drain_began")
    assert waiting.poll() is None
    late = call_in(switch, "1")
    successor.wait_line("call_turned_away", leg_id=late.leg_id)
    successor.stop()
    _, fault = waiting.communicate(timeout=60)
    assert (waiting.returncode, json.loads(fault)["error"]) == (1, "calls_left")
    assert call.bridged_to is not None
