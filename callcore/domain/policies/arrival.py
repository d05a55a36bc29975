"""What is known of a call when it arrives: the number it dialled, the caller's list."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.ids import Language, MenuName, QueueName, SurveyName
from callcore.domain.policies.limits import check_priority
from callcore.domain.skills import SkillRule


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRoute:
    """Where a call to one dialled number goes: to a queue, to a menu or to a survey."""

    queue: QueueName | None = None
    menu: MenuName | None = None
    survey: SurveyName | None = None
    """For callers whom their agents send there: it is about the last talk."""
    priority: int = 0
    """Added to the queue's own, wherever the caller comes to wait."""
    skills: SkillRule | None = None
    """Asked for besides the queue's own."""
    language: Language | None = None
    """The caller's; ``None``: that of the site."""
    music: str | None = None
    """In place of the queues' own."""

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
    language: Language | None = None
    music: str | None = None
    account: str = ""
    """What other systems know the callers by; kept in the record and sent along with lookups."""

    def __post_init__(self) -> None:
        check_priority(self.priority)
