"""Real servers for the tests that are about them, started by callcore's own launcher."""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import hypothesis
import psycopg
import pytest

from callcore import embedded
from callcore.adapters.postgres import migrations

# How long an example takes says more of the machine than of the code. There are others every day.
hypothesis.settings.register_profile(
    "callcore", deadline=None, max_examples=int(os.environ.get("CALLCORE_EXAMPLES", "40"))
)
hypothesis.settings.load_profile("callcore")

END_CONNECTIONS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
TABLES = (
    "SELECT string_agg(format('callcore.%I', tablename), ', ') FROM pg_tables"
    " WHERE schemaname = 'callcore' AND tablename <> 'migrations'"
)


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    """A Valkey that all tests of the session share: keep to keys, or a site, of your own."""
    with (
        tempfile.TemporaryDirectory(prefix="callcore-tests-") as directory,
        embedded.start_valkey(Path(directory)) as server,
    ):
        yield server.url


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A Postgres that all tests of the session share: make a database of your own in it."""
    with (
        tempfile.TemporaryDirectory(prefix="callcore-tests-") as directory,
        embedded.start_postgres(Path(directory)) as server,
    ):
        with psycopg.connect(server.url, autocommit=True) as connection:
            for what in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {what} = off")  # no test cuts the power
            connection.execute("SELECT pg_reload_conf()")
        yield server.url


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """An empty Postgres database of the test's own."""
    with database(postgres_url, "template0") as url:
        yield url


@pytest.fixture(scope="session")
def _history(postgres_url: str) -> Iterator[str]:
    """A database with callcore's schema, for one test after another."""
    with database(postgres_url, "template0") as url:
        migrations.migrate(url)
        yield url


@pytest.fixture
def history_url(_history: str) -> Iterator[str]:
    """A database with callcore's schema and nothing in it; a test leaves the schema as it is."""
    yield _history
    with psycopg.connect(_history, autocommit=True) as connection:
        connection.execute(END_CONNECTIONS)
        (tables,) = connection.execute(TABLES).fetchone() or ()
        connection.execute(f"TRUNCATE {tables} RESTART IDENTITY")


@pytest.fixture
def own_history_url(database_url: str) -> str:
    """A database of the test's own with callcore's schema in it."""
    migrations.migrate(database_url)
    return database_url


@contextmanager
def database(postgres_url: str, template: str) -> Iterator[str]:
    """A copy of another database, for as long as the block runs; its URL."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
