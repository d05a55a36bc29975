"""What workers tell each other; a letter holds one of these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from callcore.domain.events import BY_HOURS
from callcore.domain.ids import AgentId, CallId, LegId, Micros, NodeName, QueueName
from callcore.domain.sharding import WorkerId
from callcore.flows.messages.callbacks import CallerOff, PlaceGiven, RangIn
from callcore.flows.messages.lines import (
    AgentLeft,
    LineGivenBack,
    LineJoined,
    LineReady,
    LineReplaced,
    LineWanted,
    TalkEndAsked,
)
from callcore.flows.messages.mishaps import FloorEmptied
from callcore.flows.messages.offers import Reserved
from callcore.ports.switch_events import LegEnded, LegParked

Travelling: TypeAlias = (
    Reserved
    | RangIn
    | CallerOff
    | PlaceGiven
    | LineWanted
    | LineJoined
    | LineGivenBack
    | LineReady
    | LineReplaced
    | AgentLeft
    | TalkEndAsked
    | FloorEmptied
    | LegEnded
    | LegParked
)
"""What may be meant for a call that another worker follows. What holds a reply stays here.

The end of a caller's leg, and that one was parked, is told by whoever gave its shard away just
then.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded:
    """A message for the mailbox of a call; from whom a reservation is given back if the call is not
    there any more.
    """

    call_id: CallId
    node: NodeName
    """Of the call, or ``CALLBACKS``."""
    message: Travelling
    is_passed_on: bool = False
    """True if it came to a worker whose call it was no more: it may be out of date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentIsFree:
    """The first caller for the agent may be one of yours that only you can judge."""

    agent_id: AgentId
    triggered_at: Micros
    passed: tuple[CallId, ...] = ()
    """Callers and promises of whom their own workers say that the agent is not for them now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchAsked:
    """The first of these queues who may be served is one of yours that only you can judge."""

    queue: QueueName
    triggered_at: Micros
    trigger: str
    passed: tuple[CallId, ...] = ()
    """Callers and promises of whom their own workers say that nobody is for them now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuesTouched:
    """Agents came or went, or a queue was opened or closed: these are to be looked at now."""

    queues: tuple[QueueName, ...]
    by: str = BY_HOURS
    """Who opened one that is open again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStands:
    """An agent stays connected on a line that the sender follows."""

    agent_id: AgentId
    leg_id: LegId
    node: NodeName


@dataclass(frozen=True, slots=True, kw_only=True)
class LineGone:
    """That line is over."""

    agent_id: AgentId
    leg_id: LegId


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardsGiven:
    """Shards are yours from now on: no need to wait until you find out. By ``Shard.name``."""

    by: WorkerId
    shards: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardsFollowed:
    """The calls of shards that were given to the sender are followed by now. By ``Shard.name``."""

    shards: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationAsked:
    """An operator's request about a call of yours, as the control socket takes it."""

    asked_by: WorkerId
    asking_id: str
    method: str
    """A method of ``ports.operations.Operations``."""
    arguments: bytes
    """Positional ones first, then those by name: JSON."""
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationAnswered:
    """What came of it: an ``operating_elsewhere.Outcome``, or the name and sentence of an
    ``OperationError``.
    """

    asking_id: str
    value: bytes = b""
    error: str = ""
    sentence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorLost:
    """Redis has lost its data: tell it of your calls before agents are taken for free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorTold:
    """A worker has told all that it knows to a Redis that had lost data."""

    by: WorkerId
    epoch: str
    """Of the floor that was told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NodesTouched:
    """An operator has a node emptied, or not any more: look which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAsked:
    """An operator has the whole site drained: take no new calls, and end after the last one."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCancelled:
    """An operator has the site take calls again after all."""

    by: str


Letter: TypeAlias = (
    Forwarded
    | AgentIsFree
    | MatchAsked
    | QueuesTouched
    | LineStands
    | LineGone
    | ShardsGiven
    | ShardsFollowed
    | OperationAsked
    | OperationAnswered
    | FloorLost
    | FloorTold
    | NodesTouched
    | EndAsked
    | EndCancelled
)
