"""The queues in which the caller waited."""

from __future__ import annotations

from callcore.adapters.postgres.rows.tables import Table, numbered
from callcore.adapters.postgres.scalars import Row, clean, instant, word_or_none
from callcore.domain.records import QueueVisit


def _visit(visit: QueueVisit) -> Row:
    return (
        clean(visit.queue),
        instant(visit.joined_at),
        visit.priority,
        visit.position_at_join,
        instant(visit.left_at),
        word_or_none(visit.leave_reason),
        word_or_none(visit.refusal_reason),
        float(visit.waited_seconds),
        visit.is_short_abandon,
        visit.announcements_count,
        visit.limit,
        None if visit.estimate_seconds is None else float(visit.estimate_seconds),
        visit.last_priority,
        instant(visit.came_at),
        visit.is_resumed,
        clean(visit.asked_by),
        clean(visit.treatment),
    )


VISITS = Table(
    name="queue_visits",
    columns=(
        "call_id",
        "visit_number",
        "queue",
        "joined_at",
        "priority",
        "position_at_join",
        "left_at",
        "leave_reason",
        "refusal_reason",
        "waited_seconds",
        "is_short_abandon",
        "announcements_count",
        "waiting_limit",
        "estimate_seconds",
        "last_priority",
        "came_at",
        "is_resumed",
        "asked_by",
        "treatment",
    ),
    rows=numbered(lambda record: record.visits, _visit),
)
