"""What came of calling a customer, by the cause with which FreeSWITCH ended the call.

Causes are FreeSWITCH's words (``switch_types.h``, after ITU-T Q.850).
"""

from __future__ import annotations

from callcore.domain.outcomes import AttemptOutcome

_OUTCOMES = {
    "USER_BUSY": AttemptOutcome.BUSY,
    "BUSY_EVERYWHERE": AttemptOutcome.BUSY,
    "NO_ANSWER": AttemptOutcome.NO_ANSWER,
    "NO_USER_RESPONSE": AttemptOutcome.NO_ANSWER,
    "ALLOTTED_TIMEOUT": AttemptOutcome.NO_ANSWER,
    "PROGRESS_TIMEOUT": AttemptOutcome.NO_ANSWER,
    "NO_PICKUP": AttemptOutcome.NO_ANSWER,
    "NORMAL_CLEARING": AttemptOutcome.NO_ANSWER,
    "ORIGINATOR_CANCEL": AttemptOutcome.NO_ANSWER,
    "LOST_TRACK": AttemptOutcome.NO_ANSWER,
    "CALL_REJECTED": AttemptOutcome.REFUSED,
    "DECLINE": AttemptOutcome.REFUSED,
    "REJECT_ALL": AttemptOutcome.REFUSED,
    "UNWANTED": AttemptOutcome.REFUSED,
}
"""Of lines that were not answered; ``LOST_TRACK`` is our own word for an end that nobody heard."""

_IMPOSSIBLE = frozenset(
    {
        "UNALLOCATED_NUMBER",
        "INVALID_NUMBER_FORMAT",
        "NUMBER_CHANGED",
        "DOES_NOT_EXIST_ANYWHERE",
    }
)


def outcome(hangup_cause: str, *, is_answered: bool) -> AttemptOutcome:
    """What came of a call that ended before they talked.

    A cause without an entry means that there was no way to the customer's phone.
    """
    if is_answered:
        return AttemptOutcome.HUNG_UP
    return _OUTCOMES.get(hangup_cause, AttemptOutcome.UNREACHABLE)


def is_impossible(hangup_cause: str) -> bool:
    """True if nobody will ever be reached by that number: it is not dialled again."""
    return hangup_cause in _IMPOSSIBLE
