"""The engine: workers, decisions, loops, and what was mended."""

from __future__ import annotations

from callcore.adapters.prom.boards import promql, stores
from callcore.adapters.prom.boards.model import (
    GREEN,
    RED,
    SITE,
    WORKERS,
    YELLOW,
    Board,
    Look,
    Panel,
    Query,
    Row,
    Unit,
)

_WORKER = 'instance=~"$instance"'

_NOW = (
    Panel(
        title="Workers scraped",
        help="Whose page Prometheus can read.",
        queries=[Query(promql="sum(" + promql.of("up", 'job="callcore"') + ")")],
        look=Look.NUMBER,
        width=4,
        height=4,
        limits=((None, RED), (1, GREEN)),
        alert="CallcoreWorkerDown",
    ),
    Panel(
        title="Workers that live",
        help="As the worker knows it that knows fewest.",
        queries=[Query(promql=promql.over("min", "", promql.of("callcore_workers")))],
        look=Look.NUMBER,
        width=4,
        height=4,
        limits=((None, RED), (1, GREEN)),
    ),
    Panel(
        title="Shards without an owner",
        help="Nobody follows their calls. 0 but for moments.",
        queries=[
            Query(
                promql=f"max({promql.of('callcore_shards')})"
                f" - sum({promql.of('callcore_shards_held')})"
            )
        ],
        look=Look.NUMBER,
        width=4,
        height=4,
        limits=((None, GREEN), (1, RED)),
        alert="CallcoreShardWithoutOwner",
    ),
    Panel(
        title="New callers turned away",
        help="The share that the most loaded worker turns away.",
        queries=[Query(promql=promql.over("max", "", promql.of("callcore_overload_share")))],
        look=Look.NUMBER,
        unit=Unit.SHARE,
        width=4,
        height=4,
        limits=((None, GREEN), (0.01, RED)),
        alert="CallcoreTurnsCallersAway",
    ),
    Panel(
        title="Versions of the settings in force",
        help="More than one: workers differ (`callcore config`).",
        queries=[Query(promql=f"count(count by (version) ({promql.of('callcore_config_info')}))")],
        look=Look.NUMBER,
        width=4,
        height=4,
        limits=((None, GREEN), (2, YELLOW)),
        alert="CallcoreConfigurationDrift",
    ),
    Panel(
        title="Settings put in force",
        help="When the version in force was loaded, by the worker that did so first.",
        queries=[
            Query(
                promql="1000 * "
                + promql.over("min", "", promql.of("callcore_config_loaded_timestamp_seconds"))
            )
        ],
        look=Look.NUMBER,
        unit=Unit.TIME,
        width=4,
        height=4,
        least=None,
    ),
)

_WORK = (
    Panel(
        title="Decisions",
        help="From the event that called for one until the agent's phone is called: half of them, "
        "and 99 of 100.",
        queries=[
            Query(promql=promql.quantile(share, "callcore_decision_seconds", ""), legend=legend)
            for share, legend in ((0.5, "half of them"), (0.99, "99 of 100"))
        ],
        unit=Unit.SECONDS,
        limits=((None, GREEN), (0.25, YELLOW), (1, RED)),
        empty="no decisions",
        alert="CallcoreDecisionsSlow",
    ),
    Panel(
        title="Decisions, a minute",
        help="By what called for them.",
        queries=[
            Query(
                promql=promql.per_minute("callcore_decision_seconds_count", "trigger"),
                legend="{{trigger}}",
            )
        ],
        unit=Unit.PER_MINUTE,
        is_stacked=True,
    ),
    Panel(
        title="How late the event loop is",
        help="99 of 100 turns are less late.",
        queries=[
            Query(
                promql=promql.quantile(0.99, "callcore_loop_lag_seconds", "instance", _WORKER),
                legend="{{instance}}",
            )
        ],
        unit=Unit.SECONDS,
        limits=((None, GREEN), (0.1, YELLOW), (0.5, RED)),
        alert="CallcoreWorkerLate",
    ),
    Panel(
        title="Processor",
        help="Of one processor: a worker uses one at most.",
        queries=[
            Query(
                promql=promql.rate("process_cpu_seconds_total", "instance", _WORKER),
                legend="{{instance}}",
            )
        ],
        unit=Unit.SHARE,
        limits=((None, GREEN), (0.7, YELLOW), (0.9, RED)),
        alert="CallcoreWorkerLate",
    ),
    Panel(
        title="Memory",
        help="Resident.",
        queries=[
            Query(
                promql=promql.over(
                    "max", "instance", promql.of("process_resident_memory_bytes", _WORKER)
                ),
                legend="{{instance}}",
            )
        ],
        unit=Unit.BYTES,
    ),
    Panel(
        title="Open files",
        help="Of those it may open.",
        queries=[
            Query(
                promql=f"{promql.of('process_open_fds', _WORKER)}"
                f" / {promql.of('process_max_fds', _WORKER)}",
                legend="{{instance}}",
            )
        ],
        unit=Unit.SHARE,
        limits=((None, GREEN), (0.7, YELLOW), (0.9, RED)),
    ),
    Panel(
        title="Letters between workers, a second",
        help="Sent and received.",
        queries=[
            Query(promql=promql.rate("callcore_letters_total", "direction"), legend="{{direction}}")
        ],
        unit=Unit.PER_SECOND,
    ),
)

