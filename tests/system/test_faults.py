"""Bad input and missing parts: one clear line that names the thing and what to do."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.switch import SimulatedSwitch
from tests.system.conftest import Start
from tests.system.daemon import PASSWORD, until

pytestmark = pytest.mark.timeout(120)


def test_a_wrong_password_is_named_with_its_remedy_and_tried_again(
    start: Start, switch: SimulatedSwitch
) -> None:
    """The line names node, address and variable; the secret is nowhere."""
    daemon = start(switch, environ={"CALLCORE_NODE_FS1_PASSWORD": "guessed-wrong"})
    reason = daemon.wait_line("link_down")["reason"]
    assert f"127.0.0.1:{switch.port}" in reason
    assert "set CALLCORE_NODE_FS1_PASSWORD to" in reason
    assert "guessed-wrong" not in daemon.text()
    assert daemon.page("readyz")[0] == 503


def test_a_refused_acl_is_named(start: Start) -> None:
    """The line names the ACL of event_socket.conf.xml."""
    refusing = SimulatedSwitch(SwitchSettings(password=PASSWORD, refuses=True))
    refusing.start()
    daemon = start(refusing)
    assert "acl" in daemon.wait_line("link_down")["reason"].lower()
    refusing.stop()


def test_a_switch_that_is_not_there_is_waited_for(start: Start, switch: SimulatedSwitch) -> None:
    """Refused connections are named; the link comes up by itself when the switch does."""
    port = switch.port
    switch.kill()
    daemon = start(nodes=[{"name": "fs1", "host": "127.0.0.1", "port": port}])
    assert f"127.0.0.1:{port}" in daemon.wait_line("link_down")["reason"]
    switch.restart()
    daemon.wait_line("link_restored")


@pytest.fixture
def deaf_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return int(unused.getsockname()[1])


def test_a_redis_that_does_not_answer_is_waited_for(
    start: Start, switch: SimulatedSwitch, deaf_port: int
) -> None:
    """The line names the address; callcore tries again instead of ending."""
    daemon = start(switch, redis={"url": f"redis://127.0.0.1:{deaf_port}/0"})
    reason = daemon.wait_line("waiting_for_redis")["reason"]
    assert f"127.0.0.1:{deaf_port}" in reason
    until(lambda: len(daemon.lines("waiting_for_redis")) > 1, "a second attempt")
    assert daemon.process.poll() is None
    assert daemon.stop() == 0


def test_a_postgres_that_does_not_answer_stops_no_call(
    start: Start, switch: SimulatedSwitch, deaf_port: int
) -> None:
    """The line names the address; callers are served and their records wait."""
    daemon = start(switch, postgres={"url": f"postgresql://callcore@127.0.0.1:{deaf_port}/x"})
    reason = daemon.wait_line("waiting_for_postgres")["reason"]
    assert f"127.0.0.1:{deaf_port}" in reason
    caller = switch.call_in(dialled="8001")
    assert caller.wait_until(lambda leg: leg.bridged_to is not None, 10)
    caller.hang_up()
    daemon.wait_line("call_ended")
    until(lambda: daemon.metric("callcore_records_pending") == 1, "a pending record")
    assert daemon.page("readyz")[0] == 200


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


def test_a_queue_of_the_dialplan_that_does_not_exist(start: Start, switch: SimulatedSwitch) -> None:
    """One line names the queue; the caller is not left waiting for nobody."""
    daemon = start(switch)
    daemon.wait_line("link_restored")
    caller = switch.call_in(dialled="8009")
    line = daemon.wait_line("call_refused")
    assert (line["queue"], line["reason"]) == ("suport", "unknown_queue")
    assert "queues:" in line["remedy"]
    assert caller.wait_until(lambda leg: not leg.is_alive, 10)
    assert caller.hangup_cause == "UNALLOCATED_NUMBER"
