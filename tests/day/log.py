"""What was seen of a day, in the order in which it happened: facts told, and what the world did."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from callcore.domain.events import Fact
from callcore.domain.records import CallRecord


@dataclass(frozen=True, kw_only=True)
class Reserved:
    """The floor promised a caller to an agent."""

    offer_id: str
    call_id: str
    agent_id: str
    queue: str


@dataclass(frozen=True, kw_only=True)
class Pressed:
    """A caller pressed a key."""

    call_id: str
    key: str


@dataclass(frozen=True, kw_only=True)
class HungUp:
    """The caller's phone, or the agent's, ended a call."""

    call_id: str
    by: str


@dataclass(frozen=True, kw_only=True)
class HandedOver:
    """The dialplan was given a caller."""

    call_id: str
    extension: str
    context: str
    voicemail_box: str


@dataclass(frozen=True, kw_only=True)
class SentBack:
    """An agent sent the caller to another number, and the dialplan parked the caller again."""

    call_id: str
    dialled: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An operator asks for something; what is asked is done from here to ``Granted``, or not."""

    asked_id: int
    what: str
    """``priority``, ``move`` or ``withdraw``."""
    call_id: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Granted:
    """It was done; the answer, if there is one."""

    asked_id: int
    answer: int | None


@dataclass(frozen=True, kw_only=True)
class Declined:
    """It was not done."""

    asked_id: int
    error: str


@dataclass(frozen=True, kw_only=True)
class DoorAsked:
    """An operator closes a queue until an instant, or opens it (``until`` is ``None``)."""

    queue: str
    until: int | None


@dataclass(frozen=True, kw_only=True)
class QueueSeen:
    """What an operator was shown of a queue."""

    queue: str
    is_open: bool
    waiting_count: int
    free_agents_count: int
    staffed_count: int
    limit: int


@dataclass(frozen=True, kw_only=True)
class WaitingSeen:
    """What an operator was shown of a waiting caller."""

    call_id: str
    queue: str
    position: int | None
    priority: int
    open_level: int
    sticky_agent: str | None
    offered_to: tuple[str, ...]


Note: TypeAlias = (
    Reserved
    | Pressed
    | HungUp
    | HandedOver
    | SentBack
    | Asked
    | Granted
    | Declined
    | DoorAsked
    | QueueSeen
    | WaitingSeen
)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something seen, and when (epoch microseconds)."""

    at: int
    what: Fact | Note


@dataclass(kw_only=True)
class DayLog:
    """A whole day."""

    settings_text: str
    entries: list[Entry] = field(default_factory=list)
    records: list[CallRecord] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)
    """What was not as it should be at the end, in words."""
