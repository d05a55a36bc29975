"""What goes over the socket: the bodies of requests and answers, and the words of errors.

Views of ``ports.operations`` go as they are, field by field; instants are epoch microseconds.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from callcore.domain import outcomes
from callcore.domain.agents import LONGEST_NOTE, AgentState, Wish
from callcore.domain.ids import AgentId, CallId, Language, Micros, NodeName, QueueName
from callcore.domain.outcomes import AskingEnd
from callcore.domain.policy_changes import PolicyChange
from callcore.ports import operations
from callcore.ports.operations import (
    AgentView,
    CallbackView,
    DutyChange,
    NodeView,
    QueueView,
    WaitingView,
)
from callcore.ports.timelines import AgentChange

LONGEST_BODY_BYTES = 4096
LONGEST_REASON = 200
LONGEST_NAME = 128
USUAL_CHANGES = 50
"""So many of a timeline, if it is not said."""
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


class SetLanguage(Request, frozen=True, kw_only=True):
    """Of ``/language``."""

    language: Name


class Move(Request, frozen=True, kw_only=True):
    """Of ``/move``."""

    queue: Name


class RequestCallback(Request, frozen=True, kw_only=True):
    """Of ``POST /v1/callbacks``."""

    queue: Name
    number: Annotated[str, Meta(max_length=LONGEST_NAME)]
    """As people write numbers."""
    name: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""
    language: Name | None = None
    priority: int = 0
    account: Annotated[str, Meta(max_length=LONGEST_NAME)] = ""
    not_before: Annotated[int, Meta(ge=0, le=LAST_INSTANT)] | None = None


class Forget(Request, frozen=True, kw_only=True):
    """Of ``POST /v1/people/forget``."""

    number: Annotated[str, Meta(max_length=LONGEST_NAME)]
    is_dry_run: bool = False


class ChangeDuty(Request, frozen=True, kw_only=True):
    """Of ``/return`` and ``/ready``."""

    reason: Annotated[str, Meta(max_length=LONGEST_NOTE)] = ""


class ChangeQueues(ChangeDuty, frozen=True, kw_only=True):
    """Of ``/login`` and ``/logout``; without queues it is for all."""

    queues: tuple[Name, ...] = ()


class StartBreak(ChangeDuty, frozen=True, kw_only=True):
    """Of ``/break``; without a code it is the usual one."""

    code: Name | None = None


class ExtendWrapUp(ChangeDuty, frozen=True, kw_only=True):
    """Of ``/extend``."""

    seconds: float = 60.0


DUTY_REQUESTS: dict[DutyChange, type[ChangeDuty]] = {
    DutyChange.LOG_IN: ChangeQueues,
    DutyChange.LOG_OUT: ChangeQueues,
    DutyChange.START_BREAK: StartBreak,
    DutyChange.END_BREAK: ChangeDuty,
    DutyChange.END_WRAP_UP: ChangeDuty,
    DutyChange.EXTEND_WRAP_UP: ExtendWrapUp,
}
"""What each change takes."""


class Queues(msgspec.Struct, frozen=True, kw_only=True):
    """Every queue."""

    queues: tuple[QueueView, ...]


class Calls(msgspec.Struct, frozen=True, kw_only=True):
    """Every caller who waits."""

    calls: tuple[WaitingView, ...]


class Callbacks(msgspec.Struct, frozen=True, kw_only=True):
    """Every callback that is promised and not over."""

    callbacks: tuple[CallbackView, ...]


class PersonForgotten(msgspec.Struct, frozen=True, kw_only=True):
    """A person was taken out of the past, or would be."""

    number: str
    """Shortened."""
    counts: dict[str, int]
    recordings_left: tuple[str, ...]
    is_dry_run: bool
    by: str


class Agents(msgspec.Struct, frozen=True, kw_only=True):
    """Every agent."""

    agents: tuple[AgentView, ...]


class NodeList(msgspec.Struct, frozen=True, kw_only=True):
    """Every node."""

    nodes: tuple[NodeView, ...]


class NodeChanged(msgspec.Struct, frozen=True, kw_only=True):
    """A node takes no new calls, or takes them again."""

    node: NodeName
    is_drained: bool
    is_changed: bool
    """False if it was so before."""
    by: str


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


class LanguageSet(msgspec.Struct, frozen=True, kw_only=True):
    """A caller is spoken to in another language."""

    call_id: CallId
    language: Language
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


class CallbackRequested(msgspec.Struct, frozen=True, kw_only=True):
    """A callback is promised, or was before: see ``CallbackAnswer``."""

    end: AskingEnd
    call_id: CallId
    queue: QueueName
    position: int | None
    low_minutes: int | None
    high_minutes: int | None
    by: str


class DutyChanged(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a change: see ``DutyAnswer``."""

    agent_id: AgentId
    change: DutyChange
    is_changed: bool
    state: AgentState
    wish: Wish | None
    queues: tuple[QueueName, ...]
    warnings: tuple[str, ...]
    reason: str
    by: str


class Unlocked(msgspec.Struct, frozen=True, kw_only=True):
    """Wrong PINs of an agent are forgotten, or there were none."""

    agent_id: AgentId
    is_changed: bool
    by: str


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """The last changes of an agent, oldest first."""

    agent_id: AgentId
    changes: tuple[AgentChange, ...]


class Reloaded(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a reload: see ``ReloadAnswer``."""

    version: str
    is_changed: bool
    changes: tuple[PolicyChange, ...]
    warnings: tuple[str, ...]
    needs_restart: tuple[str, ...]
    by: str


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was done: a word for machines and a sentence for people."""

    error: str
    message: str


CONFIG_REFUSED = "config_refused"

ERRORS: dict[type[operations.OperationError], tuple[str, int]] = {
    operations.UnknownCallError: ("unknown_call", 404),
    operations.UnknownQueueError: ("unknown_queue", 404),
    operations.UnknownAgentError: ("unknown_agent", 404),
    operations.UnknownNodeError: ("unknown_node", 404),
    operations.UnknownBreakError: ("unknown_break", 404),
    operations.DutyRefusedError: ("duty_refused", 409),
    operations.NotWaitingError: ("not_waiting", 409),
    operations.MoveRefusedError: ("move_refused", 409),
    operations.NumberOnCallError: ("number_on_call", 409),
    operations.OutOfRangeError: ("out_of_range", 422),
    operations.NoConfigError: ("no_config", 409),
    operations.ConfigRefusedError: (CONFIG_REFUSED, 422),
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
    """The error as it is sent, and its HTTP status; the word of a callback that is not promised is
    the one with which the wish ended.
    """
    if isinstance(error, operations.CallbackRefusedError):
        status = 422 if error.end in outcomes.OF_THE_NUMBER else 409
        return Failure(error=error.end, message=str(error)), status
    word, status = next(ERRORS[kind] for kind in type(error).__mro__ if kind in ERRORS)
    return Failure(error=word, message=str(error)), status
