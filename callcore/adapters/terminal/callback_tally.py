"""How callbacks go since the view began: those being called now, kept, and come to nothing."""

from __future__ import annotations

from callcore.adapters.terminal.picture import CallbacksLine
from callcore.domain import events
from callcore.domain.ids import CallId, Micros, seconds_between
from callcore.domain.outcomes import ENDS_OF_PROMISES, AttemptOutcome, LeaveReason

LONGEST_CALL_SECONDS = 120.0
"""Nobody's phone rings for longer; a call that was broken off is told by no fact."""

_COME_TO_NOTHING = ENDS_OF_PROMISES - {LeaveReason.RANG_IN}


class CallbackTally:
    """Hears facts; holds no more than the promises whose customers are being called."""

    def __init__(self) -> None:
        self._dialled_at: dict[CallId, Micros] = {}
        self._kept_count = 0
        self._failed_count = 0

    def observe(self, fact: events.Fact) -> None:
        """Takes one fact in."""
        match fact:
            case events.CallbackDialled(call_id=call_id, at=at):
                self._dialled_at[call_id] = at
            case events.CallbackUnreached(call_id=call_id, outcome=AttemptOutcome.MACHINE):
                # The agent was put through to it: it was no kept promise.
                self._dialled_at.pop(call_id, None)
                self._kept_count = max(self._kept_count - 1, 0)
            case (
                events.CallbackAnswered(call_id=call_id) | events.CallbackUnreached(call_id=call_id)
            ):
                self._dialled_at.pop(call_id, None)
            case events.LegsBridged(call_id=call_id, is_callback=True):
                self._dialled_at.pop(call_id, None)
                self._kept_count += 1
            case events.CallerLeft(call_id=call_id, is_callback=True, reason=reason):
                self._dialled_at.pop(call_id, None)
                self._failed_count += reason in _COME_TO_NOTHING
            case _:
                pass

    def line(self, open_count: int, deferred_count: int, now: Micros) -> CallbacksLine:
        """How things stand, with so many promises open on the floor, of which so many not due."""
        called_count = sum(
            seconds_between(at, now) < LONGEST_CALL_SECONDS for at in self._dialled_at.values()
        )
        return CallbacksLine(
            open_count=open_count,
            deferred_count=deferred_count,
            called_count=called_count,
            kept_count=self._kept_count,
            failed_count=self._failed_count,
        )
