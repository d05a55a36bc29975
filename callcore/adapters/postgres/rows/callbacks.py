"""The wishes to be called back, and the calls to the customer."""

from __future__ import annotations

from callcore.adapters.postgres.rows.tables import Table, numbered
from callcore.adapters.postgres.scalars import Row, clean, clean_or_none, instant
from callcore.domain.records import CallbackAsking, CallbackAttempt


def _callback_attempt(attempt: CallbackAttempt) -> Row:
    return (
        instant(attempt.at),
        instant(attempt.answered_at),
        attempt.outcome.value,
        clean(attempt.hangup_cause),
        clean_or_none(attempt.leg_id),
    )


CALLBACK_ATTEMPTS = Table(
    name="callback_attempts",
    columns=(
        "call_id",
        "attempt_number",
        "dialled_at",
        "answered_at",
        "outcome",
        "hangup_cause",
        "leg_id",
    ),
    rows=numbered(lambda record: record.callback_attempts, _callback_attempt),
)


def _callback_asking(asking: CallbackAsking) -> Row:
    return (
        instant(asking.at),
        clean(asking.queue),
        asking.origin.value,
        asking.end.value,
        clean(asking.number),
        clean_or_none(asking.promise),
    )


CALLBACK_ASKINGS = Table(
    name="callback_askings",
    columns=(
        "call_id",
        "asking_number",
        "asked_at",
        "queue",
        "origin",
        "outcome",
        "number",
        "promise",
    ),
    rows=numbered(lambda record: record.callback_askings, _callback_asking),
)
