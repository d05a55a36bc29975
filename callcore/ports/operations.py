"""What operators may do to queues, calls and agents while they go on: the interface of the command
line.

Every change is whole or not at all, and says who asked for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from callcore.domain.admission import Closure, Limit
from callcore.domain.agents import AgentReason, AgentState, BreakCode, HoldReason, Wish
from callcore.domain.callbacks import CallbackState
from callcore.domain.ids import AgentId, CallId, Language, Micros, QueueName
from callcore.domain.outcomes import AskingEnd, CallbackOrigin
from callcore.domain.policy_changes import PolicyChange
from callcore.domain.records import (
    CallbackAsking,
    CallbackAttempt,
    DecisionRecord,
    SurveyAnswer,
)
from callcore.domain.routing import Judgement
from callcore.ports.timelines import AgentChange


class OperationError(Exception):
    """Nothing was done; the message is one sentence that names the thing and the remedy."""


class UnknownCallError(OperationError):
    """No such call is going on, nor recorded where records are asked for."""


class UnknownQueueError(OperationError):
    """There is no such queue."""


class UnknownAgentError(OperationError):
    """There is no such agent."""


class UnknownBreakError(OperationError):
    """There is no such break in the settings."""


class DutyRefusedError(OperationError):
    """What the agent is doing does not allow it: holds a call, or is not logged in."""


class NotWaitingError(OperationError):
    """The caller does not wait (any more): talks, is in a menu, has just left."""


class OutOfRangeError(OperationError):
    """A value is outside its limits, which the message names."""


class MoveRefusedError(OperationError):
    """The other queue does not admit the caller, who keeps the place."""


class CallbackRefusedError(OperationError):
    """No callback is promised; ``end`` says why in one word."""

    def __init__(self, message: str, end: AskingEnd) -> None:
        super().__init__(message)
        self.end = end


class NoConfigError(OperationError):
    """callcore runs without a settings file: there is nothing to read again."""


class ConfigRefusedError(OperationError):
    """The settings file has faults, which the message tells, one a line; the configuration of
    before goes on.
    """


class NotReadyError(OperationError):
    """Redis or Postgres does not answer, or the call's script did not within the deadline."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentView:
    """One agent at an instant."""

    agent_id: AgentId
    name: str
    state: AgentState
    is_resting: bool
    """Available, but not asked for a while after a missed call."""
    since: Micros | None
    """When the state began; ``None`` for an agent who was never logged in."""
    queues: tuple[QueueName, ...]
    """Those the agent serves, or would when logged in."""
    reason: str = ""
    """Why the agent is in that state: the word of ``AgentReason``."""
    actor: str = ""
    break_code: BreakCode | None = None
    is_overrun: bool = False
    """On a break that is longer than its code allows."""
    until: Micros | None = None
    """When the wrap-up, the rest or the longest break ends."""
    wish: Wish | None = None
    """What happens after the call."""
    holds: frozenset[HoldReason] = frozenset()
    """Why the agent is not asked although free."""
    misses_count: int = 0
    """In a row."""


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


class DutyChange(StrEnum):
    """What may be changed of an agent's presence, in the command line's words."""

    LOG_IN = "login"
    LOG_OUT = "logout"
    START_BREAK = "break"
    END_BREAK = "return"
    END_WRAP_UP = "ready"
    EXTEND_WRAP_UP = "extend"


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyOrder:
    """A change of an agent's presence, and who asks for it."""

    what: DutyChange
    by: str
    note: str = ""
    queues: tuple[QueueName, ...] = ()
    """Of a login: those to serve, of the agent's; empty: all. Of a logout: those to leave; empty:
    all, and with the last of them the agent is logged out."""
    break_code: BreakCode | None = None
    """Of a break; ``None``: the usual one."""
    seconds: float = 60.0
    """Of an extension."""
    via: AgentReason = AgentReason.COMMAND


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyAnswer:
    """What became of a change that was not refused."""

    is_changed: bool
    """False if it was so already."""
    state: AgentState
    """That which the change made; what the agent is doing if there was nothing to change."""
    wish: Wish | None = None
    """What is to happen after the call, if that is what became of it."""
    queues: tuple[QueueName, ...] = ()
    """Those the agent serves now, or would when logged in."""
    warnings: tuple[str, ...] = ()
    """What an operator should know of it: the phone is not registered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadAnswer:
    """What became of a configuration that was not refused."""

    version: str
    """Of the settings in force from now on."""
    is_changed: bool
    """False if the settings say what they said before."""
    changes: tuple[PolicyChange, ...] = ()
    warnings: tuple[str, ...] = ()
    """What an operator should know of it: a queue with callers that nobody serves any more."""
    needs_restart: tuple[str, ...] = ()
    """Settings that differ and take effect at the next start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigView:
    """The configuration in force in this worker."""

    version: str
    loaded_at: Micros
    loaded_by: str
    """``BY_START``, or who asked for it."""
    changes: tuple[PolicyChange, ...]
    """From the one before; none at the start."""
    warnings: tuple[str, ...]
    needs_restart: tuple[str, ...]
    retired_queues: tuple[QueueName, ...]
    """Taken out of the settings, and served out."""
    site_version: str | None
    """The one announced to all workers of the site; ``None`` if Redis does not tell."""


