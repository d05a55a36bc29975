"""Reads the history from end to end, however much there is: by cursors on the server, in one
snapshot.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql

from callcore.adapters.postgres import record_queries
from callcore.adapters.postgres.pool import address_of, connect_options, describe
from callcore.domain.ids import AgentId, Micros
from callcore.domain.records import CallRecord
from callcore.ports.records import RecordsUnavailableError
from callcore.runtime import record_text

CONNECT_SECONDS: Final = 5.0
FETCHED_AT_ONCE: Final = 500
"""Rows: some MB."""
STATEMENT_SECONDS: Final = 600
"""For one fetch, of which the first may sort all that was asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which calls: of a site, from an instant on up to another, perhaps of one queue."""

    site: str
    since: Micros
    until: Micros
    queue: str | None = None
    """In which the caller waited, or was refused."""

    def values(self) -> dict[str, Any]:
        """For the queries."""
        return {
            "site": self.site,
            "since": self.since,
            "until": self.until,
            "queue": self.queue,
        }


class RecordExport:
    """One reading of the history."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def count(self, span: Span) -> int:
        """How many calls arrived then."""
        found = self._connection.execute(record_queries.COUNT, span.values()).fetchone()
        return 0 if found is None else int(found[0])

    def calls(self, span: Span) -> Iterator[tuple[str | None, ...]]:
        """The calls that arrived then, with ``record_queries.COLUMNS`` as text."""
        return self._read("calls", record_queries.CALLS, span)

    def whole_calls(self, span: Span) -> Iterator[str]:
        """The same calls as JSON, each with all that belongs to it, in words of the tables."""
        for (text,) in self._read("whole_calls", record_queries.WHOLE_CALLS, span):
            yield text

    def records(self, span: Span) -> Iterator[CallRecord]:
        """The calls that arrived before the end of that time and ended after its beginning."""
        for (text,) in self._read("records", record_queries.RECORDS, span):
            yield record_text.decoded(text)

    def changes(self, span: Span) -> Iterator[tuple[AgentId, Micros, str, str, str, str | None]]:
        """Of all agents then: who, when, state before and from then on, reason, break code."""
        return self._read("changes", record_queries.CHANGES, span)

    def _read(self, name: str, query: sql.SQL, span: Span) -> Iterator[Any]:
        with self._connection.cursor(name) as cursor:
            cursor.itersize = FETCHED_AT_ONCE
            cursor.execute(query, span.values())
            yield from cursor


@contextlib.contextmanager
def reading(url: str) -> Iterator[RecordExport]:
    """A reading of the database at ``url``, which sees one state of it.

    Raises ``PostgresUrlError``, and ``RecordsUnavailableError`` in the block too.
    """
    address = address_of(url)
    try:
        with psycopg.connect(**connect_options(url, None, CONNECT_SECONDS)) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            connection.execute(f"set local statement_timeout = '{STATEMENT_SECONDS}s'".encode())
            yield RecordExport(connection)
    except psycopg.Error as error:
        raise RecordsUnavailableError(describe(address, error)) from error
