"""When callers' lines are answered, and what they hear until then."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callcore.domain.policies.limits import PolicyError


class AnswerWhen(StrEnum):
    """When the caller's line is answered, and the caller begins to pay."""

    AT_JOIN = "at_join"
    AT_PICK_UP = "at_pick_up"


class UnansweredHears(StrEnum):
    """What a caller whose line is not answered hears."""

    EARLY_MEDIA = "early_media"
    """The queue's music and announcements, where the carrier carries them."""
    RINGBACK = "ringback"
    """The ringing tone of the caller's own network."""


class UnansweredThen(StrEnum):
    """What becomes of a caller who has waited unanswered for as long as allowed."""

    ANSWER = "answer"
    OVERFLOW = "overflow"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnansweredPolicy:
    """How callers wait whose line is answered at pick-up."""

    hears: UnansweredHears = UnansweredHears.EARLY_MEDIA
    limit_seconds: float = 60.0
    """Carriers end calls that stay unanswered."""
    then: UnansweredThen = UnansweredThen.ANSWER

    def __post_init__(self) -> None:
        if self.limit_seconds <= 0:
            raise PolicyError("limit_seconds", "must be greater than 0")
