"""The pool against a real Postgres that goes away, stalls or refuses."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import gevent
import psycopg
import pytest
from psycopg import conninfo

from callcore.adapters.postgres import call_records, pool
from callcore.ports.records import RecordsUnavailableError
from tests.adapters.postgres.samples import served_call
from tests.adapters.postgres.stalling_proxy import StallingProxy
from tests.waiting import try_until_done, wait_until


@pytest.fixture
def proxy(history_url):
    """Listens in front of the database, over TCP or its Unix socket."""
    with StallingProxy(conninfo.conninfo_to_dict(history_url)) as running:
        yield running


def through(proxy, url):
    parts = conninfo.conninfo_to_dict(url)
    return conninfo.make_conninfo(
        **(
            parts
            | {
                "host": "127.0.0.1",
                "port": proxy.port,
                "sslmode": "disable",
                "gssencmode": "disable",
            }
        )
    )


def test_a_link_that_stalls_in_mid_write_ends_in_time(history_url, proxy):
    """A server that accepts and never answers again costs the deadline, not the worker."""
    with pool.PostgresPool(through(proxy, history_url), deadline_seconds=0.5) as connections:
        history = call_records.PostgresCallRecords(connections)
        assert history.write([served_call()]) == 1
        proxy.stall()
        began = time.monotonic()
        with pytest.raises(RecordsUnavailableError, match=f"127.0.0.1:{proxy.port}"):
            history.write([served_call() for _ in range(200)])
        assert time.monotonic() - began < 3


def stall_in_mid_transaction(connections, proxy, *, is_inside_copy):
    with connections.transaction() as connection:
        connection.execute("create temporary table t (a text)")
        if is_inside_copy:
            with connection.cursor() as cursor, cursor.copy("copy t from stdin") as copy:
                proxy.stall()
                for _ in range(1000):
                    copy.write_row(["x" * 1000])
                    gevent.sleep(0)
        else:
            proxy.stall()
            connection.execute("select 1")


@pytest.mark.parametrize("is_inside_copy", [True, False])
def test_a_stall_at_any_place_of_a_transaction_ends_in_time(history_url, proxy, is_inside_copy):
    """Ending an open COPY in good order over a dead link must not hang either."""
    with pool.PostgresPool(through(proxy, history_url), deadline_seconds=0.5) as connections:
        connections.ping()
        began = time.monotonic()
        with pytest.raises(RecordsUnavailableError):
            stall_in_mid_transaction(connections, proxy, is_inside_copy=is_inside_copy)
        assert time.monotonic() - began < 3


def test_a_server_that_is_silent_at_connect_ends_in_time(history_url, proxy):
    """The connection timeout holds, and others run meanwhile."""
    proxy.stall()
    ticks = 0

    def tick():
        nonlocal ticks
        while True:
            gevent.sleep(0.01)
            ticks += 1

    ticker = gevent.spawn(tick)
    with pool.PostgresPool(
        through(proxy, history_url), connect_timeout_seconds=1, deadline_seconds=0.5
    ) as connections:
        began = time.monotonic()
        with pytest.raises(RecordsUnavailableError):
            connections.ping()
        assert time.monotonic() - began < 4
    ticker.kill()
    assert ticks > 50


def test_the_pool_recovers_when_the_server_does(history_url, proxy):
    """After a stall the next write goes through a new connection."""
    with pool.PostgresPool(through(proxy, history_url), deadline_seconds=0.5) as connections:
        connections.ping()
        proxy.stall()
        with pytest.raises(RecordsUnavailableError):
            connections.ping()
        proxy.resume()
        try_until_done(connections.ping, RecordsUnavailableError)


class Heard:
    """What a pool tells of itself."""

    def __init__(self):
        self.seconds, self.faults, self.answers_count = [], [], 0

    def observe(self, script, seconds):
        assert script == "transaction"
        self.seconds.append(seconds)

    def fault(self, kind):
        self.faults.append(kind)

    def answered(self):
        self.answers_count += 1


def test_each_transaction_is_timed_and_each_failure_has_a_word(history_url, unused_port):
    """One that its own data is to blame for is an answer, and no failure of Postgres."""
    heard = Heard()
    with pool.PostgresPool(history_url, deadline_seconds=0.3, observer=heard) as connections:
        connections.ping()
        assert heard.faults == []
        for statement in ("select 1 / 0", "select pg_sleep(20)", "select from nowhere"):
            with (
                pytest.raises((RecordsUnavailableError, psycopg.DataError)),
                connections.transaction() as connection,
            ):
                connection.execute(statement)
    url = f"postgresql://127.0.0.1:{unused_port}/calls"
    dead = pool.PostgresPool(url, connect_timeout_seconds=1, observer=heard)
    with dead, pytest.raises(RecordsUnavailableError):
        dead.ping()
    assert heard.faults == ["timed_out", "unfit", "unreachable"]
    assert len(heard.seconds) == 5
    assert heard.answers_count == 2
    assert heard.seconds[2] > 0.29


def test_what_no_other_deadline_ends_has_its_word_too(history_url, monkeypatch):
    """A transaction that does nothing with its connection is over in time, and is told of."""
    monkeypatch.setattr(pool, "GRACE_SECONDS", 0.1)
    heard = Heard()
    with pool.PostgresPool(
        history_url, connect_timeout_seconds=1, deadline_seconds=0.1, observer=heard
    ) as connections:
        with pytest.raises(RecordsUnavailableError), connections.transaction():
            gevent.sleep(30)
        assert heard.faults == ["timed_out"]


def test_connections_that_the_server_ended_are_replaced(history_url):
    """A restart of the server costs one failed batch at most."""
    with pool.PostgresPool(history_url) as connections:
        connections.ping()
        with psycopg.connect(history_url, autocommit=True) as admin:
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        with pytest.raises(RecordsUnavailableError):
            connections.ping()
        connections.ping()


def test_connections_to_a_server_that_became_a_standby_are_replaced(history_url):
    """A failover moves the address: connections that are still open lead to the old primary."""
    with pool.PostgresPool(history_url, size=1) as connections:

        def backend():
            with connections.transaction() as connection:
                return connection.execute("select pg_backend_pid()").fetchone()

        before = backend()
        assert backend() == before
        reading = "set transaction read only; delete from callcore.call_records"
        with (
            pytest.raises(RecordsUnavailableError, match="at the primary server"),
            connections.transaction() as connection,
        ):
            connection.execute(reading)
        assert backend() != before


def test_a_statement_is_ended_by_the_server_as_well(history_url):
    """The server does not go on with work nobody waits for."""
    with (
        pool.PostgresPool(history_url, deadline_seconds=0.3) as connections,
        pytest.raises(RecordsUnavailableError),
        connections.transaction() as connection,
    ):
        connection.execute("select pg_sleep(20)")
    asleep = (
        "select count(*) from pg_stat_activity"
        " where query like '%%pg_sleep(20)%%' and state = 'active' and pid <> pg_backend_pid()"
    )
    with psycopg.connect(history_url) as admin:
        wait_until(lambda: admin.execute(asleep).fetchone() == (0,), 5)


def test_a_lock_is_told_apart_from_a_dead_link(history_url):
    """The server's own word for why it took too long reaches the operator."""
    with (
        psycopg.connect(history_url) as other,
        pool.PostgresPool(history_url, deadline_seconds=0.3) as connections,
    ):
        other.execute("lock table callcore.call_records")
        with (
            pytest.raises(RecordsUnavailableError, match="look for locks"),
            connections.transaction() as connection,
        ):
            connection.execute("select from callcore.call_records")


