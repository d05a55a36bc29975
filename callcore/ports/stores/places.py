"""How a place in a queue is asked for, changed and given up, and what the floor answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from callcore.domain.callbacks import Callback
from callcore.domain.ids import AgentId, CallId, LegId, Micros, NodeName, QueueName


class JoinAnswer(StrEnum):
    """What became of a join."""

    JOINED = "joined"
    ALREADY_JOINED = "already_joined"
    QUEUE_FULL = "queue_full"
    PLACE_GONE = "place_gone"
    """The dropped place that was to be resumed is no longer there; nothing has changed."""
    ALREADY_PROMISED = "already_promised"
    """The number has another promise in the queue, which is not over; nothing has changed."""
    TOO_MANY_PROMISES = "too_many_promises"
    """As many promises wait in the queue as may; nothing has changed."""


class MoveAnswer(StrEnum):
    """What became of a move between queues; but for ``MOVED`` nothing has changed."""

    MOVED = "moved"
    QUEUE_FULL = "queue_full"
    NOT_WAITING = "not_waiting"
    """Not in the queue it should leave, or being offered, or talking."""
    ALREADY_PROMISED = "already_promised"
    """The number has a promise in the other queue."""
    TOO_MANY_PROMISES = "too_many_promises"
    """As many promises wait in the other queue as may."""


class RescoreAnswer(StrEnum):
    """What became of a change to a caller's place, or to a promise."""

    DONE = "done"
    NOT_THERE = "not_there"


class LeaveAnswer(StrEnum):
    """What became of a leave."""

    LEFT = "left"
    NOT_THERE = "not_there"


SEARCH_SECONDS: Final = 0.05
"""As long as a search for the next caller takes at most, unless something is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining:
    """A caller who asks for a place. ``score`` is the order of service: lower is served first."""

    call_id: CallId
    leg_id: LegId
    node: NodeName
    queue: QueueName
    score: float
    priority: int
    """The effective one that ``score`` was made with."""
    own_priority: int = 0
    """The caller's own part of it, kept for other queues."""
    skills: tuple[str, ...] = ()
    """Rules that agents must meet besides the queue's, as text; kept for adopters."""
    arrived_at: Micros
    first_joined_at: Micros
    joined_at: Micros
    """When the caller came to this queue."""
    maximum_waiting: int
    resumes: bool = False
    """True if the place is the dropped one of ``caller_number``, which is used up by the join."""
    callback: Callback | None = None
    """Of a promise, whose ``node`` is ``CALLBACKS``: one a number and queue."""
    maximum_promises: int = 0
    """Of a promise: how many may wait in the queue, it counted."""
    takes_over: CallId | None = None
    """The promise to ``caller_number`` in the queue whose place this caller takes: it ends with the
    join, and a dropped place is used up. ``PLACE_GONE`` if it is over, elsewhere, or its customer
    talks. Agents to whom it is promised stay so until their offers are lost."""
    caller_number: str
    caller_name: str
    dialled_number: str
    language: str = ""
    """In which the caller is spoken to; empty: that of the site. Kept for adopters and promises."""
    account: str = ""
    sticky_agent: AgentId | None = None
    """Who is waited for in this queue; kept for other workers, who decide for the caller too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """The answer to a join; ``position`` is from 1 and ``None`` if refused."""

    answer: JoinAnswer
    position: int | None
    free_agents_count: int | None = field(default=None, compare=False)
    """Of the queue, in the instant of the join; ``None`` if the call did not join now."""
    sought_for_count: int | None = field(default=None, compare=False)
    """How many of them have been idle for ``SEARCH_SECONDS`` at most, so that whoever made them
    free is looking for callers still: counted where callers wait ahead whom that may be, and in
    queues that ask the longest idle first; 0 elsewhere."""
