"""Callbacks that were promised, and what came of them."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.events.facts import CallFact
from callcore.domain.ids import CallId, LegId, NodeName, QueueName


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackPromised(CallFact):
    """A caller was promised to be called back; the promise is a call of its own."""

    of_call: CallId
    queue: QueueName
    caller_number: str
    is_adopted: bool = False
    """True if another process made the promise."""


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
    """The customer did not answer, was busy, or hung up before they talked."""

    queue: QueueName
    attempt: int
    hangup_cause: str
