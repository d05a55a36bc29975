"""What is known of a call when it arrives: the number it dialled, the caller's list."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.ids import MenuName, QueueName
from callcore.domain.policies.limits import check_priority
from callcore.domain.skills import SkillRule


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRoute:
    """Where a call to one dialled number goes: to a queue or to a menu."""

    queue: QueueName | None = None
    menu: MenuName | None = None
    priority: int = 0
    """Added to the queue's own, wherever the caller comes to wait."""
    skills: SkillRule | None = None
    """Asked for besides the queue's own."""

    def __post_init__(self) -> None:
        check_priority(self.priority)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerList:
    """Callers of a kind, VIPs for example; a caller on several lists is on the first."""

    name: str
    numbers: frozenset[str]
    """As ``phone_numbers.normalised`` gives them."""
    priority: int = 0
    """Added like that of the dialled number."""
    skills: SkillRule | None = None

    def __post_init__(self) -> None:
        check_priority(self.priority)
