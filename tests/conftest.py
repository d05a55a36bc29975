"""Real servers for the tests that are about them, started by callcore's own launcher."""

import secrets
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import hypothesis
import psycopg
import pytest

from callcore import embedded

# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile("callcore", deadline=None)
hypothesis.settings.load_profile("callcore")


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
        yield server.url


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """An empty Postgres database of the test's own."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        yield urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
