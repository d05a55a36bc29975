"""Records a second into Postgres, each with a visit, two offers, decisions and a survey; and how
much of the disk one takes.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import psycopg

from callcore.adapters.postgres import migrations
from callcore.adapters.postgres.batches import BATCH_LIMIT
from callcore.adapters.postgres.call_records import PostgresCallRecords
from callcore.adapters.postgres.pool import PostgresPool
from callcore.embedded.postgres import start_postgres
from tests.adapters.postgres.samples import served_call
from tests.bench.figures import Figures

RECORDS_COUNT = 20_000
SIZE = """
    select coalesce(sum(pg_total_relation_size(oid)), 0)::bigint from pg_class
    where relkind = 'r' and relnamespace <> all ('{pg_catalog,information_schema}'::regnamespace[])
"""
"""Bytes of all tables with their indexes."""


def measure(figures: Figures) -> None:
    """In batches as a worker writes them, on a Postgres of its own."""
    records = [served_call() for _ in range(RECORDS_COUNT)]
    with tempfile.TemporaryDirectory() as base, start_postgres(Path(base)) as postgres:
        migrations.migrate(postgres.url)
        pool = PostgresPool(postgres.url)
        pool.open()
        history = PostgresCallRecords(pool)
        empty = _size(postgres.url)
        used, began = time.process_time(), time.perf_counter()
        for first in range(0, RECORDS_COUNT, BATCH_LIMIT):
            history.write(records[first : first + BATCH_LIMIT])
        seconds = time.perf_counter() - began
        figures.add_rate("records", RECORDS_COUNT / seconds, "records")
        figures.add("records_own_cpu", (time.process_time() - used) / seconds, "cores")
        pool.close()
        figures.add("record_size", (_size(postgres.url) - empty) / RECORDS_COUNT / 1024, "KiB")


def _size(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(SIZE).fetchone()
    assert row is not None
    return int(row[0])