class Operations(Protocol):
    """Every method may raise ``NotReadyError``."""

    def queues(self) -> list[QueueView]:
        """Every queue, by name."""

    def close_queue(self, queue: QueueName, *, until: Micros | None, reason: str, by: str) -> None:
        """Closes a queue to new callers; those who wait are treated as at closing time.

        Raises ``UnknownQueueError``, ``OutOfRangeError`` (``until`` is past).
        """

    def open_queue(self, queue: QueueName, *, by: str) -> bool:
        """Ends a closure by command; false if there was none. Raises ``UnknownQueueError``."""

    def waiting(self) -> list[WaitingView]:
        """Every caller who waits, by queue and position."""

    def set_priority(self, call_id: CallId, priority: int, *, by: str) -> int:
        """Gives a waiting caller another own priority, -1000 to 1000, in place of that of number,
        list and menu; the effective one from now on, the queue's own and ageing included.

        Raises ``UnknownCallError``, ``NotWaitingError``, ``OutOfRangeError``.
        """

    def set_language(self, call_id: CallId, language: Language, *, by: str) -> None:
        """Has a caller, wherever in the call, be spoken to in another language from now on.

        Raises ``UnknownCallError``, ``OutOfRangeError`` for a language without a catalogue, and
        ``NotReadyError``.
        """

    def withdraw(self, call_id: CallId, *, by: str) -> None:
        """Takes a waiting caller out of the queue, to the treatment for ``withdrawn``.

        Raises ``UnknownCallError``, ``NotWaitingError``.
        """

    def move(self, call_id: CallId, queue: QueueName, *, by: str) -> None:
        """Moves a waiting caller to another queue, with the wait so far.

        Raises ``UnknownCallError``, ``UnknownQueueError``, ``OutOfRangeError`` (it waits there
        already), ``NotWaitingError``, ``MoveRefusedError``.
        """

    def request_callback(self, request: CallbackRequest) -> CallbackAnswer:
        """Promises a callback to somebody who is not on the line.

        Raises ``UnknownQueueError``, ``OutOfRangeError``, ``CallbackRefusedError``.
        """

    def callbacks(self) -> list[CallbackView]:
        """Every promise that is not over, by queue and position."""

    def agents(self) -> list[AgentView]:
        """Every agent of the settings, and those still at work who no longer are; by id."""

    def change_duty(self, agent_id: AgentId, order: DutyOrder) -> DutyAnswer:
        """Logs an agent in or out, begins or ends a break, ends or extends a wrap-up; callers who
        wait are served or treated as when the agent does so.

        Raises ``UnknownAgentError``, ``UnknownQueueError`` (or one the agent does not serve),
        ``UnknownBreakError``, ``OutOfRangeError``, ``DutyRefusedError``.
        """

    def unlock(self, agent_id: AgentId, *, by: str) -> bool:
        """Forgets wrong PINs; false if there were none. Raises ``UnknownAgentError``."""

    def timeline(self, agent_id: AgentId, count: int) -> tuple[AgentChange, ...]:
        """The last ``count`` (1 to 1000) changes of an agent, oldest first, as far as Postgres has
        them. Raises ``UnknownAgentError``, ``OutOfRangeError``.
        """

    def reload(self, *, by: str) -> ReloadAnswer:
        """Reads the settings again and puts them in force: nobody is logged out who is still in
        them, no call ends, no place is lost. All of it or nothing.

        Raises ``NoConfigError``, ``ConfigRefusedError``.
        """

    def configuration(self) -> ConfigView:
        """The configuration in force."""

    def explain(self, call_id: CallId) -> Explanation:
        """Raises ``UnknownCallError``; an ended call is looked up in the records."""
