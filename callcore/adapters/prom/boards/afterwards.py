"""Of a queue what is known later: whether estimates were right, talks, callbacks."""

from __future__ import annotations

from callcore.adapters.prom.boards import promql
from callcore.adapters.prom.boards.by_queue import QUEUE, median_and_tail, now
from callcore.adapters.prom.boards.model import GREEN, RED, YELLOW, Panel, Query, Unit

_DEVIATION = promql.rise("callcore_queue_estimate_deviation_seconds_total", "1h", "queue", QUEUE)
_LIVED = promql.rise("callcore_queue_estimate_error_seconds_count", "1h", "queue", QUEUE)

ESTIMATES = (
    Panel(
        title="How far off estimates are, of the last hour",
        help="Mean difference, whichever way, between the estimate told and the wait after it.",
        queries=[
            Query(
                promql=f"{_DEVIATION} / ({_LIVED} or 0 * {_DEVIATION})",
                legend="{{queue}}",
            )
        ],
        unit=Unit.SECONDS,
        empty="no estimates",
        alert="CallcoreEstimatesWrong",
    ),
    Panel(
        title="Waits beyond the upper end that was told, of the last hour",
        help="One less `upper_quantile` (0.2 by default) if the estimates are right.",
        queries=[
            Query(
                promql=promql.rise(
                    "callcore_queue_estimates_lived_total",
                    "1h",
                    "queue",
                    QUEUE,
                    'upper_end="beyond"',
                )
                + " / "
                + promql.rise("callcore_queue_estimates_lived_total", "1h", "queue", QUEUE),
                legend="{{queue}}",
            )
        ],
        unit=Unit.SHARE,
        limits=((None, GREEN), (0.35, YELLOW), (0.5, RED)),
        most=1,
        empty="no estimates",
        alert="CallcoreEstimatesWrong",
    ),
    Panel(
        title="Priorities changed, a minute",
        help="By ageing, by callers, by operators.",
        queries=[
            Query(
                promql=promql.or_zero(
                    promql.per_minute("callcore_queue_priority_changes_total", "by", QUEUE)
                ),
                legend="{{by}}",
            )
        ],
        unit=Unit.PER_MINUTE,
    ),
)

TALKS = (
    Panel(
        title="Agents of the queue, by state",
        help="Whichever queue's caller keeps them; one of several queues chosen counts in each.",
        queries=[
            Query(
                promql=promql.over(
                    "max",
                    "queue, state",
                    promql.of("callcore_queue_agents", QUEUE, 'state!="logged_out"'),
                ),
                legend="{{queue}} {{state}}",
            )
        ],
        is_stacked=True,
        empty="nobody",
    ),
    Panel(
        title="Talks",
        help="Their length: half of them, and nine of ten.",
        queries=median_and_tail("callcore_queue_talk_seconds"),
        unit=Unit.SECONDS,
        empty="no talks",
    ),
    Panel(
        title="Wrap-ups",
        help="Their length: half of them, and nine of ten.",
        queries=median_and_tail("callcore_queue_wrap_up_seconds"),
        unit=Unit.SECONDS,
        empty="no wrap-ups",
    ),
)

CALLBACKS = (
    Panel(
        title="Callbacks",
        help="Promises that are not kept yet: those whose turn has come or is near, and those "
        "between two attempts, put off, or outside their hours.",
        queries=[
            Query(promql=now("callcore_callbacks", "queue, state"), legend="{{queue}} {{state}}")
        ],
        is_stacked=True,
    ),
    Panel(
        title="Callbacks over, in an hour",
        help="By reason; `picked_up` if an agent was put through.",
        queries=[
            Query(
                promql=promql.rise("callcore_callbacks_ended_total", "1h", "reason", QUEUE),
                legend="{{reason}}",
            )
        ],
        is_stacked=True,
    ),
    Panel(
        title="Calls to customers that reached nobody, in an hour",
        help="By what came of them.",
        queries=[
            Query(
                promql=promql.rise("callcore_callbacks_unreached_total", "1h", "outcome", QUEUE),
                legend="{{outcome}}",
            )
        ],
        is_stacked=True,
    ),
)
