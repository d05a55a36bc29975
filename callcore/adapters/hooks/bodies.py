"""A notice as the body of a request: the format that docs/callbacks.md describes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec

from callcore.domain.callback_notices import CallbackNotice
from callcore.domain.ids import Micros
from callcore.runtime.http_client import endpoints

IDEMPOTENCY_KEY: Final = "Idempotency-Key"
"""The header that is the same in every try of one notice, and in no other notice."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def key_of(notice: CallbackNotice) -> str:
    """What a receiver knows a repeated notice by."""
    return f"{notice.call_id}-{notice.kind}-{notice.at}"


def body_of(notice: CallbackNotice, site: str) -> bytes:
    """One JSON object, always with the same members."""
    members = {
        "kind": notice.kind,
        "at": _instant(notice.at),
        "site": site,
        "call_id": notice.call_id,
        "of_call": notice.of_call,
        "queue": notice.queue,
        "number": notice.number,
        "language": notice.language,
        "account": notice.account,
        "low_minutes": notice.low_minutes,
        "high_minutes": notice.high_minutes,
        "attempts_count": notice.attempts_count,
        "next_attempt_at": _instant(notice.next_attempt_at),
        "reason": notice.reason,
    }
    return msgspec.json.encode(
        {
            name: endpoints.encodable(value) if isinstance(value, str) else value
            for name, value in members.items()
        }
    )


def _instant(at: Micros | None) -> str | None:
    """UTC, to the microsecond."""
    if at is None:
        return None
    moment = _EPOCH + timedelta(microseconds=at)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
