"""Which agents a waiting caller may be offered to, and how that widens with the wait."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.policies.limits import PolicyError
from callcore.domain.skills import SkillRule


@dataclass(frozen=True, slots=True, kw_only=True)
class TierPolicy:
    """When agents of the queue's higher levels may be asked."""

    relax_after_seconds: float
    """Each further level opens after so much more waiting."""
    skips_absent_levels: bool = True
    """A level on which nobody is staffed is not waited for."""

    def __post_init__(self) -> None:
        if self.relax_after_seconds <= 0:
            raise PolicyError("relax_after_seconds", "must be greater than 0")


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillStep:
    """What an agent must be able to do for callers who have waited ``after_seconds``."""

    after_seconds: float
    rule: SkillRule


@dataclass(frozen=True, slots=True, kw_only=True)
class StickyPolicy:
    """How long a caller is remembered by the agent who talked with them, and waits for that one."""

    days: float = 7.0
    wait_seconds: float = 20.0
    """Only while that agent is staffed; afterwards anybody may be asked."""

    def __post_init__(self) -> None:
        for setting in ("days", "wait_seconds"):
            if getattr(self, setting) <= 0:
                raise PolicyError(setting, "must be greater than 0")
