"""The call itself: one row."""

from __future__ import annotations

from collections.abc import Iterator

from callcore.adapters.postgres.rows.tables import Table
from callcore.adapters.postgres.scalars import Row, clean, clean_or_none, instant, word_or_none
from callcore.domain.records import CallRecord


def _call_rows(record: CallRecord) -> Iterator[Row]:
    yield (
        clean(record.call_id),
        clean(record.site),
        clean(record.node),
        clean(record.caller_leg_id),
        clean(record.caller_number),
        clean(record.caller_name),
        clean(record.dialled_number),
        instant(record.arrived_at),
        instant(record.line_answered_at),
        instant(record.picked_up_at),
        instant(record.bridged_at),
        instant(record.unbridged_at),
        instant(record.ended_at),
        record.outcome.value,
        record.hung_up_by.value,
        clean(record.hangup_cause),
        clean_or_none(record.queue),
        clean_or_none(record.agent_id),
        float(record.wait_seconds),
        float(record.talk_seconds),
        float(record.hold_seconds),
        record.is_within_service_level,
        record.is_adopted,
        [clean(fault) for fault in record.faults],
        record.is_callback,
        clean_or_none(record.callback_of),
        clean(record.language),
        clean(record.account),
        word_or_none(record.callback_origin),
        record.source.value,
    )


CALLS = Table(
    name="call_records",
    columns=(
        "call_id",
        "site",
        "node",
        "caller_leg_id",
        "caller_number",
        "caller_name",
        "dialled_number",
        "arrived_at",
        "line_answered_at",
        "picked_up_at",
        "bridged_at",
        "unbridged_at",
        "ended_at",
        "outcome",
        "hung_up_by",
        "hangup_cause",
        "queue",
        "agent_id",
        "wait_seconds",
        "talk_seconds",
        "hold_seconds",
        "is_within_service_level",
        "is_adopted",
        "faults",
        "is_callback",
        "callback_of",
        "language",
        "account",
        "callback_origin",
        "source",
    ),
    rows=_call_rows,
)
