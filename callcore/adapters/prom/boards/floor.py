"""The floor as it is now: who waits, who serves, how well."""

from __future__ import annotations

from callcore.adapters.prom.boards import promql
from callcore.adapters.prom.boards.by_queue import QUEUE, counted, now
from callcore.adapters.prom.boards.model import (
    GREEN,
    QUEUES,
    RED,
    SITE,
    YELLOW,
    Board,
    Look,
    Panel,
    Query,
    Row,
    Unit,
)

_NUMBERS = (
    Panel(
        title="Waiting",
        help="Callers and due callbacks that wait and are not being offered.",
        queries=[Query(promql=f"sum({now('callcore_queue_waiting')})")],
        look=Look.NUMBER,
        width=3,
        height=4,
        limits=((None, GREEN), (10, YELLOW), (30, RED)),
    ),
    Panel(
        title="Longest wait",
        help="Of all who wait, who has waited longest.",
        queries=[Query(promql=f"max({now('callcore_queue_longest_wait_seconds')})")],
        look=Look.NUMBER,
        unit=Unit.SECONDS,
        width=3,
        height=4,
        limits=((None, GREEN), (120, YELLOW), (300, RED)),
        decimals=0,
    ),
    Panel(
        title="Service level, 30 min",
        help="Picked up in time, of all who were picked up or abandoned and did not hang up at "
        "once. What is in time is the queue's `service_level_seconds`.",
        queries=[Query(promql=promql.service_level("30m", "", QUEUE))],
        look=Look.NUMBER,
        unit=Unit.SHARE,
        width=3,
        height=4,
        limits=((None, RED), (0.7, YELLOW), (0.8, GREEN)),
        empty="no calls",
        alert="CallcoreServiceLevelBurningFast",
        decimals=0,
    ),
    Panel(
        title="Abandoned, 30 min",
        help="The share of callers who joined and left by their own will.",
        queries=[
            Query(
                promql=f"{promql.rise('callcore_queue_abandoned_total', '30m', '', QUEUE)}"
                f" / {promql.rise('callcore_queue_joined_total', '30m', '', QUEUE)}"
            )
        ],
        look=Look.NUMBER,
        unit=Unit.SHARE,
        width=3,
        height=4,
        limits=((None, GREEN), (0.05, YELLOW), (0.1, RED)),
        empty="no calls",
        decimals=0,
    ),
    Panel(
        title="Average speed of answer, 30 min",
        help="Mean wait of those who were picked up.",
        queries=[
            Query(
                promql=f"{promql.rise('callcore_queue_wait_seconds_sum', '30m', '', QUEUE)}"
                f" / {promql.rise('callcore_queue_wait_seconds_count', '30m', '', QUEUE)}"
            )
        ],
        look=Look.NUMBER,
        unit=Unit.SECONDS,
        width=3,
        height=4,
        limits=((None, GREEN), (30, YELLOW), (90, RED)),
        empty="no calls",
        decimals=0,
    ),
    Panel(
        title="Free agents",
        help="Agents who are available, whatever their queues: some of them may be held back, see "
        "the dashboard on agents.",
        queries=[
            Query(promql=promql.over("max", "", promql.of("callcore_agents", 'state="available"')))
        ],
        look=Look.NUMBER,
        width=3,
        height=4,
        empty="none told",
    ),
    Panel(
        title="Talking",
        help="Agents who talk with a caller.",
        queries=[
            Query(promql=promql.over("max", "", promql.of("callcore_agents", 'state="talking"')))
        ],
        look=Look.NUMBER,
        width=3,
        height=4,
        empty="none told",
    ),
    Panel(
        title="Callbacks due",
        help="Promises whose turn has come or is near; those put off are not counted.",
        queries=[
            Query(
                promql=promql.over(
                    "sum",
                    "",
                    promql.over(
                        "max", "queue", promql.of("callcore_callbacks", QUEUE, 'state="due"')
                    ),
                )
            )
        ],
        look=Look.NUMBER,
        width=3,
        height=4,
    ),
)