_SHARE = (
    Panel(
        title="Shards held",
        help="By worker: as even as they go.",
        queries=[
            Query(
                promql=promql.over("max", "instance", promql.of("callcore_shards_held", _WORKER)),
                legend="{{instance}}",
            )
        ],
        is_stacked=True,
    ),
    Panel(
        title="Shards that changed hands, in five minutes",
        help="Gained, given, or lost by a worker that did not renew its leases.",
        queries=[
            Query(
                promql=promql.or_zero(promql.rise("callcore_shard_changes_total", "5m", "change")),
                legend="{{change}}",
            ),
            Query(promql=promql.rise("callcore_lease_lapses_total", "5m", ""), legend="lapses"),
        ],
        alert="CallcoreShardWithoutOwner",
    ),
    Panel(
        title="Until gained shards are followed",
        help="The slowest since the workers started.",
        queries=[
            Query(
                promql="histogram_quantile(1, "
                + promql.over("sum", "le", promql.of("callcore_shards_taking_over_seconds_bucket"))
                + ")",
                legend="slowest",
            )
        ],
        unit=Unit.SECONDS,
        empty="none gained",
    ),
    Panel(
        title="Mended, in an hour",
        help="Differences between floor and switch that were found and mended.",
        queries=[
            Query(
                promql=promql.or_zero(promql.rise("callcore_self_heals_total", "1h", "what")),
                legend="{{what}}",
            )
        ],
    ),
    Panel(
        title="Defects, in an hour",
        help="Faults of callcore itself that a flow survived. Each wants to be reported, with the "
        "log lines `flow_failed`.",
        queries=[
            Query(
                promql=promql.or_zero(promql.rise("callcore_flow_failures_total", "1h", "flow")),
                legend="{{flow}}",
            )
        ],
        limits=((None, GREEN), (1, RED)),
        alert="CallcoreDefects",
    ),
    Panel(
        title="What runs",
        help="Versions of callcore, and how many workers run each.",
        queries=[
            Query(
                promql="count by (version, python) " + f"({promql.of('callcore_build_info')})",
                legend="{{version}}",
            )
        ],
        look=Look.TABLE,
        width=4,
        columns=(("Workers", Unit.COUNT),),
    ),
    Panel(
        title="Clocks",
        help="How often the machine's clock was set in an hour, and how much callcore is still "
        "behind it.",
        queries=[
            Query(promql=promql.rise("callcore_clock_steps_total", "1h", ""), legend="set"),
            Query(
                promql=promql.over("max", "", promql.of("callcore_clock_behind_seconds")),
                legend="seconds behind",
            ),
        ],
        width=4,
    ),
)

BOARD = Board(
    name="engine",
    title="engine",
    help="Workers, decisions, Redis and Postgres, records on their way, and what was mended.",
    choices=(SITE, WORKERS),
    rows=(
        Row(title="Now", panels=_NOW),
        Row(title="Work", panels=_WORK),
        Row(title="Redis and Postgres", panels=stores.STORES),
        Row(title="Records and other systems", panels=stores.RECORDS),
        Row(title="Shares, and what was mended", panels=_SHARE),
    ),
)
