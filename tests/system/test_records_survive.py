"""No call is without its record: not with Redis gone and callcore killed, nor with no callcore."""

from __future__ import annotations

import signal
import time
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from callcore.adapters.cdr_files import directory
from callcore.adapters.cdr_files.directory import Afterwards, CdrDirectories
from callcore.adapters.postgres import migrations
from callcore.adapters.postgres.call_records import PostgresCallRecords
from callcore.adapters.postgres.pool import PostgresPool
from callcore.flows import record_sweeping
from callcore.flows.record_sweeping import RecordSweeping
from callcore.runtime.clock import SystemClock
from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.switch import SimulatedSwitch
from tests.adapters.postgres.samples import served_call
from tests.adapters.redisdb import servers
from tests.fakes.switch import NODE
from tests.flows.floor import TestFloor
from tests.system.conftest import Start
from tests.system.daemon import PASSWORD, until

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def redis_port() -> int:
    """Where the operator's Redis is, or would be."""
    return servers.free_port()


def on_port(port: int) -> AbstractContextManager[str]:
    """A Redis there, without files."""
    executable = servers.program("valkey")
    assert executable is not None
    return servers.running(executable, "--port", str(port), is_killed=True)


def recorded(url: str) -> list[tuple[str, str]]:
    """Each call's id and from what its record was made."""
    with psycopg.connect(url) as connection:
        return connection.execute("select call_id, source from callcore.call_records").fetchall()


def test_a_record_survives_redis_and_callcore_together(
    start: Start, switch: SimulatedSwitch, redis_port: int, database_url: str, tmp_path: Path
) -> None:
    """Redis dies for good while callers talk and wait; they hang up; callcore is killed. A new
    Redis knows nothing: their records come from the disk, each once, and nothing stays there.
    """
    parts = {
        "redis": {"url": f"redis://127.0.0.1:{redis_port}/0"},
        "postgres": {"url": "postgresql://callcore@127.0.0.1:1/nowhere"},
    }
    with on_port(redis_port):
        daemon = start(switch, **parts)
        daemon.wait_line("link_restored")
        talking = switch.call_in(dialled="8001")
        assert talking.wait_until(lambda leg: leg.bridged_to is not None, 10)
        waiting = switch.call_in(dialled="8001")
        daemon.wait_line("caller_joined", call_id=waiting.leg_id)
    for caller in (talking, waiting):
        caller.hang_up()
        daemon.wait_line("call_ended", call_id=caller.leg_id)
    spool = tmp_path / "data" / "spool"
    until(lambda: list(spool.glob("*.spool")), "a file of the spool")
    daemon.stop(signal.SIGKILL)
    with on_port(redis_port):
        daemon = start(switch, **(parts | {"postgres": {"url": database_url}}))
        daemon.wait_line("records_written")
        until(lambda: not list(spool.glob("*.spool")), "an empty spool")
        expected = sorted((caller.leg_id, "followed") for caller in (talking, waiting))
        assert sorted(recorded(database_url)) == expected
        assert daemon.stop() == 0


def test_a_call_that_met_no_callcore_has_a_record(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made from the file the switch left; the call's own, should there be one, takes its place."""
    monkeypatch.setattr(directory, "COMPLETE_SECONDS", 0.0)
    monkeypatch.setattr(record_sweeping, "GRACE_SECONDS", 0.0)
    cdr = tmp_path / "cdr"
    cdr.mkdir()
    switch = SimulatedSwitch(
        SwitchSettings(
            password=PASSWORD,
            domain="demo",
            dialplan=Dialplan(queues={"8001": "support"}),
            detail_record_directory=cdr,
        )
    )
    switch.start()
    caller = switch.call_in(dialled="8001")
    assert caller.wait_until(lambda leg: leg.is_parked, 10)
    caller.hang_up()
    until(lambda: list(cdr.glob("*.json")), "the switch's record")
    switch.stop()
    migrations.migrate(database_url)
    floor = TestFloor()
    details = CdrDirectories({NODE: cdr}, tmp_path / "lock", time.time, afterwards=Afterwards.MOVE)
    with PostgresPool(database_url) as pool:
        history = PostgresCallRecords(pool)
        site = replace(floor.site, clock=SystemClock())
        sweeping = RecordSweeping(site, details, history)
        sweeping.look()
        sweeping.look()
        assert recorded(database_url) == [(caller.leg_id, "switch")]
        assert list(cdr.glob("*.json")) == []
        history.write([served_call(caller.leg_id)])
        assert recorded(database_url) == [(caller.leg_id, "followed")]
    details.close()
