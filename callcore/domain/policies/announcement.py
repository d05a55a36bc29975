"""When waiting callers are told something."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.policies.limits import PolicyError

MINIMUM_INTERVAL_SECONDS = 5.0
HIGHEST_SPOKEN_NUMBER = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncementPolicy:
    """When a waiting caller hears the position."""

    first_after_seconds: float = 10.0
    interval_seconds: float = 30.0
    position_limit: int = 20
    """Beyond it callers hear "more than N"."""

    def __post_init__(self) -> None:
        if self.first_after_seconds < 0:
            raise PolicyError("first_after_seconds", "must not be negative")
        if self.interval_seconds < MINIMUM_INTERVAL_SECONDS:
            raise PolicyError("interval_seconds", f"must be at least {MINIMUM_INTERVAL_SECONDS:g}")
        if not 1 <= self.position_limit <= HIGHEST_SPOKEN_NUMBER:
            raise PolicyError("position_limit", f"must be 1 to {HIGHEST_SPOKEN_NUMBER}")
