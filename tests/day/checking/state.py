"""Agents, callers and queues as they are at an instant, as far as the checker needs it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.day import log
from tests.day.checking.centre import Line, Member, Way


@dataclass
class AgentNow:
    """One agent."""

    member: Member
    state: str = "logged_out"
    since: int = 0
    available_since: int = 0
    rests_until: int = 0
    offer_id: str = ""
    talked: int = 0
    talking_since: int = 0
    talks_count: int = 0
    last_offers: dict[str, int] = field(default_factory=dict)

    @property
    def agent_id(self) -> str:
        return self.member.agent_id

    def is_free(self, now: int) -> bool:
        """May the agent be asked?"""
        return self.state == "available" and self.rests_until <= now


@dataclass
class Visit:
    """One stay in a queue, or a refusal."""

    queue: str
    came_at: int
    first_joined_at: int
    is_resumed: bool = False
    is_moved: bool = False
    sticky_agent: str | None = None
    last_offered: str | None = None
    offers: dict[str, str] = field(default_factory=dict)
    """The open ones: agents by offer."""
    made: set[str] = field(default_factory=set)
    """Those of them for which the phone was called."""
    rang_first_at: int | None = None
    ringing_since: int | None = None
    """When the first of the open offers was made."""
    picked_up_at: int | None = None
    left_at: int | None = None
    reason: str = ""
    refusal: str = ""
    priority_at_join: int = 0
    last_priority: int = 0


@dataclass
class CallerNow:
    """One caller."""

    call_id: str
    number: str
    dialled: str
    arrived_at: int
    own_priority: int
    rules: list[str]
    way: Way | None = None
    """Where the caller is to go next."""
    first_joined_at: int | None = None
    visit: Visit | None = None
    visits: list[Visit] = field(default_factory=list)
    talked_until: int = 0
    has_walked: bool = False
    is_answered: bool = False
    pressed: tuple[int, str] = (0, "")
    hung_up_by: str = ""
    handed_over: log.HandedOver | None = None
    asked: dict[int, log.Asked] = field(default_factory=dict)

    def priority(self, line: Line, now: int) -> int:
        """The effective one in the queue of the visit."""
        assert self.visit is not None
        return self.priority_on(line, self.visit.first_joined_at, now)

    def priority_on(self, line: Line, first_joined_at: int, now: int) -> int:
        """The effective one of a place that counts from there."""
        own = max(-1000, min(1000, self.own_priority + int(line.number("priority", 0))))
        return line.gained(own, max(now - first_joined_at, 0))

    def rules_now(self, line: Line, now: int) -> list[str]:
        """What is asked of agents."""
        assert self.visit is not None
        reached = [rule for after, rule in line.skill_steps if after <= now - self.visit.came_at]
        return [*reached[-1:], *self.rules]


@dataclass
class QueueNow:
    """One queue."""

    line: Line
    callers: dict[str, CallerNow] = field(default_factory=dict)
    """Who has a place, by call."""
    staffed: set[str] = field(default_factory=set)
    staffed_before: set[str] = field(default_factory=set)
    """At the beginning of this instant."""
    closed_until: int = 0
    version: int = 0
    dropped: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    """By number: until when, first joined, own priority."""
    last_agents: dict[str, str] = field(default_factory=dict)
    served_weight: float = 0.0
    served_seconds: float = 0.0
    abandoned_weight: float = 0.0
    waited_seconds: float = 0.0
