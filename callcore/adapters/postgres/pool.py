"""Connections to Postgres that always answer in time, with a result or ``RecordsUnavailableError``.

Adapts ``psycopg_pool`` to gevent. Three deadlines nest: ``statement_timeout`` lets the server end
its own work, ``deadlines.cut_after`` ends a link that has stalled, and ``time_limits`` ends what
neither reached (the wait for a connection among it).
"""

from __future__ import annotations

import contextlib
import logging
import math
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol, Self

import psycopg
import psycopg_pool
from psycopg import conninfo, errors, waiting

from callcore.adapters.postgres import deadlines
from callcore.adapters.postgres.faults import Fault, fault_of
from callcore.ports.records import RecordsUnavailableError
from callcore.runtime import time_limits

GRACE_SECONDS = 1.0
"""How much longer than the one before it each outer deadline waits."""

IDLE_SECONDS = 300.0
"""After this long without work a connection is closed."""

_ADVICE = {
    "28P01": "check the user and the password, such as CALLCORE_POSTGRES_PASSWORD",
    "28000": "check the user and pg_hba.conf",
    "3D000": "create the database",
    "3F000": "run `callcore migrate`",
    "42P01": "run `callcore migrate`",
    "42703": "run `callcore migrate`",
    "42501": "grant the user its rights on the schema callcore",
    "53100": "free space on the database's disk",
    "53300": "raise max_connections or lower the pool's size",
    "57014": "look for locks and load on the database",
    "25006": "point postgres.url at the primary server",
    "tls": "check sslrootcert, and that the certificate is for the host of postgres.url",
    "no tls": "switch TLS on there (ssl = on), or check the port",
}
"""What to do, by SQLSTATE (PostgreSQL's Appendix A), or by what libpq says before there is one."""

_ADVICE_OTHERWISE = "check that Postgres runs and that postgres.url points at it"


class PostgresUrlError(ValueError):
    """The Postgres URL cannot be understood."""

    def __init__(self) -> None:
        # The URL itself may hold a password, and so may libpq's message about it.
        super().__init__(
            "postgres.url is not valid: write postgresql://user:password@host:5432/database"
        )


class UncooperativeDriverError(RuntimeError):
    """psycopg was imported before gevent patched the standard library and would block everyone."""


class PoolObserver(Protocol):
    """Hears how Postgres fares. Must be quick and raise nothing."""

    def observe(self, script: str, seconds: float) -> None:
        """A transaction took ``seconds`` with the wait for a connection, whatever came of it."""

    def fault(self, kind: str) -> None:
        """A transaction was not done; ``kind`` is a ``Fault``."""

    def answered(self) -> None:
        """Postgres has done a transaction, or refused what was in it."""


class NoObserver:
    """For pools that nobody counts."""

    def observe(self, script: str, seconds: float) -> None:
        """Counts nothing."""

    def fault(self, kind: str) -> None:
        """Counts nothing."""

    def answered(self) -> None:
        """Notes nothing."""


TRANSACTION = "transaction"


class PostgresPool:
    """A few connections to one database, opened when needed and never waited for without end."""

    def __init__(
        self,
        url: str,
        *,
        password: str | None = None,
        size: int = 2,
        connect_timeout_seconds: float = 3.0,
        deadline_seconds: float = 10.0,
        observer: PoolObserver | None = None,
    ) -> None:
        """Prepares the pool without connecting. ``deadline_seconds`` bounds one statement, and
        with ``GRACE_SECONDS`` one transaction.

        Raises ``PostgresUrlError`` and ``UncooperativeDriverError``.
        """
        require_cooperative_driver()
        # The pool would log each attempt in several lines; the reason is in our own error.
        logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
        self.address = address_of(url)
        self._deadline_seconds = deadline_seconds
        self._connect_timeout_seconds = connect_timeout_seconds
        self._last_refusal: psycopg.Error | None = None
        self._observer = observer or NoObserver()
        self._pool = psycopg_pool.ConnectionPool(
            "",
            connection_class=_connection_class(self._note_connect),
            kwargs=connect_options(url, password, connect_timeout_seconds),
            min_size=0,
            max_size=size,
            open=False,
            name="callcore",
            max_idle=IDLE_SECONDS,
            reconnect_timeout=connect_timeout_seconds,
        )

    def open(self) -> None:
        """Allows connections; makes none yet, so that a database that is away does not matter."""
        self._pool.open(wait=False)

    def close(self) -> None:
        """Closes every connection."""
        self._pool.close(timeout=GRACE_SECONDS)

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[psycopg.Connection]:
        """A connection inside a transaction, committed at the end of the block.

        Raises ``RecordsUnavailableError``; only what the data itself is to blame for
        (``psycopg.errors.IntegrityError`` and ``DataError``) comes through as it is. After an
        error of the link the transaction may have been committed.
        """
        waited = self._connect_timeout_seconds + GRACE_SECONDS
        cut_after = self._deadline_seconds + GRACE_SECONDS  # a server that can end it says why
        began = time.monotonic()
        try:
            with (
                time_limits.within(waited + cut_after + GRACE_SECONDS),
                self._pool.connection(timeout=waited) as connection,
                deadlines.cut_after(cut_after, connection),
            ):
                connection.execute(_limits(self._deadline_seconds))
                yield connection
            self._observer.answered()
        except (errors.IntegrityError, errors.DataError):
            self._observer.answered()
            raise
        except psycopg.Error as error:
            if isinstance(error, psycopg.OperationalError | errors.ReadOnlySqlTransaction):
                # What broke this connection broke the idle ones too; of a server that has become a
                # standby a new one finds the primary.
                self._pool.drain()
            raise self._unavailable(error) from error
        except time_limits.TimeIsUpError as timeout:
            self._observer.fault(Fault.TIMED_OUT)
            self._pool.drain()
            message = f"Postgres at {self.address} did not answer in time: {_ADVICE_OTHERWISE}"
            raise RecordsUnavailableError(message) from timeout
        finally:
            self._observer.observe(TRANSACTION, time.monotonic() - began)

    def ping(self) -> None:
        """Asks the database for a sign of life. Raises ``RecordsUnavailableError``."""
        with self.transaction() as connection:
            connection.execute("select 1")

    def _note_connect(self, refusal: psycopg.Error | None) -> None:
        self._last_refusal = refusal

    def _unavailable(self, error: psycopg.Error) -> RecordsUnavailableError:
        # The pool itself only says that it waited in vain; the reason came from an attempt.
        if isinstance(error, psycopg_pool.PoolTimeout) and self._last_refusal is not None:
            error = self._last_refusal
        self._observer.fault(fault_of(error))
        return RecordsUnavailableError(describe(self.address, error))


