"""A ledger as a value: what one process hands to another."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.ids import Micros
from callcore.domain.ledger.caller import Caller
from callcore.domain.outcomes import CallbackOrigin
from callcore.domain.records import (
    CallbackAsking,
    CallbackAttempt,
    DecisionRecord,
    DigitPress,
    OfferRecord,
    QueueVisit,
    Recording,
    SurveyAnswer,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNotes:
    """All that a ledger holds."""

    caller: Caller
    line_answered_at: Micros | None = None
    visits: tuple[QueueVisit, ...] = ()
    told_at: Micros | None = None
    """When the caller was told something last, while waiting."""
    decisions: tuple[DecisionRecord, ...] = ()
    offers: tuple[OfferRecord, ...] = ()
    held_since: Micros | None = None
    """Since when the caller is on hold; ``None`` if not."""
    is_within_service_level: bool | None = None
    callback_origin: CallbackOrigin | None = None
    callback_askings: tuple[CallbackAsking, ...] = ()
    callback_attempts: tuple[CallbackAttempt, ...] = ()
    callback_attempt: CallbackAttempt | None = None
    """That which goes on."""
    digits: tuple[DigitPress, ...] = ()
    recordings: tuple[Recording, ...] = ()
    faults: tuple[str, ...] = ()
    survey_answers: tuple[SurveyAnswer, ...] = ()
    language: str = ""
    account: str = ""
    ordered_end: str = ""
    """The cause with which the switch was told to end the line; empty if it was not."""
    left_at: Micros | None = None
    """When the process that noted it let go of the call."""
    has_walked: bool = False
    is_promised: bool = False
