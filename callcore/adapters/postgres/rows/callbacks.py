"""The wishes to be called back, and the calls to the customer."""

from __future__ import annotations

from callcore.adapters.postgres.binary_copy import instant, text, word
from callcore.adapters.postgres.rows.tables import Column, Table

CALLBACK_ATTEMPTS = Table(
    name="callback_attempts",
    parts="callback_attempts",
    number="attempt_number",
    own=(
        Column("dialled_at", instant, "at"),
        Column("answered_at", instant),
        Column("outcome", word),
        Column("hangup_cause", word),
        Column("leg_id", text),
    ),
)

CALLBACK_ASKINGS = Table(
    name="callback_askings",
    parts="callback_askings",
    number="asking_number",
    own=(
        Column("asked_at", instant, "at"),
        Column("queue", word),
        Column("origin", word),
        Column("outcome", word, "end"),
        Column("number", text),
        Column("promise", text),
    ),
)
