"""What somebody asks for a caller, and waits to be answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from callcore.domain.ids import Language, QueueName
from callcore.runtime.reply import Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityAsked:
    """Somebody gives the waiting caller another own priority; the answer is the effective one."""

    own_priority: int
    by: str
    reply: Reply[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawalAsked:
    """Somebody takes the waiting caller out of the queue."""

    by: str
    reply: Reply[None]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveAsked:
    """Somebody moves the waiting caller to another queue."""

    queue: QueueName
    by: str
    reply: Reply[None]


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageAsked:
    """Somebody has the caller be spoken to in another language, wherever in the call."""

    language: Language
    by: str
    reply: Reply[None]


Asked: TypeAlias = PriorityAsked | WithdrawalAsked | MoveAsked
"""Needs a caller who waits; refused whenever it is found without one."""

OperatorMessage: TypeAlias = LanguageAsked | Asked
