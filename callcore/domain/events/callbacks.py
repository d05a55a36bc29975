"""Callbacks that were promised, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.callback_notices import NoticeFailure
from callcore.domain.events.facts import CallFact
from callcore.domain.ids import CallId, HookName, LegId, NodeName, QueueName
from callcore.domain.outcomes import AskingEnd, AttemptOutcome, CallbackOrigin
from callcore.domain.policies import NoticeKind


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackPromised(CallFact):
    """A caller was promised to be called back; the promise is a call of its own."""

    of_call: CallId
    queue: QueueName
    caller_number: str
    origin: CallbackOrigin = CallbackOrigin.OVERFLOW
    is_adopted: bool = False
    """True if another process made the promise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAsked(CallFact):
    """A callback was offered or asked for, and this came of it: ``call_id`` is the caller's, or for
    a request that of the promise, if there is one.
    """

    queue: QueueName
    origin: CallbackOrigin
    end: AskingEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackDialled(CallFact):
    """An agent has picked up, and the customer's phone is being called for the ``attempt``-th time,
    those that were broken off not counted.
    """

    queue: QueueName
    node: NodeName
    leg_id: LegId
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackUnreached(CallFact):
    """They did not talk: the customer did not answer, was busy, hung up, said nothing."""

    queue: QueueName
    attempt: int
    outcome: AttemptOutcome
    hangup_cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackAnswered(CallFact):
    """The customer has answered, ``is_confirmed`` if a key said so."""

    queue: QueueName
    rang_seconds: float
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTold(CallFact):
    """Another system took a notice to the customer of a promise, or did not."""

    hook: HookName
    kind: NoticeKind
    failure: NoticeFailure | None = None
    """``None`` if it was taken."""
    reason: str = ""
    """Where and what was wrong, for people; it holds nothing of the notice."""
    tries_count: int = 1
    seconds: float = 0.0
    """Since it was to be told."""
