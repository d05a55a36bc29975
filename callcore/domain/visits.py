"""What a call's visits to queues add up to: how the call ended, and how long the caller waited."""

from __future__ import annotations

from collections.abc import Sequence

from callcore.domain.ids import Micros
from callcore.domain.ids import seconds_between as between
from callcore.domain.outcomes import CallOutcome, LeaveReason
from callcore.domain.records import QueueVisit

_OUTCOME_OF_LEAVE = {
    LeaveReason.PICKED_UP: CallOutcome.SERVED,
    LeaveReason.ABANDONED: CallOutcome.ABANDONED,
    LeaveReason.EXIT_KEY: CallOutcome.EXITED,
    LeaveReason.MAXIMUM_WAIT: CallOutcome.OVERFLOWED,
    LeaveReason.QUEUE_FULL: CallOutcome.OVERFLOWED,
    LeaveReason.CLOSED: CallOutcome.OVERFLOWED,
    LeaveReason.NO_AGENTS: CallOutcome.OVERFLOWED,
    LeaveReason.ESTIMATE_TOO_LONG: CallOutcome.OVERFLOWED,
    LeaveReason.WITHDRAWN: CallOutcome.OVERFLOWED,
    LeaveReason.UNANSWERED_TOO_LONG: CallOutcome.OVERFLOWED,
    LeaveReason.MOVED: CallOutcome.LOST,  # the visit that should have come next did not
    LeaveReason.FALLBACK: CallOutcome.LOST,
    LeaveReason.SWITCH_LOST: CallOutcome.LOST,
    LeaveReason.CALLER_UNREACHABLE: CallOutcome.LOST,
    LeaveReason.CALLBACK_FAILED: CallOutcome.CALLBACK_FAILED,
    LeaveReason.CALLBACK_EXPIRED: CallOutcome.CALLBACK_FAILED,
    LeaveReason.CALLBACK_ASKED: CallOutcome.CALLBACK_PROMISED,
    LeaveReason.CALLBACK_DECLINED: CallOutcome.CALLBACK_FAILED,
    LeaveReason.NUMBER_REFUSED: CallOutcome.CALLBACK_FAILED,
    LeaveReason.RANG_IN: CallOutcome.CALLBACK_RANG_IN,
}

_TO_QUEUE = "queue:"
"""What ``treatments.in_words`` begins with for a caller who was sent to another queue."""


def outcome(visits: Sequence[QueueVisit]) -> CallOutcome:
    """How a call with these visits ended: the last one decides.

    One who left a queue for another one, and was refused there, has overflowed.
    """
    if not visits:
        return CallOutcome.LOST
    last = visits[-1]
    if last.refusal_reason is not None:
        return CallOutcome.OVERFLOWED if _left_for_a_queue(visits) else CallOutcome.REFUSED
    if last.is_short_abandon and last.leave_reason is LeaveReason.ABANDONED:
        return CallOutcome.SHORT_ABANDONED
    if last.leave_reason is None:
        return CallOutcome.LOST
    return _OUTCOME_OF_LEAVE[last.leave_reason]


def wait_seconds(visits: Sequence[QueueVisit], arrived_at: Micros) -> float:
    """How long the caller waited in the call that arrived then, each moment counted once.

    A visit may count from the beginning of an earlier one, or of a call before this; what lies
    between two visits (a menu, a talk) is no waiting.
    """
    waited, counted_until = 0.0, arrived_at
    for number, visit in enumerate(visits):
        if visit.left_at is not None:
            is_first = number == 0 and not visit.is_resumed
            began_at = visit.joined_at if is_first else visit.came_at or visit.joined_at
            waited += between(max(began_at, counted_until), visit.left_at)
            counted_until = max(counted_until, visit.left_at)
    return waited


def _left_for_a_queue(visits: Sequence[QueueVisit]) -> bool:
    return any(
        visit.leave_reason is not None and visit.treatment.startswith(_TO_QUEUE) for visit in visits
    )
