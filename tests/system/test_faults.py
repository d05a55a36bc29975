"""Bad input and missing parts: one clear line that names the thing and what to do."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.switch import SimulatedSwitch
from tests.system.conftest import Start
from tests.system.daemon import PASSWORD, until

pytestmark = pytest.mark.timeout(120)


def test_what_keeps_a_link_down_is_named_with_its_remedy(
    start: Start, switch: SimulatedSwitch, servers: dict[str, Any]
) -> None:
    """A wrong password, an ACL, nobody there: each line names the node's address and the variable
    or file; the secret is nowhere. A link comes up by itself when its switch does.
    """
    guarded, refusing = (
        SimulatedSwitch(SwitchSettings(password=PASSWORD, refuses=refuses))
        for refuses in (False, True)
    )
    guarded.start()
    refusing.start()
    ports = {"fs1": switch.port, "fs2": guarded.port, "fs3": refusing.port}
    switch.kill()
    daemon = start(
        nodes=[{"name": name, "host": "127.0.0.1", "port": port} for name, port in ports.items()],
        environ={
            "CALLCORE_NODE_FS2_PASSWORD": "guessed-wrong",
            "CALLCORE_NODE_FS3_PASSWORD": PASSWORD,
        },
        **servers,
    )
    reasons = {name: daemon.wait_line("link_down", node=name)["reason"] for name in ports}
    assert f"127.0.0.1:{ports['fs1']}" in reasons["fs1"]
    assert f"127.0.0.1:{ports['fs2']}" in reasons["fs2"]
    assert "set CALLCORE_NODE_FS2_PASSWORD to" in reasons["fs2"]
    assert "acl" in reasons["fs3"].lower()
    assert "guessed-wrong" not in daemon.text()
    assert daemon.page("readyz")[0] == 503
    switch.restart()
    daemon.wait_line("link_restored", node="fs1")
    for other in (guarded, refusing):
        other.stop()


@pytest.fixture
def deaf_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


def test_a_redis_that_does_not_answer_is_waited_for(
    start: Start, switch: SimulatedSwitch, servers: dict[str, Any], deaf_port: int
) -> None:
    """The line names the address; callcore tries again instead of ending."""
    daemon = start(switch, **{**servers, "redis": {"url": f"redis://127.0.0.1:{deaf_port}/0"}})
    reason = daemon.wait_line("waiting_for_redis")["reason"]
    assert f"127.0.0.1:{deaf_port}" in reason
    until(lambda: len(daemon.lines("waiting_for_redis")) > 1, "a second attempt")
    assert daemon.process.poll() is None
    assert daemon.stop() == 0


def test_a_postgres_that_does_not_answer_stops_no_call(
    start: Start, switch: SimulatedSwitch, servers: dict[str, Any], deaf_port: int
) -> None:
    """The line names the address; callers are served and their records wait. One whom the dialplan
    sends to a queue that does not exist is not left waiting for nobody: one line names it.
    """
    away = {"url": f"postgresql://callcore@127.0.0.1:{deaf_port}/x"}
    daemon = start(switch, **{**servers, "postgres": away})
    reason = daemon.wait_line("waiting_for_postgres")["reason"]
    assert f"127.0.0.1:{deaf_port}" in reason
    caller = switch.call_in(dialled="8001")
    assert caller.wait_until(lambda leg: leg.bridged_to is not None, 10)
    caller.hang_up()
    daemon.wait_line("call_ended")
    until(lambda: daemon.metric("callcore_records_pending") == 1, "a pending record")
    assert daemon.page("readyz")[0] == 200
    caller = switch.call_in(dialled="8009")
    line = daemon.wait_line("call_refused")
    assert (line["queue"], line["reason"]) == ("suport", "unknown_queue")
    assert "queues:" in line["remedy"]
    assert caller.wait_until(lambda leg: not leg.is_alive, 10)
    assert caller.hangup_cause == "UNALLOCATED_NUMBER"


def test_a_port_in_use_ends_the_start_with_one_line(start: Start) -> None:
    """The line names the port and the setting; nothing was started."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        daemon = start(http={"host": "127.0.0.1", "port": port})
        assert daemon.process.wait(20) == 1
    (line,) = daemon.text().splitlines()
    assert f"127.0.0.1:{port}" in line
    assert "http.port" in line


def test_faults_of_the_configuration_are_all_told_at_once(start: Start, tmp_path: Path) -> None:
    """An unknown key and an unknown queue, each with file, line and column; status 2."""
    daemon = start(numbers={"8001": {"queue": "suport"}}, colour="blue")
    assert daemon.process.wait(20) == 2
    lines = daemon.text().splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"{tmp_path}/callcore.yaml:") for line in lines)
    assert any("colour" in line for line in lines)
    assert any("suport" in line and "support" in line for line in lines)
