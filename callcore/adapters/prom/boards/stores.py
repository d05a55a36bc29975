"""Redis, Postgres, and the records on their way from the one to the other."""

from __future__ import annotations

from callcore.adapters.prom.boards import promql
from callcore.adapters.prom.boards.model import GREEN, RED, YELLOW, Panel, Query, Unit

STORES = (
    Panel(
        title="Steps in Redis and Postgres",
        help="A script or command of Redis, a transaction of Postgres: 99 of 100 are faster.",
        queries=[
            Query(
                promql=promql.quantile(0.99, "callcore_store_seconds", "store"),
                legend="{{store}}",
            )
        ],
        unit=Unit.SECONDS,
        limits=((None, GREEN), (0.1, YELLOW), (0.5, RED)),
        empty="no steps",
        alert="CallcoreRedisSlow",
    ),
    Panel(
        title="Steps, a second",
        help="By store.",
        queries=[
            Query(promql=promql.rate("callcore_store_seconds_count", "store"), legend="{{store}}")
        ],
        unit=Unit.PER_SECOND,
    ),
    Panel(
        title="Where Redis' time goes",
        help="Seconds a second, of the ten scripts and commands that take most.",
        queries=[
            Query(
                promql="topk(10, "
                + promql.rate("callcore_store_script_seconds_sum", "script", 'store="redis"')
                + ")",
                legend="{{script}}",
            )
        ],
        unit=Unit.SECONDS,
        is_stacked=True,
    ),
    Panel(
        title="Faults of stores, in five minutes",
        help="Steps that were not done, by reason. The log says what to do about each.",
        queries=[
            Query(
                promql=promql.rise("callcore_store_faults_total", "5m", "store, reason"),
                legend="{{store}} {{reason}}",
            )
        ],
        limits=((None, GREEN), (1, RED)),
        alert="CallcoreStoreFaults",
    ),
    Panel(
        title="Work put off, in five minutes",
        help="Because a store failed: it is done when the store is back.",
        queries=[
            Query(
                promql=promql.rise("callcore_store_failures_total", "5m", "store"),
                legend="{{store}}",
            )
        ],
        alert="CallcoreRedisDown",
    ),
    Panel(
        title="The floor answered the scrape",
        help="1 if Redis answered in time; 0 means no gauges of queues and agents.",
        queries=[
            Query(
                promql=promql.over("min", "instance", promql.of("callcore_floor_up")),
                legend="{{instance}}",
            )
        ],
        most=1,
        limits=((None, RED), (1, GREEN)),
        alert="CallcoreRedisDown",
    ),
)

RECORDS = (
    Panel(
        title="Records that wait for Postgres",
        help="In Redis; on the workers' disks, in bytes, is the next picture.",
        queries=[
            Query(
                promql=promql.over("max", "", promql.of("callcore_records_pending")),
                legend="in Redis",
            ),
            Query(
                promql=promql.over("sum", "", promql.of("callcore_records_in_memory")),
                legend="in memory alone",
            ),
        ],
        limits=((None, GREEN), (1000, YELLOW), (5000, RED)),
        alert="CallcoreRecordsPending",
    ),
    Panel(
        title="Records on the workers' disks",
        help="Those that Redis did not take.",
        queries=[
            Query(
                promql=promql.over("sum", "", promql.of("callcore_records_spooled_bytes")),
                legend="spooled",
            )
        ],
        unit=Unit.BYTES,
    ),
    Panel(
        title="Records written, a minute",
        help="To Postgres.",
        queries=[
            Query(promql=promql.per_minute("callcore_records_written_total", ""), legend="written")
        ],
        unit=Unit.PER_MINUTE,
    ),
    Panel(
        title="A batch of records",
        help="99 of 100 are written faster.",
        queries=[
            Query(
                promql=promql.quantile(0.99, "callcore_records_write_seconds", ""),
                legend="a batch",
            )
        ],
        unit=Unit.SECONDS,
        empty="none written",
    ),
    Panel(
        title="Questions to other systems, a minute",
        help="Lookups about callers, by what came of them.",
        queries=[
            Query(
                promql=promql.or_zero(
                    promql.per_minute("callcore_lookups_total", "lookup, outcome")
                ),
                legend="{{lookup}} {{outcome}}",
            )
        ],
        unit=Unit.PER_MINUTE,
    ),
    Panel(
        title="Notices to other systems, a minute",
        help="By hook and what came of them.",
        queries=[
            Query(
                promql=promql.or_zero(promql.per_minute("callcore_notices_total", "hook, outcome")),
                legend="{{hook}} {{outcome}}",
            )
        ],
        unit=Unit.PER_MINUTE,
    ),
)
