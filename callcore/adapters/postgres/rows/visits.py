"""The queues in which the caller waited."""

from __future__ import annotations

from callcore.adapters.postgres.binary_copy import boolean, double, instant, integer, word
from callcore.adapters.postgres.rows.tables import Column, Table

VISITS = Table(
    name="queue_visits",
    parts="visits",
    number="visit_number",
    own=(
        Column("queue", word),
        Column("joined_at", instant),
        Column("priority", integer),
        Column("position_at_join", integer),
        Column("left_at", instant),
        Column("leave_reason", word),
        Column("refusal_reason", word),
        Column("waited_seconds", double),
        Column("is_short_abandon", boolean),
        Column("announcements_count", integer),
        Column("waiting_limit", integer, "limit"),
        Column("estimate_seconds", double),
        Column("last_priority", integer),
        Column("came_at", instant),
        Column("is_resumed", boolean),
        Column("asked_by", word),
        Column("treatment", word),
    ),
)
