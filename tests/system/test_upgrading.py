"""Another version over the data of this one: what an upgrade keeps, what the way back does."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from psycopg import sql

from callcore.adapters.postgres import migrations
from callcore.adapters.postgres.call_records import PostgresCallRecords
from callcore.adapters.postgres.pool import PostgresPool
from callcore.adapters.postgres.timelines import PostgresTimelines
from callcore.cli.root import callcore
from callcore.switchsim.switch import SimulatedSwitch
from tests.adapters.postgres.agent_stories import TWO_DAYS
from tests.adapters.postgres.samples import abandoned_call, after, kept_callback, served_call
from tests.system.conftest import Start
from tests.system.daemon import records_in, until

Rows = Mapping[str, list[str]]
"""The rows of each table as text, in an order of their own."""

LATER = "insert into callcore.migrations (number, name, checksum) values (9999, 'of_tomorrow', 'x')"


def tables(url: str) -> dict[str, list[str]]:
    """The columns of each table but that of the migrations."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "select table_name, column_name from information_schema.columns"
            " join information_schema.tables using (table_schema, table_name)"
            " where table_schema = 'callcore' and table_type = 'BASE TABLE'"
            " and table_name <> 'migrations' and is_generated = 'NEVER'"
            " order by table_name, ordinal_position"
        ).fetchall()
    columns: dict[str, list[str]] = {}
    for table, column in found:
        columns.setdefault(table, []).append(column)
    return columns


def copying(table: str, columns: list[str], how: str) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("copy {} ({}) {}").format(sql.Identifier("callcore", table), names, sql.SQL(how))


def rows(url: str, columns: Mapping[str, list[str]]) -> Rows:
    """What is in those columns."""
    found = {}
    with psycopg.connect(url) as connection:
        for table, names in columns.items():
            with connection.cursor().copy(copying(table, names, "to stdout")) as copy:
                text = b"".join(bytes(block) for block in copy)
            found[table] = sorted(text.decode().splitlines())
    return found


def fill(url: str, content: Rows, columns: Mapping[str, list[str]]) -> None:
    """Puts rows into tables, whichever refers to which."""
    with psycopg.connect(url) as connection:
        connection.execute("set session_replication_role = replica")
        for table, lines in content.items():
            with connection.cursor().copy(copying(table, columns[table], "from stdin")) as copy:
                copy.write("".join(f"{line}\n" for line in lines))


@pytest.fixture
def calls(history_url: str) -> int:
    """A history as this version writes it: how many calls it has."""
    records = [
        served_call(),
        abandoned_call(waited_seconds=40.0, start=after(60)),
        kept_callback(start=after(120)),
    ]
    with PostgresPool(history_url) as pool:
        PostgresCallRecords(pool).write(records)
        PostgresTimelines(pool, "warsaw").write(TWO_DAYS)
    return len(records)


def run(*words: str) -> Any:
    result = CliRunner().invoke(callcore, words)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def config(database_url: str, tmp_path: Path) -> Path:
    """Settings of a site with that database."""
    file = tmp_path / "callcore.yaml"
    file.write_text(
        f"site: warsaw\npostgres: {{url: {json.dumps(database_url)}}}\n"
        "queues: {support: {}}\nagents: {}\n"
    )
    return file


def test_an_upgrade_keeps_every_row(
    history_url: str, database_url: str, calls: int, config: Path
) -> None:
    """From the migration before the last one, by `callcore migrate`: what was in each column is
    there afterwards, and every call can be read.
    """
    migrations.migrate(database_url, migrations.bundled()[:-1])
    columns = tables(database_url)
    fill(database_url, rows(history_url, columns), columns)
    before = rows(database_url, columns)
    assert sum(map(len, before.values())) > calls
    done = run("migrate", "--config", str(config), "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["applied"] == [str(migrations.bundled()[-1])]
    assert rows(database_url, columns) == before
    told = run(
        "records", "export", "--config", str(config), "--format", "jsonl", "--since", "2026-09-01"
    )
    assert told.exit_code == 0, told.output
    found = [json.loads(line) for line in io.StringIO(told.stdout)]
    assert len(found) == calls
    assert all(one["queue_visits"] for one in found)


def test_an_older_version_says_in_a_line_what_it_met(database_url: str, config: Path) -> None:
    """And what to do, and changes nothing."""
    migrations.migrate(database_url)
    with psycopg.connect(database_url) as connection:
        connection.execute(LATER)
    result = run("migrate", "--config", str(config))
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert "has migration 9999_of_tomorrow, which this version of callcore does not know" in line
    assert "install the version that applied it" in line


def test_an_older_version_takes_calls_and_keeps_their_records(
    start: Start, switch: SimulatedSwitch, servers: dict[str, Any]
) -> None:
    """It writes nothing to a database it does not know; when it is back to one it knows, everything
    is written.
    """
    url = servers["postgres"]["url"]
    with psycopg.connect(url) as connection:
        connection.execute(LATER)
    daemon = start(switch, **servers)
    line = daemon.wait_line("waiting_for_postgres")
    assert "9999_of_tomorrow" in line["reason"]
    assert "9999_of_tomorrow" in json.loads(daemon.page("readyz")[1])["parts"]["postgres"]
    call = switch.call_in(dialled="8001")
    assert call.wait_until(lambda leg: leg.bridged_to is not None, 20)
    call.hang_up()
    until(lambda: daemon.metric("callcore_records_pending") == 1, "a record that waits")
    assert daemon.metric('callcore_store_faults_total{reason="unfit",store="postgres"}') >= 1
    assert records_in(url) == []
    with psycopg.connect(url) as connection:  # as a dump of before the upgrade would be
        connection.execute("delete from callcore.migrations where number = 9999")
    until(lambda: len(records_in(url)) == 1, "the record")
