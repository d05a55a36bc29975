"""The table of records, by plain SQL."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg.rows import dict_row

_QUERY = """
SELECT call_id, node, arrived_at, line_answered_at, picked_up_at, bridged_at, unbridged_at,
       ended_at, outcome, hung_up_by, hangup_cause, queue, agent_id, wait_seconds, talk_seconds,
       is_adopted, is_callback, callback_of, callback_origin, caller_number, source, faults,
       (SELECT leave_reason FROM callcore.queue_visits AS visits
        WHERE visits.call_id = records.call_id ORDER BY visit_number DESC LIMIT 1) AS left_for,
       (SELECT json_agg(json_build_array(leg_id, outcome) ORDER BY attempt_number)
        FROM callcore.callback_attempts AS attempts
        WHERE attempts.call_id = records.call_id) AS attempts
FROM callcore.call_records AS records
"""


def read(url: str) -> list[dict[str, Any]]:
    """Every row."""
    with psycopg.connect(url, row_factory=dict_row) as connection:
        return connection.execute(_QUERY).fetchall()
