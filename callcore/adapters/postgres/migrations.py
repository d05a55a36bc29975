"""Brings the database to the schema this version needs: numbered files of plain SQL, in order.

All that is missing is applied in one transaction under an advisory lock, so that several workers
may start at once and a failure leaves nothing half done. Each applied file is remembered with a
checksum: a file that was changed afterwards, and a database newer than this code, are refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import resources
from typing import Any, Final

import psycopg
from psycopg import errors

from callcore.adapters.postgres import deadlines, pool
from callcore.runtime import time_limits

LOCK_ID: Final = 0x63616C6C636F7265
"""The advisory lock's number: "callcore" in ASCII."""

MINIMUM_SERVER: Final = 140_000
"""PostgreSQL 14: the first with ``date_bin`` and SQL-standard function bodies."""

Remarked = Callable[[str], None]
"""Told one line about a step."""

_FILE_NAME = re.compile(r"(\d{4})_([a-z0-9_]+)\.sql")


class MigrationError(Exception):
    """The schema was not brought up to date; nothing was changed."""


class SchemaError(MigrationError):
    """The database was reached, and its schema is not one for this version."""


class MigrationChangedError(SchemaError):
    """A migration differs from the one that was applied."""


class DatabaseNewerError(SchemaError):
    """The database has migrations this version does not know."""


class DatabaseOlderError(SchemaError):
    """The database lacks migrations this version needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One step of the schema."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """What tells a changed file from the one that was applied."""
        return hashlib.sha256(self.sql.encode()).hexdigest()

    def __str__(self) -> str:
        return f"{self.number:04d}_{self.name}"


def _unheard(_: str) -> None:
    """Nobody listens."""


def bundled() -> tuple[Migration, ...]:
    """The migrations of this version, numbered from 1 without a gap."""
    folder = resources.files(__package__).joinpath("migrations")
    found = []
    for file in folder.iterdir():
        match = _FILE_NAME.fullmatch(file.name)
        if match is not None:
            sql = file.read_text(encoding="utf-8")
            found.append(Migration(number=int(match[1]), name=match[2], sql=sql))
    return tuple(sorted(found, key=lambda migration: migration.number))


def migrate(
    url: str,
    migrations: Sequence[Migration] | None = None,
    *,
    password: str | None = None,
    deadline_seconds: float = 300.0,
    told: Remarked = _unheard,
) -> tuple[Migration, ...]:
    """Applies what the database lacks and returns it.

    Waits for another process that is doing the same; ``told`` hears what a step could do in part
    only. Raises a ``MigrationError`` in one line.
    """
    steps = bundled() if migrations is None else tuple(migrations)
    options = pool.connect_options(url, password, deadline_seconds)
    address = pool.address_of(url)
    return _run(options, address, steps, deadline_seconds, is_applying=True, told=told)


def check(
    url: str,
    migrations: Sequence[Migration] | None = None,
    *,
    password: str | None = None,
    deadline_seconds: float = 10.0,
) -> None:
    """Raises a ``MigrationError`` unless the database's schema is that of this version."""
    steps = bundled() if migrations is None else tuple(migrations)
    options = pool.connect_options(url, password, deadline_seconds)
    _run(options, pool.address_of(url), steps, deadline_seconds, is_applying=False)


def _run(
    options: dict[str, Any],
    address: str,
    steps: tuple[Migration, ...],
    deadline_seconds: float,
    *,
    is_applying: bool,
    told: Remarked = _unheard,
) -> tuple[Migration, ...]:
    pool.require_cooperative_driver()
    try:
        with (
            time_limits.within(deadline_seconds + pool.GRACE_SECONDS),
            psycopg.connect(**options) as connection,
            deadlines.cut_after(deadline_seconds, connection),
        ):
            connection.add_notice_handler(partial(_hear, told))
            missing = _missing(connection, steps, address)
            if is_applying:
                _apply(connection, missing, address)
            elif missing:
                message = (
                    f"the database {address} lacks migration {missing[0]}: run `callcore migrate`"
                )
                raise DatabaseOlderError(message)
            return missing
    except psycopg.Error as error:
        raise MigrationError(pool.describe(address, error)) from error
    except time_limits.TimeIsUpError as timeout:
        message = f"Postgres at {address} did not answer in time: look for locks and load"
        raise MigrationError(message) from timeout


def _missing(
    connection: psycopg.Connection, steps: tuple[Migration, ...], address: str
) -> tuple[Migration, ...]:
    if connection.info.server_version < MINIMUM_SERVER:
        message = f"Postgres at {address} is too old: callcore needs version 14 or newer"
        raise MigrationError(message)
    connection.execute("select pg_advisory_xact_lock(%s)", [LOCK_ID])
    applied = _applied(connection)
    known = {step.number: step for step in steps}
    for number, (name, checksum) in sorted(applied.items()):
        step = known.get(number)
        if step is None:
            message = (
                f"the database {address} has migration {number:04d}_{name}, which this version "
                "of callcore does not know: install the version that applied it, or a newer one"
            )
            raise DatabaseNewerError(message)
        if step.checksum != checksum:
            message = (
                f"migration {step} was changed after it had been applied to {address}: restore "
                "the file and put the change into a new one"
            )
            raise MigrationChangedError(message)
    return tuple(step for step in steps if step.number not in applied)


def _applied(connection: psycopg.Connection) -> dict[int, tuple[str, str]]:
    found = connection.execute("select to_regclass('callcore.migrations') is not null").fetchone()
    if found is None or not found[0]:
        return {}
    rows = connection.execute("select number, name, checksum from callcore.migrations").fetchall()
    return {number: (name, checksum) for number, name, checksum in rows}


def _apply(connection: psycopg.Connection, missing: tuple[Migration, ...], address: str) -> None:
    if not missing:
        return
    try:
        _prepare(connection)
    except errors.InsufficientPrivilege as error:
        raise _not_the_owner(missing[0], address) from error
    for step in missing:
        try:
            connection.execute(step.sql.encode())
        except errors.InsufficientPrivilege as error:
            raise _not_the_owner(step, address) from error
        except (errors.ProgrammingError, errors.DataError, errors.IntegrityError) as error:
            message = f"migration {step} failed on {address}: {error.diag.message_primary}"
            raise MigrationError(message) from error
        connection.execute(
            "insert into callcore.migrations (number, name, checksum) values (%s, %s, %s)",
            [step.number, step.name, step.checksum],
        )


def _not_the_owner(step: Migration, address: str) -> DatabaseOlderError:
    return DatabaseOlderError(
        f"the database {address} lacks migration {step}, and this user may not apply it: run "
        "`callcore migrate` as the owner of the schema (postgres.owner_url)"
    )


def _hear(told: Remarked, notice: psycopg.errors.Diagnostic) -> None:
    if notice.severity_nonlocalized == "WARNING" and notice.message_primary:
        told(notice.message_primary)


def _prepare(connection: psycopg.Connection) -> None:
    # "create schema if not exists" asks for the right to create even where the schema exists.
    found = connection.execute("select to_regnamespace('callcore') is not null").fetchone()
    if found is None or not found[0]:
        connection.execute("create schema callcore")
        connection.execute("comment on schema callcore is 'The history of callcore''s calls.'")
    connection.execute(
        """
        create table if not exists callcore.migrations (
            number integer primary key,
            name text not null,
            checksum text not null,
            applied_at timestamptz not null default now()
        );
        comment on table callcore.migrations is 'The steps of the schema that were applied.';
        """
    )
