"""The daemon as its operator meets it: started, watched, killed, stopped."""

from __future__ import annotations

import signal
from pathlib import Path

import psutil
import pytest

from callcore.switchsim.switch import SimulatedSwitch
from tests.system.conftest import Start
from tests.system.daemon import Daemon, records, until

pytestmark = pytest.mark.timeout(120)


def test_a_call_from_arrival_to_record(
    start: Start, switch: SimulatedSwitch, tmp_path: Path
) -> None:
    """One caller, one agent, one row, and metrics that tell the story."""
    daemon = start(switch)
    daemon.wait_line("link_restored")
    caller = switch.call_in(dialled="8001", caller_name="Łucja\n\napi status")
    assert caller.wait_until(lambda leg: leg.bridged_to is not None, 10)
    assert caller.heard[0] == "local_stream://moh"
    caller.hang_up()
    (record,) = until(lambda: records(tmp_path), "a record")
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


def test_ctrl_c_drains_stops_everything_and_leaves_nothing(
    start: Start, switch: SimulatedSwitch
) -> None:
    """A call in progress ends first; the bundled servers end with callcore; the status is 0."""
    daemon = start(switch)
    daemon.wait_line("link_restored")
    caller = switch.call_in(dialled="8001")
    assert caller.wait_until(lambda leg: leg.bridged_to is not None, 10)
    children = daemon.children()
    daemon.process.send_signal(signal.SIGINT)
    until(lambda: daemon.page("readyz")[0] == 503, "not ready while draining")
    assert daemon.process.poll() is None
    caller.hang_up()
    assert daemon.process.wait(20) == 0
    assert [child for child in children if child.is_running()] == []


def test_a_second_ctrl_c_does_not_wait_and_the_next_start_goes_on(
    start: Start, switch: SimulatedSwitch, tmp_path: Path
) -> None:
    """The conversation goes on at the switch and is adopted with its agent."""
    daemon = start(switch)
    daemon.wait_line("link_restored")
    caller = switch.call_in(dialled="8001")
    assert caller.wait_until(lambda leg: leg.bridged_to is not None, 10)
    daemon.wait_line("legs_bridged")
    daemon.process.send_signal(signal.SIGINT)
    until(lambda: daemon.page("readyz")[0] == 503, "draining")
    daemon.process.send_signal(signal.SIGINT)
    assert daemon.process.wait(10) == 0
    assert caller.bridged_to is not None
    again = start(switch)
    again.wait_line("self_healed", reason="adopted")
    caller.hang_up()
    (record,) = until(lambda: records(tmp_path), "a record")
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


def test_a_bundled_server_that_is_killed_comes_back(start: Start, switch: SimulatedSwitch) -> None:
    """Valkey dies under a waiting caller: the call goes on as soon as it is back."""
    switch.unregister("1001")
    daemon = start(switch)
    daemon.wait_line("link_restored")
    caller = switch.call_in(dialled="8001")
    daemon.wait_line("caller_joined")
    (valkey,) = (child for child in daemon.children() if "valkey" in child.name())
    valkey.kill()
    daemon.wait_line("bundled_server_died", server="valkey")
    until(lambda: daemon.page("readyz")[0] == 200, "ready again")
    switch.register("1001")
    assert caller.wait_until(lambda leg: leg.bridged_to is not None, 30)


def test_the_demonstration_shows_calls_within_thirty_seconds(tmp_path: Path) -> None:
    """Without a configuration: arriving, waiting, picked up and recorded, and nothing is left."""
    daemon = Daemon(tmp_path, "--data-directory", str(tmp_path / "demo"), "--http-port", "0")
    try:
        for event in ("call_arrived", "caller_joined", "legs_bridged", "call_ended"):
            daemon.wait_line(event)
        children = daemon.children()
        assert daemon.stop(signal.SIGINT) == 0
        assert [child for child in children if child.is_running()] == []
    finally:
        daemon.end()
    again = Daemon(tmp_path, "--data-directory", str(tmp_path / "demo"), "--http-port", "0")
    try:
        again.wait_line("call_arrived")
        before, after = (
            {line["call_id"] for line in one.lines("call_arrived")} for one in (daemon, again)
        )
        assert before.isdisjoint(after), "the second run's calls would be taken for the first's"
    finally:
        again.end()
