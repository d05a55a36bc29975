"""What customers are told of their callbacks outside of calls; other systems word and send it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callcore.domain.ids import CallId, Language, Micros, QueueName
from callcore.domain.policies import NoticeKind


class NoticeFailure(StrEnum):
    """Why a notice was not taken."""

    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    """Refused, no such host, the connection broke off, a certificate that is not trusted."""
    STATUS = "status"
    """An HTTP status that may be another one later, as 500 and 429."""
    REFUSED = "refused"
    """An HTTP status that says the request itself is wrong, as 400 and 404; it is not repeated."""
    TOO_MANY = "too_many"
    """As many notices as may be wait for the hook."""
    STOPPED = "stopped"
    """callcore has stopped before it was taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackNotice:
    """One notice. Minutes are whole; ``None`` where the wait is not known or of no use."""

    kind: NoticeKind
    at: Micros
    call_id: CallId
    """The promise."""
    of_call: CallId | None
    queue: QueueName
    number: str
    """Whole and normalised: it is where the notice goes."""
    language: Language
    account: str = ""
    low_minutes: int | None = None
    high_minutes: int | None = None
    attempts_count: int = 0
    next_attempt_at: Micros | None = None
    reason: str = ""
    """Of one that is over: the word of its ``LeaveReason``; of one unreached, of its outcome."""
