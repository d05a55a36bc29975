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


def ask(base: Path, *words: str) -> Any:
    command = [sys.executable, "-m", "callcore", *words, "--json"]
    done = subprocess.run(
        [*command, "--data-directory", str(base / "data")],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stdout)


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
