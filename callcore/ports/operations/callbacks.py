"""Callbacks as operators and web forms ask for them and see them."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.callbacks import CallbackState
from callcore.domain.ids import AgentId, CallId, Language, Micros, QueueName
from callcore.domain.outcomes import AskingEnd, CallbackOrigin
from callcore.domain.records import CallbackAttempt


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRequest:
    """Somebody wants to be called back who is not on the line: from a web form, by an operator."""

    queue: QueueName
    number: str
    """As entered."""
    by: str
    name: str = ""
    language: Language | None = None
    priority: int = 0
    """Added to the queue's."""
    account: str = ""
    not_before: Micros | None = None
    """Not to be called earlier; the place in line counts from the request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAnswer:
    """What became of a request: ``PROMISED`` or ``ALREADY_PROMISED``."""

    end: AskingEnd
    call_id: CallId
    """Of the promise that holds."""
    position: int | None
    low_minutes: int | None = None
    high_minutes: int | None = None
    """The range of the wait as callers are told it; ``None`` if unknown or open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackView:
    """One promise that is not over, at an instant."""

    call_id: CallId
    queue: QueueName
    caller_number: str
    """Shortened."""
    origin: CallbackOrigin
    waited_seconds: float
    """Since first joining."""
    position: int | None
    """``None`` while they talk."""
    state: CallbackState
    due_at: Micros | None
    """The next attempt, if it is not to be made at once."""
    expires_at: Micros
    attempts: tuple[CallbackAttempt, ...]
    offered_to: tuple[AgentId, ...]
