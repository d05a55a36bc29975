"""Records a second into Postgres, each with a visit, two offers, decisions and a survey; what one
costs each side, and how much of the disk it takes.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import psutil
import psycopg

from callcore.adapters.postgres import migrations
from callcore.adapters.postgres.call_records import PostgresCallRecords
from callcore.adapters.postgres.pool import PostgresPool
from callcore.embedded.postgres import start_postgres
from callcore.flows.history_writing import BATCH
from callcore.flows.record_writing import RecordWriting
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
    batch = BATCH * RecordWriting.transactions_at_once
    with tempfile.TemporaryDirectory() as base, start_postgres(Path(base)) as postgres:
        migrations.migrate(postgres.url)
        pool = PostgresPool(postgres.url)
        pool.open()
        history = PostgresCallRecords(pool)
        history.write([served_call() for _ in range(batch)])
        empty = _size(postgres.url)
        used, servers, began = time.process_time(), _servers_cpu(), time.perf_counter()
        for first in range(0, RECORDS_COUNT, batch):
            history.write(records[first : first + batch])
        seconds = time.perf_counter() - began
        figures.add_rate("records", RECORDS_COUNT / seconds, "records")
        own = (time.process_time() - used) / RECORDS_COUNT
        figures.add("own_cpu_of_a_record", own * 1e6, "us")
        server = (_servers_cpu() - servers) / RECORDS_COUNT
        figures.add("postgres_cpu_of_a_record", server * 1e6, "us")
        pool.close()
        figures.add("record_size", (_size(postgres.url) - empty) / RECORDS_COUNT / 1024, "KiB")


def _servers_cpu() -> float:
    """Seconds of a processor that the processes below this one have taken."""
    below = psutil.Process().children(recursive=True)
    times = [process.cpu_times() for process in below]
    return sum(each.user + each.system for each in times)


def _size(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(SIZE).fetchone()
    assert row is not None
    return int(row[0])
