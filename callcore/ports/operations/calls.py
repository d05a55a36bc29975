"""Queues, and callers in them, as operators see them."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.admission import Closure, Limit
from callcore.domain.ids import AgentId, CallId, Micros, QueueName
from callcore.domain.outcomes import CallbackOrigin
from callcore.domain.records import (
    CallbackAsking,
    CallbackAttempt,
    DecisionRecord,
    SurveyAnswer,
)
from callcore.domain.routing import Judgement
from callcore.ports.operations.callbacks import CallbackView


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueView:
    """One queue at an instant."""

    queue: QueueName
    is_open: bool
    closure: Closure | None
    """The closure by command that holds now."""
    opens_at: Micros | None
    closes_at: Micros | None
    """By its hours, from now on; ``None`` without hours or when not within reach."""
    waiting_count: int
    """Those being offered included, and not those of ``deferred_count``."""
    free_agents_count: int
    staffed_count: int
    promises_count: int
    """Callbacks promised here that are not kept yet; those that are due are among the waiting."""
    deferred_count: int
    """Those of them that wait and are not due: they count neither as waiting nor for anybody."""
    limit: Limit
    oldest_joined_at: Micros | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingView:
    """One caller who waits, at an instant."""

    call_id: CallId
    queue: QueueName
    caller_number: str
    """Shortened."""
    waited_seconds: float
    """Since first joining."""
    position: int | None
    priority: int
    """With what was gained by waiting."""
    open_level: int
    skill_rule: str
    sticky_agent: AgentId | None
    offered_to: tuple[AgentId, ...]
    is_callback: bool = False
    """True for a promised callback, with nobody on the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why a caller was offered to whom, and if the caller still waits, why to nobody now."""

    call_id: CallId
    decisions: tuple[DecisionRecord, ...]
    waiting: WaitingView | None
    """``None`` once the caller does not wait any more."""
    judgements: tuple[Judgement, ...] = ()
    """Of each free agent of the queue, now."""
    not_free: tuple[tuple[AgentId, str], ...] = ()
    """The queue's other agents with their states, now."""
    language: str = ""
    """In which the caller is or was spoken to."""
    account: str = ""
    """What the caller is or was known by."""
    survey_answers: tuple[SurveyAnswer, ...] = ()
    """What the caller answered after the talk."""
    promise: CallbackView | None = None
    """Of a callback that is not over: how far it is."""
    callback_of: CallId | None = None
    """Of a callback: the call in which it was promised, if it was in one."""
    callback_origin: CallbackOrigin | None = None
    """``None`` if this is no callback."""
    callback_attempts: tuple[CallbackAttempt, ...] = ()
    """The calls to the customer."""
    callback_askings: tuple[CallbackAsking, ...] = ()
    """The wishes to be called back, with shortened numbers."""
