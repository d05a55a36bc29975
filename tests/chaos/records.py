"""The table of records, by plain SQL."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

_QUERY = """
SELECT call_id, node, arrived_at, line_answered_at, picked_up_at, bridged_at, unbridged_at,
       ended_at, outcome, hung_up_by, hangup_cause, queue, agent_id, wait_seconds, talk_seconds,
       is_adopted, is_callback, callback_of, source, faults
FROM callcore.call_records
"""


def read(url: str) -> list[dict[str, Any]]:
    """Every row."""
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return connection.execute(_QUERY).fetchall()
