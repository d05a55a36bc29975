"""A settings file is edited under a running callcore."""

from __future__ import annotations

import json
import os
import pty
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from callcore.cli.root import callcore
from callcore.switchsim.distributions import Constant
from callcore.switchsim.phones import AgentPhone
from callcore.switchsim.switch import SimulatedSwitch
from tests.system.conftest import Start
from tests.system.daemon import PASSWORD, node, operate, settings, until

pytestmark = pytest.mark.timeout(120)

NEWCOMER = {
    "1002": {
        "name": "Bob",
        "contact": "user/1002@demo",
        "queues": ["support"],
        "logged_in_at_start": True,
    }
}


def edit(base: Path, **parts: Any) -> dict[str, Any]:
    """Somebody edits the file; the site has the port of before."""
    file = base / "callcore.yaml"
    content = {**yaml.safe_load(file.read_text()), **parts}
    file.write_text(yaml.safe_dump(content, sort_keys=False))
    return content


def test_calls_go_on_under_another_configuration(
    start: Start, switch: SimulatedSwitch, servers: dict[str, Any], tmp_path: Path
) -> None:
    """One talks, one waits: the talk goes on, the new agent takes the one who waits. A file
    that the settings name belongs to the version: another number in a list of callers is another.
    """
    numbers = tmp_path / "vips.txt"
    numbers.write_text("+48 22 555 01 01\n")
    vips = {"vips": {"file": "vips.txt", "priority": 5}}
    daemon = start(switch, caller_lists=vips, **servers)
    daemon.wait_line("link_restored")
    talking = switch.call_in(dialled="8001")
    assert talking.wait_until(lambda leg: leg.bridged_to is not None, 10)
    waiting = switch.call_in(dialled="8001")
    until(lambda: len(daemon.lines("caller_joined")) == 2, "both joined")
    version = operate(tmp_path, "config")
    switch.register("1002", AgentPhone(ring_seconds=Constant(0.2)))
    content = edit(tmp_path, agents={**settings(tmp_path)["agents"], **NEWCOMER})
    edit(tmp_path, queues={"support": {**content["queues"]["support"], "music": "other.wav"}})
    result = operate(tmp_path, "reload")
    assert result.exit_code == 0, result.stderr
    first, *changes = result.stdout.splitlines()
    assert changes == ["agents.1002 added", "queues.support changed: music"]
    assert waiting.wait_until(lambda leg: leg.bridged_to is not None, 10)
    assert talking.bridged_to is not None
    now = json.loads(operate(tmp_path, "config", "--json").stdout)
    assert f"version {now['version']} is in force" == first
    assert now["version"] not in version.stdout
    assert daemon.metric(f'callcore_config_info{{version="{now["version"]}"}}') == 1
    assert daemon.page("metrics")[1].count("\ncallcore_config_info{") == 1
    assert daemon.metric('callcore_config_reloads_total{result="applied"}') == 1
    assert daemon.metric("callcore_config_drift") == 0
    loaded_at = daemon.metric("callcore_config_loaded_timestamp_seconds")
    assert loaded_at == pytest.approx(time.time(), abs=30)
    assert "was in force already" in operate(tmp_path, "reload").stdout
    numbers.write_text("+48 22 555 01 02\n")
    assert "caller_lists.vips changed: numbers" in operate(tmp_path, "reload").stdout


def test_a_faulty_file_is_refused_as_check_config_does(
    start: Start,
    switch: SimulatedSwitch,
    servers: dict[str, Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With the same lines and the same status; the settings of before go on. A signal does the same
    as the command: the log says what came of it, and the level of the log changes with it.
    """
    daemon = start(switch, **servers)
    daemon.wait_line("link_restored")
    written = (tmp_path / "callcore.yaml").read_text()
    edit(tmp_path, agents={"1001": {"name": "Ann", "queues": ["suport"]}}, colour="red")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CALLCORE_NODE_FS1_PASSWORD", PASSWORD)
    checked = CliRunner().invoke(callcore, ["check-config", "--config", "callcore.yaml"])
    result = operate(tmp_path, "reload")
    assert result.exit_code == checked.exit_code == 2
    assert result.stderr.replace(f"{tmp_path}/", "") == checked.stderr
    assert len(checked.stderr.splitlines()) == 3
    assert "suport" in daemon.wait_line("configuration_refused")["reason"]
    assert daemon.metric('callcore_config_reloads_total{result="refused"}') == 1
    caller = switch.call_in(dialled="8001")
    assert caller.wait_until(lambda leg: leg.bridged_to is not None, 10)
    caller.hang_up()
    (tmp_path / "callcore.yaml").write_text(written)
    edit(tmp_path, log={"level": "error"}, http={"port": 1}, site="other")
    daemon.process.send_signal(signal.SIGHUP)
    until(lambda: daemon.metric('callcore_config_reloads_total{result="applied"}') == 1, "applied")
    view = json.loads(operate(tmp_path, "config", "--json").stdout)
    assert view["loaded_by"] == "SIGHUP"
    assert view["needs_restart"] == ["site", "http.port"]
    assert view["warnings"] == [
        "site takes effect at the next start",
        "http.port takes effect at the next start",
    ]
    quiet = len(daemon.text().splitlines())
    caller = switch.call_in(dialled="8001")
    assert caller.wait_until(lambda leg: leg.bridged_to is not None, 10)
    assert len(daemon.text().splitlines()) == quiet
    edit(tmp_path, log={"level": "debug"})
    daemon.process.send_signal(signal.SIGHUP)
    line = daemon.wait_line("configuration_applied", by="SIGHUP")
    assert "http.port takes effect at the next start" in line["warnings"]
    edit(tmp_path, colour="red")
    daemon.process.send_signal(signal.SIGHUP)
    daemon.wait_line("configuration_refused", by="SIGHUP")
    assert daemon.process.poll() is None


def test_a_terminal_that_is_closed_ends_what_was_started_in_it(
    tmp_path: Path, switch: SimulatedSwitch
) -> None:
    """The kernel says so by the signal that else has the settings read again."""
    content = settings(tmp_path, nodes=node(switch.port), log={"file": "callcore.log"})
    file = tmp_path / "callcore.yaml"
    file.write_text(yaml.safe_dump(content))
    child, terminal = pty.fork()
    if child == 0:
        os.environ["CALLCORE_NODE_FS1_PASSWORD"] = PASSWORD
        arguments = ("-m", "callcore", "run", "--no-view", "--config", str(file))
        os.execv(sys.executable, (sys.executable, *arguments))
    log = tmp_path / "callcore.log"
    try:
        until(lambda: log.exists() and "callcore_runs" in log.read_text(), "running")
        os.close(terminal)
        _, status = until(lambda: _ended(child), "the end")
        assert os.waitstatus_to_exitcode(status) == 0
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    assert "configuration_applied" in log.read_text()  # that of the start
    assert '"by":"SIGHUP"' not in log.read_text()


def _ended(child: int) -> tuple[int, int] | None:
    pid, status = os.waitpid(child, os.WNOHANG)
    return (pid, status) if pid else None
