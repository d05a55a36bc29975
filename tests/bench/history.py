"""Records a second into Postgres, each with a visit, two offers, decisions and a survey."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from callcore.adapters.postgres import migrations
from callcore.adapters.postgres.batches import BATCH_LIMIT
from callcore.adapters.postgres.call_records import PostgresCallRecords
from callcore.adapters.postgres.pool import PostgresPool
from callcore.embedded.postgres import start_postgres
from tests.adapters.postgres.samples import served_call
from tests.bench.figures import Figures

RECORDS_COUNT = 20_000


def measure(figures: Figures) -> None:
    """In batches as a worker writes them, on a Postgres of its own."""
    records = [served_call() for _ in range(RECORDS_COUNT)]
    with tempfile.TemporaryDirectory() as base, start_postgres(Path(base)) as postgres:
        migrations.migrate(postgres.url)
        pool = PostgresPool(postgres.url)
        pool.open()
        history = PostgresCallRecords(pool)
        used, began = time.process_time(), time.perf_counter()
        for first in range(0, RECORDS_COUNT, BATCH_LIMIT):
            history.write(records[first : first + BATCH_LIMIT])
        seconds = time.perf_counter() - began
        figures.add_rate("records", RECORDS_COUNT / seconds, "records")
        figures.add("records_own_cpu", (time.process_time() - used) / seconds, "cores")
        pool.close()
