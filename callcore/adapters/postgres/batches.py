"""Writing many rows by ``COPY``, in turns with others, and with what is refused set apart."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

import psycopg
from psycopg import errors, sql

from callcore.adapters.postgres.scalars import Row
from callcore.runtime import side_by_side
from callcore.runtime.turns import in_turns

BATCH_LIMIT = 250
"""Things a transaction: more gain little, and hold the event loop and locks for longer."""

_REJECTIONS = (errors.IntegrityError, errors.DataError, OverflowError)

T = TypeVar("T")
Refusal = tuple[T, str]
"""What was refused, and why."""


def write(
    things: Sequence[T], write_together: Callable[[Sequence[T]], int], *, at_once: int = 1
) -> tuple[int, list[Refusal[T]]]:
    """Writes all, ``BATCH_LIMIT`` a transaction: how many were new, and what was refused.

    ``write_together`` writes a batch or nothing, and returns how many were new. Of so many
    transactions at once one is put together here while Postgres works on another; when one fails,
    those that had begun are waited for.
    """
    refusals: list[Refusal[T]] = []
    new_counts: list[int] = []

    def write_one(start: int) -> None:
        batch = things[start : start + BATCH_LIMIT]
        new_counts.append(_write_apart(batch, write_together, refusals))

    starts = range(0, len(things), BATCH_LIMIT)
    side_by_side.in_order(
        "batches", [partial(write_one, start) for start in starts], at_once=at_once
    )
    return sum(new_counts), refusals


def _write_apart(
    batch: Sequence[T], write_together: Callable[[Sequence[T]], int], refusals: list[Refusal[T]]
) -> int:
    """Writes a batch; halves it as often as it takes to set what is refused apart."""
    try:
        return write_together(batch)
    except _REJECTIONS as error:
        if len(batch) == 1:
            refusals.append((batch[0], _reason(error)))
            return 0
    middle = len(batch) // 2
    return sum(
        _write_apart(half, write_together, refusals) for half in (batch[:middle], batch[middle:])
    )


def copy(connection: psycopg.Connection, statement: sql.SQL, found: Iterator[Row]) -> None:
    """Sends the rows, if there are any, with a pause for other greenlets now and then."""
    found = in_turns(found)
    first = next(found, None)
    if first is None:
        return
    with connection.cursor() as cursor, cursor.copy(statement) as copying:
        for row in itertools.chain([first], found):
            copying.write_row(row)


def incoming(name: str) -> sql.Identifier:
    """The temporary table from which rows go to that table."""
    return sql.Identifier("pg_temp", f"incoming_{name}")


def create_incoming(name: str, columns: Sequence[str]) -> sql.Composed:
    """Makes it, without constraints, so that a refusal names the one of the real table.

    Made once a connection: creating it for each batch would bloat the system catalogues.
    """
    return sql.SQL(
        "create temporary table if not exists {} on commit delete rows"
        " as select {} from {} with no data"
    ).format(incoming(name), listed(columns), sql.Identifier("callcore", name))


def copy_into(name: str, columns: Sequence[str]) -> sql.Composed:
    """Fills it."""
    return sql.SQL("copy {} ({}) from stdin").format(incoming(name), listed(columns))


def listed(columns: Sequence[str]) -> sql.Composed:
    """The columns' names, as in a statement."""
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def fixed(statement: sql.Composed) -> sql.SQL:
    """A statement of ours put together once: doing so for each batch cost more than sending it."""
    return sql.SQL(statement.as_string())


def _reason(error: Exception) -> str:
    """Why something was refused, without the row's content, which names a caller."""
    if isinstance(error, psycopg.Error):
        constraint = error.diag.constraint_name
        what = error.diag.message_primary or type(error).__name__
        return f"{what} [{constraint}]" if constraint else what
    return f"{type(error).__name__}: {error}"
