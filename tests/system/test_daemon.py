"""The daemon as its operator meets it: started, watched, killed, stopped."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import psutil
import pytest
import redis

from callcore.switchsim.distributions import Constant
from callcore.switchsim.phones import AgentPhone
from callcore.switchsim.switch import SimulatedSwitch
from tests.system.conftest import Start
from tests.system.daemon import PASSWORD, Daemon, operate, records, records_in, until

pytestmark = pytest.mark.timeout(120)


def test_a_call_from_arrival_to_record(
    start: Start, switch: SimulatedSwitch, valkey_url: str, database_url: str, tmp_path: Path
) -> None:
    """One caller, one agent, one row, and metrics that tell the story. On the operator's Redis and
    Postgres: the schema is made, no server is started, none is stopped.
    """
    daemon = start(switch, redis={"url": valkey_url}, postgres={"url": database_url})
    daemon.wait_line("link_restored")
    assert daemon.children() == []
    caller = switch.call_in(dialled="8001", caller_name="Łucja\n\napi status")
    assert caller.wait_until(lambda leg: leg.bridged_to is not None, 10)
    assert caller.heard[0] == "local_stream://moh"
    caller.hang_up()
    daemon.wait_line("records_written")
    (record,) = records_in(database_url)
    assert record["outcome"] == "served"
    assert record["agent_id"] == "1001"
    assert record["hung_up_by"] == "caller"
    assert record["caller_name"] == "Łucjaapi status"
    assert str(record["call_id"]) == caller.leg_id
    daemon.wait_line("wrap_up_ended")
    assert daemon.metric('callcore_queue_joined_total{queue="support"}') == 1
    assert daemon.page("readyz")[0] == 200
    assert daemon.page("healthz")[0] == 200
    assert all(
        line["call_id"] == caller.leg_id
        for event in ("call_arrived", "offer_made", "legs_bridged", "call_ended")
        for line in daemon.lines(event)
    )
    assert daemon.stop() == 0
    with redis.Redis.from_url(valkey_url) as client:
        assert client.keys("callcore:{system}:*")
    own = {found.name for found in (tmp_path / "data").glob("*")}
    assert own <= {"control", "instances", "spool"}


def test_its_own_servers_are_kept_up_and_end_with_it(start: Start, switch: SimulatedSwitch) -> None:
    """Valkey dies under a waiting caller: the call goes on as soon as it is back. After Ctrl-C the
    call in progress ends first; the bundled servers end with callcore; the status is 0.
    """
    switch.unregister("1001")
    daemon = start(switch)
    daemon.wait_line("link_restored")
    caller = switch.call_in(dialled="8001")
    daemon.wait_line("caller_joined")
    (valkey,) = (child for child in daemon.children() if "valkey" in child.name())
    valkey.kill()
    daemon.wait_line("bundled_server_died", server="valkey")
    until(lambda: daemon.page("readyz")[0] == 200, "ready again")
    switch.register("1001", AgentPhone(ring_seconds=Constant(0.2)))
    assert caller.wait_until(lambda leg: leg.bridged_to is not None, 30)
    children = daemon.children()
    assert not any(PASSWORD in word for child in children for word in child.cmdline())
    daemon.process.send_signal(signal.SIGINT)
    until(lambda: daemon.page("readyz")[0] == 503, "not ready while draining")
    assert daemon.process.poll() is None
    caller.hang_up()
    assert daemon.process.wait(20) == 0
    assert [child for child in children if child.is_running()] == []


def test_a_second_ctrl_c_does_not_wait_and_the_next_start_goes_on(
    start: Start, switch: SimulatedSwitch, servers: dict[str, Any]
) -> None:
    """The conversation goes on at the switch and is adopted with its agent."""
    daemon = start(switch, **servers)
    daemon.wait_line("link_restored")
    caller = switch.call_in(dialled="8001")
    assert caller.wait_until(lambda leg: leg.bridged_to is not None, 10)
    daemon.wait_line("legs_bridged")
    daemon.process.send_signal(signal.SIGINT)
    until(lambda: daemon.page("readyz")[0] == 503, "draining")
    daemon.process.send_signal(signal.SIGINT)
    assert daemon.process.wait(10) == 0
    assert caller.bridged_to is not None
    again = start(switch, **servers)
    again.wait_line("self_healed", reason="adopted")
    caller.hang_up()
    (record,) = until(lambda: records_in(servers["postgres"]["url"]), "a record")
    assert (record["outcome"], record["is_adopted"]) == ("served", True)


def test_killed_while_a_caller_waits_and_started_again(
    start: Start, switch: SimulatedSwitch, tmp_path: Path
) -> None:
    """The caller hears music throughout, keeps the joining time, and has one record."""
    switch.unregister("1001")
    daemon = start(switch)
    daemon.wait_line("link_restored")
    caller = switch.call_in(dialled="8001")
    joined = daemon.wait_line("caller_joined")
    assert caller.wait_until(lambda leg: leg.playing is not None, 10)
    children = daemon.children()
    daemon.process.kill()
    daemon.process.wait(10)
    until(lambda: not any(map(psutil.pid_exists, [c.pid for c in children])), "children gone")
    assert caller.playing == "local_stream://moh"
    again = start(switch)
    again.wait_line("self_healed", reason="adopted")
    switch.register("1001")
    assert caller.wait_until(lambda leg: leg.bridged_to is not None, 20)
    assert caller.heard.count("local_stream://moh") == 1
    caller.hang_up()
    (record,) = until(lambda: records(tmp_path), "a record")
    assert record["is_adopted"]
    assert record["arrived_at"].isoformat() < joined["timestamp"]
    assert record["wait_seconds"] > 1


def test_the_demonstration_shows_calls_within_thirty_seconds(tmp_path: Path) -> None:
    """Without a configuration: arriving, waiting, picked up and recorded, and nothing is left. That
    there is no file is said to who has it read again, and in the log.
    """
    daemon = Daemon(tmp_path, "--data-directory", str(tmp_path / "data"), "--http-port", "0")
    try:
        daemon.wait_line("callcore_runs")
        refused = operate(tmp_path, "reload")
        assert refused.exit_code == 1
        assert "there is no file to read" in refused.stderr
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_line("configuration_refused", by="SIGHUP")
        for event in ("call_arrived", "caller_joined", "legs_bridged", "call_ended"):
            daemon.wait_line(event)
        children = daemon.children()
        assert daemon.stop(signal.SIGINT) == 0
        assert [child for child in children if child.is_running()] == []
    finally:
        daemon.end()
    again = Daemon(tmp_path, "--data-directory", str(tmp_path / "data"), "--http-port", "0")
    try:
        again.wait_line("call_arrived")
        before, after = (
            {line["call_id"] for line in one.lines("call_arrived")} for one in (daemon, again)
        )
        assert before.isdisjoint(after), "the second run's calls would be taken for the first's"
    finally:
        again.end()
