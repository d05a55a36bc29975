"""What callers answered in menus and surveys, and other systems about callers."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.events.facts import CallFact
from callcore.domain.ids import AgentId, LookupName, MenuName, QueueName, SurveyName
from callcore.domain.lookups import LookupFailure


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuAnswered(CallFact):
    """A caller chose from a menu, or was led on by a branch."""

    menu: MenuName
    key: str
    """What was pressed; empty for one who chose nothing of use, and for a branch."""
    branch: str = ""
    """``open``, ``closed``, a caller list, a lookup's word, ``failed``, ``otherwise``.

    The last also for one who chose nothing of use; empty for a choice.
    """
    detail: str = ""
    """The word of a lookup's answer that is none of the branches."""
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupMade(CallFact):
    """Another system was asked about a caller."""

    lookup: LookupName
    seconds: float
    failure: LookupFailure | None
    """``None`` for an answer of use."""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswered(CallFact):
    """A caller answered a question, or gave no answer: ``answer`` is empty then."""

    survey: SurveyName
    question: str
    answer: str
    queue: QueueName | None
    agent_id: AgentId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyEnded(CallFact):
    """A survey is over; ``answered_count`` of ``questions_count`` questions have an answer."""

    survey: SurveyName
    queue: QueueName | None
    agent_id: AgentId | None
    answered_count: int
    questions_count: int
