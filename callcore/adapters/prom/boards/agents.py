"""Agents: what they do, why those who are free are not asked, which calls they miss."""

from __future__ import annotations

from callcore.adapters.prom.boards import promql
from callcore.adapters.prom.boards.by_queue import QUEUE, counted, median_and_tail
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

MISSES = 'outcome=~"no_answer|busy|refused|unregistered|unreachable|not_confirmed"'


def _floor(metric: str, labels: str = "", *where: str) -> str:
    return promql.over("max", labels, promql.of(metric, *where))


_NOW = (
    Panel(
        title="Free",
        help="Available, those who are held back among them.",
        queries=[Query(promql=_floor("callcore_agents", "", 'state="available"'))],
        look=Look.NUMBER,
        width=4,
        height=4,
    ),
    Panel(
        title="Talking",
        help="With a caller.",
        queries=[Query(promql=_floor("callcore_agents", "", 'state="talking"'))],
        look=Look.NUMBER,
        width=4,
        height=4,
    ),
    Panel(
        title="On a break",
        help="Whatever its code.",
        queries=[Query(promql=_floor("callcore_agents", "", 'state="on_break"'))],
        look=Look.NUMBER,
        width=4,
        height=4,
    ),
    Panel(
        title="Breaks too long",
        help="Longer than their code allows. `callcore agent list` names them.",
        queries=[Query(promql=_floor("callcore_agents_overrun"))],
        look=Look.NUMBER,
        width=4,
        height=4,
        limits=((None, GREEN), (1, YELLOW)),
    ),
    Panel(
        title="Free, and their phone away",
        help="Their phone is not registered: they are not asked. `callcore agent list` names them.",
        queries=[Query(promql=_floor("callcore_agents_held", "", 'reason="unregistered"'))],
        look=Look.NUMBER,
        width=4,
        height=4,
        limits=((None, GREEN), (1, YELLOW), (3, RED)),
        alert="CallcorePhonesUnregistered",
    ),
    Panel(
        title="Resting after a miss",
        help="Left alone for a while, for they missed a call.",
        queries=[Query(promql=_floor("callcore_agents_resting"))],
        look=Look.NUMBER,
        width=4,
        height=4,
        limits=((None, GREEN), (2, YELLOW)),
        alert="CallcoreAgentsMissCalls",
    ),
)

_STATES = (
    Panel(
        title="Agents, by state",
        help="Of the whole roster, the logged out left out.",
        queries=[
            Query(
                promql=_floor("callcore_agents", "state", 'state!="logged_out"'),
                legend="{{state}}",
            )
        ],
        is_stacked=True,
    ),
    Panel(
        title="Breaks, by code",
        help="How many are on which.",
        queries=[
            Query(
                promql=promql.or_zero(_floor("callcore_agents_on_break", "break_code")),
                legend="{{break_code}}",
            )
        ],
        is_stacked=True,
    ),
    Panel(
        title="Free and not asked",
        help="Held back by a phone that is away or on a call that is not callcore's, or resting "
        "after a miss.",
        queries=[
            Query(promql=_floor("callcore_agents_held", "reason"), legend="{{reason}}"),
            Query(promql=_floor("callcore_agents_resting"), legend="resting"),
        ],
    ),
    Panel(
        title="Agents staffed, by queue",
        help="Neither logged out nor on a break.",
        queries=[
            Query(
                promql=_floor("callcore_queue_staffed_agents", "queue", QUEUE), legend="{{queue}}"
            )
        ],
        alert="CallcoreNobodyStaffed",
    ),
    Panel(
        title="Changes of state, a minute",
        help="A storm of them is a fault, or somebody's script.",
        queries=[
            Query(
                promql=promql.per_minute("callcore_agent_changes_total", "state"),
                legend="{{state}}",
            )
        ],
        unit=Unit.PER_MINUTE,
    ),
    Panel(
        title="Changes that wait for Postgres",
        help="They are in Redis until Postgres has them.",
        queries=[Query(promql=_floor("callcore_agent_changes_pending"))],
        limits=((None, GREEN), (1000, YELLOW)),
        alert="CallcoreRecordsPending",
    ),
)

_OFFERS = (
    Panel(
        title="Missed, of the last hour",
        help="The share of offers that the agent missed: not answered, refused, busy, phone away.",
        queries=[
            Query(
                promql=promql.rise("callcore_offers_ended_total", "1h", "queue", QUEUE, MISSES)
                + " / "
                + promql.rise("callcore_offers_ended_total", "1h", "queue", QUEUE),
                legend="{{queue}}",
            )
        ],
        unit=Unit.SHARE,
        limits=((None, GREEN), (0.15, YELLOW), (0.3, RED)),
        most=1,
        empty="no offers",
        alert="CallcoreAgentsMissCalls",
    ),
    Panel(
        title="Offers, by what became of them, a minute",
        help="`won` is the good one.",
        queries=counted("callcore_offers_ended_total", "outcome"),
        unit=Unit.PER_MINUTE,
        is_stacked=True,
    ),
    Panel(
        title="How long phones ring",
        help="Until picked up: half of them, and nine of ten.",
        queries=median_and_tail("callcore_offer_ring_seconds"),
        unit=Unit.SECONDS,
        empty="no offers",
    ),
    Panel(
        title="Given a break for misses, in an hour",
        help="So many missed calls in a row, by the queue of the last.",
        queries=[
            Query(
                promql=promql.rise("callcore_agent_missed_too_many_total", "1h", "queue", QUEUE),
                legend="{{queue}}",
            )
        ],
    ),
    Panel(
        title="Wrap-ups, a minute",
        help="By how they ended.",
        queries=[
            Query(
                promql=promql.per_minute("callcore_queue_wrap_ups_total", "end", QUEUE),
                legend="{{end}}",
            )
        ],
        unit=Unit.PER_MINUTE,
    ),
    Panel(
        title="Wrong PINs, in ten minutes",
        help="Of feature codes: somebody who tries, or a phone with an old PIN.",
        queries=[
            Query(
                promql=promql.or_zero(
                    promql.rise(
                        "callcore_agent_feature_codes_total",
                        "10m",
                        "answer",
                        'answer=~"wrong_pin|locked_out"',
                    )
                ),
                legend="{{answer}}",
            )
        ],
    ),
)

BOARD = Board(
    name="agents",
    title="agents",
    help="What agents do, why those who are free are not asked, and which calls they miss.",
    choices=(SITE, QUEUES),
    rows=(
        Row(title="Now", panels=_NOW),
        Row(title="States", panels=_STATES),
        Row(title="Offers and wrap-ups", panels=_OFFERS),
    ),
)
