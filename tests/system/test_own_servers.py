"""callcore on servers that are the operator's, not its own."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest
import redis
from psycopg.rows import dict_row

from callcore.switchsim.switch import SimulatedSwitch
from tests.system.conftest import Start
from tests.system.daemon import until

pytestmark = pytest.mark.timeout(120)


def test_a_call_on_the_operators_redis_and_postgres(
    start: Start, switch: SimulatedSwitch, valkey_url: str, database_url: str, tmp_path: Path
) -> None:
    """The schema is made, the record is written there, no server is started, none is stopped."""
    daemon = start(switch, redis={"url": valkey_url}, postgres={"url": database_url})
    daemon.wait_line("link_restored")
    assert daemon.children() == []
    caller = switch.call_in(dialled="8001")
    assert caller.wait_until(lambda leg: leg.bridged_to is not None, 10)
    caller.hang_up()
    daemon.wait_line("records_written")
    assert daemon.stop() == 0
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        (record,) = connection.execute("SELECT * FROM callcore.call_records").fetchall()
    assert (str(record["call_id"]), record["outcome"]) == (caller.leg_id, "served")
    with redis.Redis.from_url(valkey_url) as client:
        assert client.ping()
        assert until(lambda: client.keys("callcore:{system}:*"), "the floor's keys")
    own = {found.name for found in (tmp_path / "data").glob("*")}
    assert own <= {"control", "instances", "spool"}
