"""What the tests of this adapter share."""

from __future__ import annotations

import socket

import pytest

from callcore.adapters.postgres import call_records, pool


@pytest.fixture
def unused_port():
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def connections(history_url):
    """Connections to a migrated database."""
    with pool.PostgresPool(history_url) as opened:
        yield opened


@pytest.fixture
def history(connections):
    """The records that it keeps."""
    return call_records.PostgresCallRecords(connections)
