"""When waiting callers are told something, and what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callcore.domain.hours import OpeningHours
from callcore.domain.ids import Micros
from callcore.domain.policies.limits import PolicyError
from callcore.domain.speech.utterances import Utterance

MINIMUM_INTERVAL_SECONDS = 5.0
HIGHEST_SPOKEN_POSITION = 99
LONGEST_SPOKEN_MINUTES = 240
MOST_MESSAGES = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionPolicy:
    """When a waiting caller hears the position."""

    first_after_seconds: float = 10.0
    interval_seconds: float = 30.0
    position_limit: int = 20
    """Beyond it callers hear "more than N"."""

    def __post_init__(self) -> None:
        _check_times(self.first_after_seconds, self.interval_seconds)
        if not 1 <= self.position_limit <= HIGHEST_SPOKEN_POSITION:
            raise PolicyError("position_limit", f"must be 1 to {HIGHEST_SPOKEN_POSITION}")


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatePolicy:
    """When a waiting caller hears how long the wait may still be."""

    first_after_seconds: float = 15.0
    interval_seconds: float = 60.0
    upper_quantile: float = 0.8
    """So many of the callers are served within the upper end of what is announced."""
    longest_minutes: int = 60
    """Beyond it callers hear "more than N minutes"."""
    grown_after_seconds: float = 120.0
    """Only where the wait lasts longer than was told by more than this a longer one is told, as
    one that has grown."""

    def __post_init__(self) -> None:
        _check_times(self.first_after_seconds, self.interval_seconds)
        if self.grown_after_seconds <= 0:
            raise PolicyError("grown_after_seconds", "must be greater than 0")
        if not 0.5 <= self.upper_quantile <= 0.99:  # noqa: PLR2004 - named by the setting
            raise PolicyError("upper_quantile", "must be 0.5 to 0.99")
        if not 1 <= self.longest_minutes <= LONGEST_SPOKEN_MINUTES:
            raise PolicyError("longest_minutes", f"must be 1 to {LONGEST_SPOKEN_MINUTES}")


class MessageOrder(StrEnum):
    """Which of several messages a caller hears next."""

    IN_TURN = "in_turn"
    """One after another, beginning with the first."""
    BY_WEIGHT = "by_weight"
    """Each as often as its weight says, callers beginning with different ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePolicy:
    """One message of the rotation: comfort, news, information."""

    prompts: Utterance
    weight: float = 1.0
    """Of use with ``by_weight``."""
    hours: OpeningHours | None = None
    """When it is told; ``None``: at any hour."""
    valid_from: Micros | None = None
    valid_until: Micros | None = None
    """From the first instant on, and before the second."""

    def __post_init__(self) -> None:
        if not self.prompts:
            raise PolicyError("prompts", "must name at least one prompt")
        if self.weight <= 0:
            raise PolicyError("weight", "must be greater than 0")
        if (
            self.valid_from is not None
            and self.valid_until is not None
            and self.valid_until <= self.valid_from
        ):
            raise PolicyError("valid_until", "must be later than valid_from")


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesPolicy:
    """The rotation of messages that waiting callers hear."""

    each: tuple[MessagePolicy, ...]
    order: MessageOrder = MessageOrder.IN_TURN
    first_after_seconds: float = 20.0
    interval_seconds: float = 60.0

    def __post_init__(self) -> None:
        _check_times(self.first_after_seconds, self.interval_seconds)
        if not 1 <= len(self.each) <= MOST_MESSAGES:
            raise PolicyError("each", f"must have 1 to {MOST_MESSAGES} messages")


def _check_times(first_after_seconds: float, interval_seconds: float) -> None:
    if first_after_seconds < 0:
        raise PolicyError("first_after_seconds", "must not be negative")
    if interval_seconds < MINIMUM_INTERVAL_SECONDS:
        raise PolicyError("interval_seconds", f"must be at least {MINIMUM_INTERVAL_SECONDS:g}")
