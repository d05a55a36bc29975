"""What the floor knows of agents, and what it answers where they change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from callcore.domain.agents import AgentState, BreakCode, HoldReason, Wish
from callcore.domain.ids import (
    AgentId,
    CallId,
    LegId,
    Micros,
    NodeName,
    OfferId,
    QueueName,
    seconds_between,
)
from callcore.ports.stores.offers import OfferAnswer, Reservation
from callcore.ports.stores.pairing import Candidates


class AgentAnswer(StrEnum):
    """What became of a change to an agent."""

    DONE = "done"
    ALREADY = "already"
    WISHED = "wished"
    """It will happen when the agent holds no call any more and has wrapped up."""
    CANCELLED = "cancelled"
    """Nothing changed but that an earlier wish is taken back."""
    REFUSED = "refused"
    UNKNOWN_AGENT = "unknown_agent"


class AskingOrder(StrEnum):
    """What orders the free agents of one level: each gives a key, lower is asked first."""

    LONGEST_IDLE = "longest_idle"
    """The instant the agent became available, in milliseconds."""
    ROUND_ROBIN = "round_robin"
    """The instant of the agent's last offer from this queue, in milliseconds; the position of one
    who never had any."""
    LEAST_TALK_TIME = "least_talk_time"
    """The whole seconds talked since logging in, times 1024, plus the position."""
    FEWEST_CALLS = "fewest_calls"
    """The conversations had since logging in, times 1024, plus the position."""
    POSITION = "position"
    RANDOM = "random"
    """A number drawn anew whenever the agent becomes free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """An agent's place in a queue; ``level`` and ``position`` are 1 to 1000."""

    queue: QueueName
    order: AskingOrder = AskingOrder.LONGEST_IDLE
    level: int = 1
    position: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a caller took of an agent's time."""

    seconds: float
    """From the reservation until the agent was free again."""
    answer_seconds: float | None = None
    """From the reservation to the talk; ``None`` if they did not talk."""
    priority: int = 0
    """A caller's own, of one who was talked with; without what was gained by waiting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freed:
    """What became of a change that ends an offer, a talk or a wrap-up."""

    answer: OfferAnswer
    state: AgentState | None = None
    """What the agent does from now on; ``None`` if stale."""
    break_code: BreakCode | None = None
    """Of the break that begins."""
    is_wish: bool = False
    """True if the state is what the agent, or an operator, had wished for."""
    was_extended: bool = False
    """True if the wrap-up that ended had been extended."""
    kept: Kept | None = field(default=None, compare=False)
    """``None`` while the agent wraps up, and if it is not known; tells no answers apart."""
    lines: Sequence[Candidates] | None = field(default=None, compare=False)
    """Those that were to be read in the same breath, as they are since; ``None`` if none were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """What an agent does, in few words."""

    state: AgentState
    holds: frozenset[HoldReason] = frozenset()
    queues: tuple[QueueName, ...] = ()
    """Those an available agent serves; empty in the other states."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingLeg:
    """The line on which an agent stays connected."""

    leg_id: LegId
    node: NodeName


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorAgent:
    """What the floor knows of an agent. ``lease_until`` is ``None`` in states without a lease."""

    agent_id: AgentId
    state: AgentState
    since: Micros
    """When the state began; 0 for an agent who was never logged in."""
    queues: tuple[QueueName, ...]
    call_id: CallId | None
    offer_id: OfferId | None
    queue: QueueName | None
    leg_id: LegId | None
    lease_until: Micros | None
    """When the offer, the wrap-up, the rest after a miss or the longest break ends."""
    miss_count: int
    """In a row, of ``MISSES_BY_WILL``."""
    reason: str = ""
    """The ``AgentReason`` of the state; empty for an agent who was never logged in."""
    actor: str = ""
    break_code: BreakCode | None = None
    is_overrun: bool = False
    """True once the break is longer than its code allows."""
    was_extended: bool = False
    """True once the wrap-up has been extended."""
    wish: Wish | None = None
    holds: frozenset[HoldReason] = frozenset()
    outside: frozenset[str] = frozenset()
    """The shards by name (``node:digit``) in which a call outside callcore is on the agent's phone:
    each is told of by who follows it, and ended by nobody else."""
    chosen_queues: tuple[QueueName, ...] = ()
    """Those the agent logged in to; empty: all that the settings give."""
    standing_leg: StandingLeg | None = None
    reserved_at: Micros | None = field(default=None, compare=False)
    """For the caller by whom the agent is held, or after whom there is a wrap-up."""
    answer_seconds: float | None = field(default=None, compare=False)
    """Of a wrap-up: see ``Kept``."""
    served_priority: int = field(default=0, compare=False)

    def kept_until(self, now: Micros) -> Kept | None:
        """What the caller took who has kept the agent until now; ``None`` if it is not known."""
        if self.reserved_at is None:
            return None
        return Kept(
            seconds=max(seconds_between(self.reserved_at, now), 0.0),
            answer_seconds=self.answer_seconds,
            priority=self.served_priority,
        )

    @property
    def reservation(self) -> Reservation | None:
        """The call the agent is held by, if any; without a lease of its own."""
        if (
            self.offer_id is None
            or self.call_id is None
            or self.queue is None
            or self.leg_id is None
        ):
            return None
        return Reservation(
            offer_id=self.offer_id,
            call_id=self.call_id,
            agent_id=self.agent_id,
            queue=self.queue,
            leg_id=self.leg_id,
            lease_seconds=0.0,
        )