def require_cooperative_driver() -> None:
    """Raises ``UncooperativeDriverError`` if a query would block every greenlet."""
    if waiting.wait is getattr(waiting, "wait_c", None):
        message = "psycopg was imported before gevent.monkey.patch_all(): patch first"
        raise UncooperativeDriverError(message)


def address_of(url: str) -> str:
    """Where the URL points, without user and password. Raises ``PostgresUrlError``."""
    parts = connect_options(url, None, 1)
    host = parts.get("host") or parts.get("hostaddr") or "the default socket"
    port = f":{parts['port']}" if parts.get("port") else ""
    return f"{host}{port}/{parts.get('dbname') or parts.get('user') or ''}"


def connect_options(
    url: str, password: str | None, connect_timeout_seconds: float
) -> dict[str, Any]:
    """Options of every connection; ``password`` outweighs the URL's. Raises ``PostgresUrlError``.

    No prepared statements, for poolers that share connections.
    """
    try:
        parts: dict[str, Any] = dict(conninfo.conninfo_to_dict(url))
    except psycopg.Error:
        raise PostgresUrlError from None
    if password is not None:
        parts["password"] = password
    return parts | {
        "connect_timeout": math.ceil(connect_timeout_seconds),
        "application_name": "callcore",
        "prepare_threshold": None,
    }


def describe(address: str, error: psycopg.Error) -> str:
    """One line: where, what, and what to do about it."""
    what = (error.diag.message_primary or str(error)).strip().splitlines() or ["no answer"]
    # An error of libpq while connecting carries the server's word only in its text.
    state = error.sqlstate or _state_in(what[0])
    advice = _ADVICE.get(state or "", _ADVICE_OTHERWISE)
    return f"Postgres at {address} is unavailable ({what[0].strip()}): {advice}"


_STATES_BY_WORDS = {
    "certificate verify failed": "tls",
    "server certificate for": "tls",
    "root certificate file": "tls",
    "does not support SSL": "no tls",
    "password authentication failed": "28P01",
    "no password supplied": "28P01",
    "no pg_hba.conf entry": "28000",
    'role "': "28P01",
    "does not exist": "3D000",
    "too many clients": "53300",
    "remaining connection slots": "53300",
}


def _state_in(line: str) -> str | None:
    return next((state for words, state in _STATES_BY_WORDS.items() if words in line), None)


def _limits(deadline_seconds: float) -> bytes:
    """Local to the transaction, so that a connection shared through a pooler keeps nothing."""
    milliseconds = max(1, int(deadline_seconds * 1000))
    limits = (
        f"set local statement_timeout = {milliseconds}; set local client_min_messages = warning"
    )
    return limits.encode()


def _connection_class(
    note: Callable[[psycopg.Error | None], None],
) -> type[psycopg.Connection]:
    class NotedConnection(psycopg.Connection):
        """Tells why the last attempt to connect failed, or ``None`` if it did not."""

        @classmethod
        def connect(cls, *args: Any, **kwargs: Any) -> Self:  # noqa: ANN401  # psycopg's own signature
            try:
                connection = super().connect(*args, **kwargs)
            except psycopg.Error as error:
                note(error)
                raise
            note(None)
            return connection

    return NotedConnection