def test_a_dead_server_is_named_without_the_password(unused_port):
    """The line says where, why and what to do, and keeps the secret."""
    url = f"postgresql://ops:s3cret@127.0.0.1:{unused_port}/calls"
    with (
        pool.PostgresPool(url, connect_timeout_seconds=1) as connections,
        pytest.raises(RecordsUnavailableError) as caught,
    ):
        connections.ping()
    text = str(caught.value)
    assert f"127.0.0.1:{unused_port}/calls" in text
    assert "refused" in text
    assert "check that Postgres runs" in text
    assert "s3cret" not in text
    assert "\n" not in text


def test_a_missing_database_is_told_apart(history_url):
    """Postgres that runs without the database gets other advice than one that is down."""
    url = conninfo.make_conninfo(history_url, dbname="nowhere")
    with (
        pool.PostgresPool(url, connect_timeout_seconds=1) as connections,
        pytest.raises(RecordsUnavailableError, match="create the database"),
    ):
        connections.ping()


@pytest.mark.parametrize("url", ["postgres//ops:s3cret@h/x", "postgresql://ops:s3cret@[::1/x"])
def test_an_invalid_url_is_not_repeated(url):
    """A malformed URL may hold the password anywhere."""
    with pytest.raises(pool.PostgresUrlError) as caught:
        pool.PostgresPool(url)
    assert "s3cret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_password_given_apart_outweighs_the_urls():
    """The settings keep it out of the URL; no message shows it."""
    options = pool.connect_options("postgresql://ops:old@h:5433/calls", "s3cret", 2.5)
    assert options["password"] == "s3cret"
    assert (options["host"], options["port"], options["dbname"]) == ("h", "5433", "calls")
    assert pool.address_of("postgresql://ops:old@h:5433/calls") == "h:5433/calls"


def test_an_unpatched_driver_is_refused():
    """A driver imported before the patch would block every call; it is noticed at start."""
    program = (
        "import psycopg\n"
        "from gevent import monkey\n"
        "from callcore.adapters.postgres import pool\n"
        "try: pool.require_cooperative_driver()\n"
        "except pool.UncooperativeDriverError: print('refused')\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "PSYCOPG_WAIT_FUNC"}
    found = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
    )
    assert found.stdout.strip() == "refused"
