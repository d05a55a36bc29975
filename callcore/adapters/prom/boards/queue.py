"""One queue, or some, in detail: how long callers wait, why they leave, what they were told."""

from __future__ import annotations

from callcore.adapters.prom.boards import afterwards, promql
from callcore.adapters.prom.boards.by_queue import QUEUE, counted, median_and_tail, now
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

_LINE = (
    Panel(
        title="In line",
        help="Waiting, and being offered to an agent.",
        queries=[
            Query(promql=now("callcore_queue_waiting"), legend="{{queue}} waiting"),
            Query(promql=now("callcore_queue_offered"), legend="{{queue}} offered"),
        ],
    ),
    Panel(
        title="Longest wait, and what is estimated",
        help="The estimate is of a caller who would join now; there is none while too little is "
        "known.",
        queries=[
            Query(promql=now("callcore_queue_longest_wait_seconds"), legend="{{queue}} longest"),
            Query(promql=now("callcore_queue_estimate_seconds"), legend="{{queue}} estimate"),
        ],
        unit=Unit.SECONDS,
    ),
    Panel(
        title="How full",
        help="Of how many may wait. At 1 callers are refused, or sent elsewhere.",
        queries=[
            Query(
                promql=f"({now('callcore_queue_waiting')} + {now('callcore_queue_offered')})"
                f" / {now('callcore_queue_limit')}",
                legend="{{queue}}",
            )
        ],
        unit=Unit.SHARE,
        limits=((None, GREEN), (0.8, YELLOW), (1, RED)),
        empty="no limit",
    ),
)

_SERVICE = (
    Panel(
        title="Service level, of the last 30 minutes",
        help="Picked up in time, of all who were picked up or abandoned and did not hang up at "
        "once.",
        queries=[Query(promql=promql.service_level("30m", "queue", QUEUE), legend="{{queue}}")],
        unit=Unit.SHARE,
        limits=((None, RED), (0.7, YELLOW), (0.8, GREEN)),
        most=1,
        empty="no calls",
        alert="CallcoreServiceLevelBurningFast",
    ),
    Panel(
        title="Callers, a minute",
        help="Who joined, who was picked up within the service level time and beyond it, who gave "
        "up.",
        queries=[
            Query(
                promql=promql.per_minute("callcore_queue_joined_total", "", QUEUE),
                legend="joined",
            ),
            Query(
                promql=promql.per_minute("callcore_queue_picked_up_within_total", "", QUEUE),
                legend="picked up in time",
            ),
            Query(
                promql=f"{promql.per_minute('callcore_queue_picked_up_total', '', QUEUE)}"
                f" - {promql.per_minute('callcore_queue_picked_up_within_total', '', QUEUE)}",
                legend="picked up late",
            ),
            Query(
                promql=promql.per_minute("callcore_queue_abandoned_total", "", QUEUE),
                legend="abandoned",
            ),
        ],
        unit=Unit.PER_MINUTE,
    ),
    Panel(
        title="Wait of those who were picked up",
        help="In which time half of them, and nine of ten, were picked up.",
        queries=median_and_tail("callcore_queue_wait_seconds"),
        unit=Unit.SECONDS,
        empty="no calls",
    ),
    Panel(
        title="Waits, as they are spread",
        help="Of those who were picked up, how many waited how long.",
        queries=[
            Query(
                promql=promql.over(
                    "sum",
                    "le",
                    "increase("
                    f"{promql.of('callcore_queue_wait_seconds_bucket', QUEUE)}"
                    "[$__rate_interval])",
                ),
                legend="{{le}}",
            )
        ],
        look=Look.HEAT,
        unit=Unit.SECONDS,
    ),
    Panel(
        title="Wait of those who gave up",
        help="Their patience, as far as it was tried.",
        queries=median_and_tail("callcore_queue_abandon_wait_seconds"),
        unit=Unit.SECONDS,
        empty="nobody gave up",
    ),
    Panel(
        title="Why callers left, a minute",
        help="By reason, the good one left out.",
        queries=[
            Query(
                promql=promql.or_zero(
                    promql.per_minute(
                        "callcore_queue_left_total", "reason", QUEUE, 'reason!="picked_up"'
                    )
                    + " > 0"
                ),
                legend="{{reason}}",
            )
        ],
        unit=Unit.PER_MINUTE,
        is_stacked=True,
    ),
    Panel(
        title="Not admitted, a minute",
        help="By reason.",
        queries=counted("callcore_calls_refused_total", "reason"),
        unit=Unit.PER_MINUTE,
        is_stacked=True,
    ),
    Panel(
        title="Sent elsewhere, a minute",
        help="By reason and kind of place.",
        queries=[
            Query(
                promql=promql.or_zero(
                    promql.per_minute("callcore_calls_sent_on_total", "reason, target", QUEUE)
                ),
                legend="{{reason}} to {{target}}",
            )
        ],
        unit=Unit.PER_MINUTE,
        is_stacked=True,
    ),
    Panel(
        title="Announcements, a minute",
        help="What waiting callers were told.",
        queries=[
            Query(
                promql=promql.per_minute("callcore_queue_announcements_total", "kind", QUEUE),
                legend="{{kind}}",
            )
        ],
        unit=Unit.PER_MINUTE,
    ),
)

BOARD = Board(
    name="queue",
    title="queue in detail",
    help="How long callers of a queue wait, why they leave, what they were told and whether it was "
    "true.",
    choices=(SITE, QUEUES),
    rows=(
        Row(title="In line", panels=_LINE),
        Row(title="Service", panels=_SERVICE),
        Row(title="Estimates", panels=afterwards.ESTIMATES),
        Row(title="Agents and talks", panels=afterwards.TALKS),
        Row(title="Callbacks", panels=afterwards.CALLBACKS),
    ),
)
