"""What goes back over the socket where something was done.

Views of ``ports.operations`` go as they are, field by field; instants are epoch microseconds.
"""

from __future__ import annotations

import msgspec

from callcore.domain.agents import AgentState, Wish
from callcore.domain.ids import AgentId, CallId, Language, Micros, NodeName, QueueName
from callcore.domain.outcomes import AskingEnd
from callcore.domain.policy_changes import PolicyChange
from callcore.domain.sharding import WorkerId
from callcore.ports.operations import (
    AgentView,
    BreakView,
    CallbackView,
    DutyChange,
    NodeView,
    QueueView,
    WaitingView,
)
from callcore.ports.timelines import AgentChange


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


class Breaks(msgspec.Struct, frozen=True, kw_only=True):
    """Every break that agents may take."""

    breaks: tuple[BreakView, ...]


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


class Drained(msgspec.Struct, frozen=True, kw_only=True):
    """These workers take no new calls, and end after their last one."""

    workers: tuple[WorkerId, ...]
    by: str


class Undrained(msgspec.Struct, frozen=True, kw_only=True):
    """These workers take calls: again, or as they did all the time."""

    workers: tuple[WorkerId, ...]
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