_QUEUES_NOW = Panel(
    title="Queues now",
    help="One line a queue. The estimate is of a caller who would join now; it is empty as long as "
    "too little is known.",
    queries=[
        Query(promql=now("callcore_queue_waiting")),
        Query(promql=now("callcore_queue_longest_wait_seconds")),
        Query(promql=now("callcore_queue_estimate_seconds")),
        Query(promql=now("callcore_queue_free_agents")),
        Query(promql=now("callcore_queue_staffed_agents")),
        Query(promql=now("callcore_queue_open")),
        Query(promql=now("callcore_queue_limit")),
        Query(promql=promql.service_level("30m", "queue", QUEUE)),
        Query(promql=promql.over("sum", "queue", now("callcore_callbacks", "queue, state"))),
    ],
    look=Look.TABLE,
    width=24,
    height=9,
    columns=(
        ("Waiting", Unit.COUNT),
        ("Longest wait", Unit.SECONDS),
        ("Estimate", Unit.SECONDS),
        ("Free", Unit.COUNT),
        ("Staffed", Unit.COUNT),
        ("Open (1) or closed (0)", Unit.COUNT),
        ("Limit", Unit.COUNT),
        ("Service level, 30 min", Unit.SHARE),
        ("Callbacks", Unit.COUNT),
    ),
    empty="-",
    alert="CallcoreNobodyStaffed",
)

_LINES = (
    Panel(
        title="Waiting, by queue",
        help="Callers and due callbacks that wait.",
        queries=[Query(promql=now("callcore_queue_waiting"), legend="{{queue}}")],
    ),
    Panel(
        title="Longest wait, by queue",
        help="Of those who wait now.",
        queries=[Query(promql=now("callcore_queue_longest_wait_seconds"), legend="{{queue}}")],
        unit=Unit.SECONDS,
    ),
    Panel(
        title="Agents, by state",
        help="Of the whole roster.",
        queries=[
            Query(
                promql=promql.over(
                    "max", "state", promql.of("callcore_agents", 'state!="logged_out"')
                ),
                legend="{{state}}",
            )
        ],
        is_stacked=True,
    ),
    Panel(
        title="Callers, a minute",
        help="Who came, who was picked up, who gave up, who was not admitted.",
        queries=[
            Query(
                promql=promql.per_minute(f"callcore_queue_{what}_total", "", QUEUE),
                legend=legend,
            )
            for what, legend in (
                ("joined", "joined"),
                ("picked_up", "picked up"),
                ("abandoned", "abandoned"),
            )
        ]
        + [
            Query(
                promql=promql.per_minute("callcore_calls_refused_total", "", QUEUE),
                legend="refused",
            )
        ],
        unit=Unit.PER_MINUTE,
    ),
    Panel(
        title="Why callers left, a minute",
        help="By reason; `picked_up` is the good one.",
        queries=counted("callcore_queue_left_total", "reason"),
        unit=Unit.PER_MINUTE,
        is_stacked=True,
    ),
    Panel(
        title="Calls by how they ended, a minute",
        help="Of the whole site, callers who never came to a queue among them.",
        queries=[
            Query(
                promql=promql.or_zero(
                    promql.per_minute("callcore_calls_ended_total", "outcome") + " > 0"
                ),
                legend="{{outcome}}",
            )
        ],
        unit=Unit.PER_MINUTE,
        is_stacked=True,
    ),
)

BOARD = Board(
    name="floor",
    title="floor live",
    help="Who waits, who serves, and how well, of all queues or of some.",
    choices=(SITE, QUEUES),
    rows=(
        Row(title="Now", panels=_NUMBERS),
        Row(title="Queues", panels=(_QUEUES_NOW,)),
        Row(title="The last hours", panels=_LINES),
    ),
    refresh="5s",
    since="now-1h",
)
