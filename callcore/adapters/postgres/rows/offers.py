"""The agents who were asked, and why they."""

from __future__ import annotations

from callcore.adapters.postgres.binary_copy import (
    boolean,
    double,
    instant,
    integer,
    json,
    text,
    word,
)
from callcore.adapters.postgres.rows.tables import Column, Table

OFFERS = Table(
    name="offers",
    parts="offers",
    number="offer_number",
    own=(
        Column("offer_id", text),
        Column("queue", word),
        Column("agent_id", word),
        Column("leg_id", text),
        Column("reserved_at", instant),
        Column("ringing_at", instant),
        Column("picked_up_at", instant),
        Column("bridged_at", instant),
        Column("unbridged_at", instant),
        Column("ended_at", instant),
        Column("lost_reason", word),
        Column("hangup_cause", word),
        Column("hold_seconds", double),
        Column("transfer", word),
        Column("transferred_to", text),
    ),
)

DECISIONS = Table(
    name="decisions",
    parts="decisions",
    number="decision_number",
    own=(
        Column("offer_id", text),
        Column("queue", word),
        Column("agent_id", word),
        Column("decided_at", instant),
        Column("trigger", word),
        Column("waited_seconds", double),
        Column("priority", integer),
        Column("strategy", word),
        Column("open_level", integer),
        Column("skill_rule", word),
        Column("is_sticky", boolean),
        Column("passed_over", json),
        Column("not_free", json),
    ),
)
