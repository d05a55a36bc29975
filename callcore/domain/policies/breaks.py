"""The breaks agents may take."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.agents import BreakCode
from callcore.domain.policies.limits import KEYS, PolicyError


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakPolicy:
    """One kind of break."""

    code: BreakCode
    name: str = ""
    """For people; empty: the code."""
    maximum_seconds: float | None = None
    """A longer break raises an alarm and goes on; ``None``: as long as ever."""
    key: str | None = None
    """What the agent presses after the feature code for breaks; ``None``: not by phone."""

    def __post_init__(self) -> None:
        if self.maximum_seconds is not None and self.maximum_seconds <= 0:
            raise PolicyError("maximum_seconds", "must be greater than 0")
        if self.key is not None and self.key not in KEYS:
            raise PolicyError("key", "must be one key: 0 to 9, * or #")
