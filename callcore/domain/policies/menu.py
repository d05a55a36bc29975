"""Questions that callers answer with a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from callcore.domain.ids import MenuName
from callcore.domain.policies.limits import KEYS, PolicyError, check_priority
from callcore.domain.skills import SkillRule
from callcore.domain.treatments import Goodbye, Treatment

MOST_TRIES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuChoice:
    """What a key of a menu leads to."""

    to: Treatment
    priority: int = 0
    skills: SkillRule | None = None

    def __post_init__(self) -> None:
        check_priority(self.priority)


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuPolicy:
    """One question with keys as answers."""

    name: MenuName
    prompts: tuple[str, ...]
    choices: Mapping[str, MenuChoice]
    """By key."""
    timeout_seconds: float = 5.0
    """How long a caller may think once the prompts have been heard."""
    tries: int = 3
    """How often the prompts are played before a caller who presses nothing of use goes on to
    ``otherwise``."""
    otherwise: Treatment = field(default=Goodbye())

    def __post_init__(self) -> None:
        if not self.prompts:
            raise PolicyError("prompts", "must name at least one prompt")
        if not self.choices:
            raise PolicyError("choices", "must have at least one key")
        if not self.choices.keys() <= KEYS:
            raise PolicyError("choices", "must be by single keys: 0 to 9, * or #")
        if self.timeout_seconds <= 0:
            raise PolicyError("timeout_seconds", "must be greater than 0")
        if not 1 <= self.tries <= MOST_TRIES:
            raise PolicyError("tries", f"must be 1 to {MOST_TRIES}")
