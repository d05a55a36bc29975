"""The call itself: one row."""

from __future__ import annotations

from callcore.adapters.postgres.binary_copy import boolean, double, instant, text, texts, word
from callcore.adapters.postgres.rows.tables import Column, Table

CALLS = Table(
    name="call_records",
    own=(
        Column("call_id", text),
        Column("site", word),
        Column("node", word),
        Column("caller_leg_id", text),
        Column("caller_number", text),
        Column("caller_name", text),
        Column("dialled_number", text),
        Column("arrived_at", instant),
        Column("line_answered_at", instant),
        Column("picked_up_at", instant),
        Column("bridged_at", instant),
        Column("unbridged_at", instant),
        Column("ended_at", instant),
        Column("outcome", word),
        Column("hung_up_by", word),
        Column("hangup_cause", word),
        Column("queue", word),
        Column("agent_id", word),
        Column("wait_seconds", double),
        Column("talk_seconds", double),
        Column("hold_seconds", double),
        Column("is_within_service_level", boolean),
        Column("is_adopted", boolean),
        Column("faults", texts),
        Column("is_callback", boolean),
        Column("callback_of", text),
        Column("language", word),
        Column("account", text),
        Column("callback_origin", word),
        Column("source", word),
    ),
)
