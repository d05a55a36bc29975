"""What goes over the socket: the bodies of requests and answers, and the words of errors.

Views of ``ports.operations`` go as they are, field by field; instants are epoch microseconds.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from callcore.domain.agents import AgentState
from callcore.domain.ids import AgentId, CallId, Micros, QueueName
from callcore.ports import operations
from callcore.ports.operations import AgentView, DutyChange, QueueView, WaitingView

LONGEST_BODY_BYTES = 4096
LONGEST_REASON = 200
LONGEST_NAME = 128
LAST_INSTANT = 253_402_300_799_000_000
"""The end of the year 9999, beyond which few can tell a date."""

Name = Annotated[str, Meta(min_length=1, max_length=LONGEST_NAME)]


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a client sends; an unknown field may be a misspelt one, so it is refused."""


class Nothing(Request, frozen=True, kw_only=True):
    """Of a request whose address says all."""


class Close(Request, frozen=True, kw_only=True):
    """Of ``/close``."""

    until: Annotated[int, Meta(ge=0, le=LAST_INSTANT)] | None = None
    reason: Annotated[str, Meta(max_length=LONGEST_REASON)] = ""


class SetPriority(Request, frozen=True, kw_only=True):
    """Of ``/priority``."""

    priority: int


class Move(Request, frozen=True, kw_only=True):
    """Of ``/move``."""

    queue: Name


class ChangeDuty(Request, frozen=True, kw_only=True):
    """Of ``/login``, ``/logout``, ``/break`` and ``/return``."""

    reason: Annotated[str, Meta(max_length=LONGEST_REASON)] = ""


class Queues(msgspec.Struct, frozen=True, kw_only=True):
    """Every queue."""

    queues: tuple[QueueView, ...]


class Calls(msgspec.Struct, frozen=True, kw_only=True):
    """Every caller who waits."""

    calls: tuple[WaitingView, ...]


class Agents(msgspec.Struct, frozen=True, kw_only=True):
    """Every agent."""

    agents: tuple[AgentView, ...]


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """A queue was closed."""

    queue: QueueName
    until: Micros | None
    reason: str
    by: str


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A closure was ended, or there was none."""

    queue: QueueName
    was_closed: bool
    by: str


class PrioritySet(msgspec.Struct, frozen=True, kw_only=True):
    """A caller has another priority; the effective one."""

    call_id: CallId
    priority: int
    by: str


class Withdrawn(msgspec.Struct, frozen=True, kw_only=True):
    """A caller was taken out."""

    call_id: CallId
    by: str


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """A caller waits elsewhere."""

    call_id: CallId
    queue: QueueName
    by: str


class DutyChanged(msgspec.Struct, frozen=True, kw_only=True):
    """An agent came or went, or was so already: then the state is what the agent is doing."""

    agent_id: AgentId
    change: DutyChange
    is_changed: bool
    state: AgentState
    reason: str
    by: str


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was done: a word for machines and a sentence for people."""

    error: str
    message: str


ERRORS: dict[type[operations.OperationError], tuple[str, int]] = {
    operations.UnknownCallError: ("unknown_call", 404),
    operations.UnknownQueueError: ("unknown_queue", 404),
    operations.UnknownAgentError: ("unknown_agent", 404),
    operations.DutyRefusedError: ("duty_refused", 409),
    operations.NotWaitingError: ("not_waiting", 409),
    operations.MoveRefusedError: ("move_refused", 409),
    operations.OutOfRangeError: ("out_of_range", 422),
    operations.NotReadyError: ("not_ready", 503),
    operations.OperationError: ("refused", 409),
}
"""Word and HTTP status of each class; the first that fits counts."""

BAD_REQUEST = "bad_request"
UNKNOWN_ADDRESS = "unknown_address"
WRONG_METHOD = "wrong_method"
TOO_LARGE = "too_large"
INTERNAL_ERROR = "internal_error"


def failure_of(error: operations.OperationError) -> tuple[Failure, int]:
    """The error as it is sent, and its HTTP status."""
    word, status = next(ERRORS[kind] for kind in type(error).__mro__ if kind in ERRORS)
    return Failure(error=word, message=str(error)), status
