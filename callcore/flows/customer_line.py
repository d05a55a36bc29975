"""How far the line to a customer who is called back has come."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from callcore.domain import callback_attempts
from callcore.domain.ids import LegId, Micros, seconds_between
from callcore.domain.outcomes import AttemptOutcome
from callcore.domain.records import CallbackAttempt

NEVER = Micros(0)


class Line(StrEnum):
    """Where it stands."""

    NONE = "none"
    RINGING = "ringing"
    ANSWERED = "answered"
    """With us, and being asked whether somebody is there."""
    READY = "ready"
    """With us, to be joined to an agent as soon as one has picked up."""
    LEAVING = "leaving"
    """Told a last thing, and then ended."""
    MET = "met"
    """Customer and agent have talked: a line like any other, whose end is the call's."""


AT_HAND = frozenset({Line.ANSWERED, Line.READY, Line.LEAVING, Line.MET})
"""Something can be heard, and kept, on the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerLine:
    """One line to a customer, or none."""

    state: Line = Line.NONE
    dialled_at: Micros = NEVER
    answered_at: Micros | None = None

    def at(self, state: Line) -> CustomerLine:
        """The line, further on."""
        return replace(self, state=state)

    def answered(self, at: Micros) -> CustomerLine:
        """The customer has picked up."""
        return replace(self, state=Line.ANSWERED, answered_at=at)

    @property
    def is_there(self) -> bool:
        """True from dialling to the end, or until they talk."""
        return self.state not in {Line.NONE, Line.MET}

    @property
    def rang_seconds(self) -> float:
        """From dialling to the answer; 0 if there was none."""
        return seconds_between(self.dialled_at, self.answered_at or self.dialled_at)

    def attempt(self, leg_id: LegId, outcome: AttemptOutcome, cause: str) -> CallbackAttempt:
        """What is noted of it."""
        return CallbackAttempt(
            at=self.dialled_at,
            outcome=outcome,
            hangup_cause=cause,
            leg_id=leg_id,
            answered_at=self.answered_at,
        )

    def ended(self, leg_id: LegId, cause: str) -> CallbackAttempt:
        """What is noted of a line that ended by itself before they talked."""
        is_answered = self.answered_at is not None
        outcome = callback_attempts.outcome(cause, is_answered=is_answered)
        return self.attempt(leg_id, outcome, cause)
