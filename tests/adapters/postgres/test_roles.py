"""The roles of the schema: each may do what it is for, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import psycopg
import pytest
from psycopg import errors, sql

from callcore.adapters.postgres import call_records, migrations, pool, rows, timelines
from callcore.adapters.postgres.call_history import PostgresCallHistory
from tests.adapters.postgres.reading import rows_of
from tests.adapters.postgres.samples import served_call

ROLES = ("callcore_writer", "callcore_reader", "callcore_keeper")
VIEWS = (
    "select relname from pg_class where relnamespace = 'callcore'::regnamespace and relkind = 'v'"
)
TABLES = VIEWS.replace("'v'", "'r'")


def as_role(url: str, role: str) -> str:
    """The same database, as somebody who is nothing else."""
    return f"{url}{'&' if '?' in url else '?'}options={quote(f'-c role={role}')}"


def forbidden(url: str, statement: str) -> bool:
    """True if that role may not do it."""
    with psycopg.connect(url) as connection:
        try:
            connection.execute(statement.encode())
        except errors.InsufficientPrivilege:
            return True
        connection.rollback()
    return False


def test_the_writer_runs_the_daemon(history_url: str) -> None:
    """It finds the schema up to date, writes records and timelines, and reads calls back."""
    url = as_role(history_url, "callcore_writer")
    assert migrations.migrate(url) == ()
    record = served_call()
    with pool.PostgresPool(url) as connections:
        history = call_records.PostgresCallRecords(connections)
        assert [history.write([record]), history.write([record])] == [1, 0]
        assert PostgresCallHistory(connections).story(record.call_id) is not None
        assert list(timelines.PostgresTimelines(connections, "main").of("1001", 5)) == []  # type: ignore[arg-type]  # an id of no one


def test_the_writer_changes_nothing(history_url: str) -> None:
    """What is written stays as it is, but for a record that a better one replaces."""
    url = as_role(history_url, "callcore_writer")
    for statement in (
        "update callcore.call_records set caller_number = ''",
        "delete from callcore.queue_visits",
        "truncate callcore.call_records",
        "insert into callcore.audit (site, actor, action, subject, counts)"
        " values ('', '', 'forget', '', '{}')",
        "select * from callcore.audit",
        "drop table callcore.offers",
        "create table callcore.mine ()",
        "insert into callcore.migrations values (99, '', '')",
        "select callcore.grant_rights()",
    ):
        assert forbidden(url, statement), statement


def test_the_reader_sees_every_view_and_no_number(history_url: str) -> None:
    """Reports, and neither tables nor changes."""
    with pool.PostgresPool(history_url) as connections:
        record = served_call()
        call_records.PostgresCallRecords(connections).write([record])
    url = as_role(history_url, "callcore_reader")
    views = [name for (name,) in rows_of(history_url, VIEWS)]
    assert len(views) > 10
    with psycopg.connect(url) as connection:
        for view in views:
            shown = str(
                connection.execute(
                    sql.SQL("select * from callcore.{}").format(sql.Identifier(view))
                ).fetchall()
            )
            assert record.caller_number not in shown, view
            assert record.caller_name not in shown, view
    for (table,) in rows_of(history_url, TABLES):
        if table != "migrations":
            assert forbidden(url, f"select * from callcore.{table}"), table
        assert forbidden(url, f"delete from callcore.{table}"), table


def test_the_keeper_takes_away_and_makes_nobodys(history_url: str) -> None:
    """It deletes rows, empties what names people and notes it; it invents and alters nothing."""
    url = as_role(history_url, "callcore_keeper")
    allowed = [f"delete from callcore.{table.name}" for table in rows.TABLES]
    for statement in (
        *allowed,
        "delete from callcore.agent_changes",
        "update callcore.call_records set caller_number = '', caller_name = '', account = '',"
        " forgotten_at = now()",
        "update callcore.callback_askings set number = ''",
        "insert into callcore.audit (site, actor, action, subject, counts)"
        " values ('', '', 'forget', '', '{}')",
        "select * from callcore.audit",
    ):
        assert not forbidden(url, statement), statement
    for statement in (
        "update callcore.call_records set outcome = 'served'",
        "update callcore.call_records set talk_seconds = 0",
        "insert into callcore.digit_presses values ('c', 1, now(), '1')",
        "update callcore.audit set subject = ''",
        "delete from callcore.audit",
        "truncate callcore.audit",
        "drop table callcore.offers",
    ):
        assert forbidden(url, statement), statement


def test_every_table_of_records_has_its_rights(history_url: str) -> None:
    """Those of later versions too: a migration that adds a table grants the rights on it."""
    for table in rows.TABLES:
        for role, right in (("writer", "insert"), ("keeper", "delete")):
            [(has,)] = rows_of(
                history_url,
                f"select has_table_privilege('callcore_{role}', 'callcore.{table.name}',"
                f" '{right}')",
            )
            assert has, (table.name, role)
    for (view,) in rows_of(history_url, VIEWS):
        [(has,)] = rows_of(
            history_url,
            f"select has_table_privilege('callcore_reader', 'callcore.{view}', 'select')",
        )
        assert has, view


@contextmanager
def _without_roles(url: str) -> Iterator[None]:
    """A cluster in which nobody has made them."""
    with psycopg.connect(url, autocommit=True) as connection:
        there = [
            name
            for (name,) in connection.execute(
                "select rolname from pg_roles where rolname = any(%s)", [list(ROLES)]
            )
        ]
        for role in there:
            connection.execute(f"alter role {role} rename to away_{role}".encode())
        try:
            yield
        finally:
            for role in there:
                connection.execute(f"alter role away_{role} rename to {role}".encode())


def test_an_owner_who_may_not_make_roles_goes_on_without(database_url: str) -> None:
    """The schema is complete, one line tells what is missing; the rights come when asked for."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("create role small_owner nologin")
        name = connection.info.dbname
        connection.execute(f"grant create on database {name} to small_owner".encode())
    told: list[str] = []
    with _without_roles(database_url):
        small = as_role(database_url, "small_owner")
        assert migrations.migrate(small, told=told.append) == migrations.bundled()
        [line] = told
        assert "callcore_writer, callcore_reader, callcore_keeper are missing" in line
        assert "\n" not in line
        with psycopg.connect(database_url) as connection:
            for role in ROLES:
                connection.execute(f"create role {role} nologin".encode())
            assert connection.execute("select callcore.grant_rights()").fetchone() == ("",)
            connection.execute("set role callcore_writer")
            connection.execute("select * from callcore.call_records")
            connection.rollback()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("drop owned by small_owner cascade")
        connection.execute("drop role small_owner")


def test_whoever_may_not_migrate_is_told_who_may(database_url: str) -> None:
    """A daemon with a writer's rights on an older schema."""
    steps = migrations.bundled()
    migrations.migrate(database_url, steps[:8])
    with pytest.raises(migrations.DatabaseOlderError, match="run `callcore migrate` as the owner"):
        migrations.migrate(as_role(database_url, "callcore_writer"), steps)
