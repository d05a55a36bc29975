"""Whatever happens to Postgres, what waited is in it afterwards: in order, each record once."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import gevent
import psycopg
import pytest
from psycopg import conninfo

from callcore import embedded
from callcore.adapters.postgres import migrations
from callcore.adapters.postgres.call_records import PostgresCallRecords
from callcore.adapters.postgres.pool import PostgresPool
from callcore.domain.events import StoreFailed
from callcore.embedded import RunningServer
from callcore.flows import history_writing
from callcore.flows.record_writing import RecordWriting
from callcore.runtime.clock import SystemClock
from callcore.runtime.greenlets import spawn
from tests.adapters.postgres.samples import after, served_call
from tests.adapters.postgres.stalling_proxy import StallingProxy
from tests.flows.floor import TestFloor

TINY = "size=8m"
"""Room for the tables of some thousand calls."""


class Centre:
    """Calls end, and a worker writes their records, to a server behind a proxy."""

    def __init__(self, server: RunningServer, proxy: StallingProxy) -> None:
        self.server = server
        self.proxy = proxy
        self.floor = TestFloor()
        self.pending = self.floor.store.pending_records
        url = conninfo.make_conninfo(
            server.url, host="127.0.0.1", port=proxy.port, sslmode="disable", gssencmode="disable"
        )
        self._pool = PostgresPool(url, connect_timeout_seconds=1, deadline_seconds=0.5)
        site = replace(self.floor.site, clock=SystemClock())
        writing = RecordWriting(site, self.pending, PostgresCallRecords(self._pool))
        self._pool.open()
        self._greenlet = spawn("writing", writing.run)
        self._ended_count = 0

    def end_calls(self, count: int) -> None:
        """So many, one after another."""
        for _ in range(count):
            call = served_call(f"call-{self._ended_count:05}", start=after(self._ended_count))
            self.pending.append(call)
            self._ended_count += 1
            gevent.sleep(0.001)

    def wait_until_written(self) -> None:
        """Until nothing waits any more."""
        with gevent.Timeout(30):
            while self.pending.count():
                gevent.sleep(0.02)

    def wait_until_told(self) -> None:
        """Until it is known that Postgres fails."""
        with gevent.Timeout(20):
            while not self.floor.told(StoreFailed):
                gevent.sleep(0.02)

    def check(self) -> None:
        """All are there once, with their lists, and came there in the order of their ends."""
        with psycopg.connect(self.server.url) as connection:
            rows = connection.execute(
                "select call_id, (select count(*) from callcore.offers where offers.call_id ="
                " call_records.call_id) from callcore.call_records order by written_at, call_id"
            ).fetchall()
        assert [call_id for call_id, _ in rows] == [
            f"call-{number:05}" for number in range(self._ended_count)
        ]
        assert {offers_count for _, offers_count in rows} == {2}

    def end(self) -> None:
        """The worker stops."""
        self._greenlet.kill()
        self._pool.close()


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    """A Postgres that may be killed."""
    with (
        tempfile.TemporaryDirectory(prefix="callcore-tests-") as directory,
        embedded.start_postgres(Path(directory)) as server,
    ):
        yield server


@pytest.fixture
def centre(server: RunningServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centre]:
    """An empty history, and a worker in a hurry."""
    monkeypatch.setattr(history_writing, "BATCH", 20)
    monkeypatch.setattr(history_writing, "WAIT_SECONDS", 0.05)
    monkeypatch.setattr(history_writing, "GATHER_SECONDS", 0.01)
    monkeypatch.setattr(history_writing, "FIRST_RETRY_SECONDS", 0.05)
    monkeypatch.setattr(history_writing, "LONGEST_RETRY_SECONDS", 0.2)
    with psycopg.connect(server.url, autocommit=True) as admin:
        admin.execute("drop schema if exists callcore cascade")
    migrations.migrate(server.url)
    with StallingProxy(conninfo.conninfo_to_dict(server.url)) as proxy:
        centre = Centre(server, proxy)
        yield centre
        centre.end()


@contextmanager
def administering(server: RunningServer) -> Iterator[psycopg.Connection]:
    """As whoever runs the server."""
    with psycopg.connect(server.url, autocommit=True) as admin:
        yield admin


@contextmanager
def killed(centre: Centre) -> Iterator[None]:
    """The server dies without a word, with a batch half written, and is started again."""
    os.kill(centre.server.pid, signal.SIGKILL)
    centre.server.wait()
    yield
    centre.server.restart()


@contextmanager
def stalled(centre: Centre) -> Iterator[None]:
    """It accepts, and never answers."""
    centre.proxy.stall()
    yield
    centre.proxy.resume()


@contextmanager
def read_only(centre: Centre) -> Iterator[None]:
    """It has become a standby, or somebody made it one; existing connections feel it too."""
    with administering(centre.server) as admin:
        admin.execute("alter system set default_transaction_read_only = on")
        admin.execute("select pg_reload_conf()")
        yield
        admin.execute("set default_transaction_read_only = off")
        admin.execute("alter system reset default_transaction_read_only")
        admin.execute("select pg_reload_conf()")


@contextmanager
def locked(centre: Centre) -> Iterator[None]:
    """A report, or a person, holds the table for longer than a statement may take."""
    with psycopg.connect(centre.server.url) as other:
        other.execute("lock table callcore.call_records")
        yield


@contextmanager
def disconnecting(centre: Centre) -> Iterator[None]:
    """Somebody ends every connection again and again."""

    def end_them() -> None:
        with administering(centre.server) as admin:
            while True:
                admin.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where application_name = 'callcore'"
                )
                gevent.sleep(0.005)

    ending = gevent.spawn(end_them)
    yield
    ending.kill()


@pytest.mark.parametrize("outage", [killed, stalled, read_only, locked, disconnecting])
def test_an_outage_costs_no_record_and_doubles_none(
    centre: Centre, outage: Callable[[Centre], Any]
) -> None:
    """Calls end before, in it and afterwards; it is told of."""
    ending = gevent.spawn(centre.end_calls, 300)
    gevent.sleep(0.05)
    with outage(centre):
        centre.wait_until_told()
    ending.join()
    centre.end_calls(30)
    centre.wait_until_written()
    centre.check()
    assert {fact.store for fact in centre.floor.told(StoreFailed)} == {"postgres"}


def test_a_server_killed_again_and_again(centre: Centre) -> None:
    """Each time in the middle of something."""
    ending = gevent.spawn(centre.end_calls, 400)
    for _ in range(3):
        gevent.sleep(0.05)
        with killed(centre):
            pass
    ending.join()
    centre.wait_until_written()
    centre.check()


@pytest.fixture
def tiny_disk() -> Iterator[Path]:
    """A file system with little room, where this machine lets us make one."""
    with tempfile.TemporaryDirectory(prefix="callcore-tests-") as name:
        options = ["-t", "tmpfs", "-o", TINY, "none", name]
        if os.geteuid() != 0 or subprocess.run(["mount", *options], check=False).returncode != 0:
            pytest.skip("mounting a file system needs root, and a kernel that lets it")
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "-l", name], check=True)


def test_a_full_disk_costs_no_record(centre: Centre, tiny_disk: Path) -> None:
    """The server's disk fills up in the middle; it is told with what to do, and goes on with
    room.
    """
    place = tiny_disk / "tables"
    place.mkdir(mode=0o700)
    data = Path(str(conninfo.conninfo_to_dict(centre.server.url)["host"])).stat()
    os.chown(place, data.st_uid, data.st_gid)
    ballast = tiny_disk / "ballast"
    ballast.write_bytes(b"x" * 6_000_000)
    with administering(centre.server) as admin:
        admin.execute(f"create tablespace tiny location '{place}'")
        for table in ("call_records", "offers", "decisions"):
            admin.execute(f"alter table callcore.{table} set tablespace tiny")
        filling = gevent.spawn(centre.end_calls, 6000)
        centre.wait_until_told()
        told = {fact.reason for fact in centre.floor.told(StoreFailed)}
        assert any("free space on the database's disk" in reason for reason in told), told
        filling.kill()
        ballast.unlink()
        centre.wait_until_written()
        centre.check()
        for table in ("call_records", "offers", "decisions"):
            admin.execute(f"alter table callcore.{table} set tablespace pg_default")
        admin.execute("drop tablespace tiny")
