"""The servers that other tests use."""

import psycopg
import redis


def test_database_is_the_tests_own(database_url):
    """A test gets an empty database, not the shared one."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute("select current_database()").fetchone()
        assert row is not None
        assert row[0].startswith("test_")


def test_valkey_answers(valkey_url):
    """The shared Valkey is reached by its URL."""
    with redis.Redis.from_url(valkey_url) as client:
        assert client.ping()
