"""Agents and what they do on the floor."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from callcore.domain.agents import AgentState, BreakCode, HoldReason, Why, Wish
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
from callcore.domain.outcomes import OfferLostReason
from callcore.ports.stores.offers import OfferAnswer, Reservation, ReserveAnswer


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


class Roster(Protocol):
    """Agents and what they do. Leases run on Redis' own clock.

    Every change of an agent's state, holds or queues is appended to the stream of agents' changes
    (``ports.timelines``) in the same step, with its ``why``. An agent with a wish gets it wherever
    the agent would become available.
    """

    def enrol(
        self,
        agent_id: AgentId,
        posts: Sequence[Post],
        name: str,
        *,
        chosen: Sequence[QueueName] = (),
        why: Why | None = None,
    ) -> None:
        """Makes the agent known with these posts, and keeps which queues were ``chosen``; keeps the
        state of one already known, and moves one between the queues' free and staffed agents, and
        within their order. With ``why`` the agent's timeline tells of it.
        """

    def staffed(self, queue: QueueName) -> frozenset[AgentId]:
        """The queue's agents who are logged in and not on a break."""

    def doings(self, agent_ids: Sequence[AgentId]) -> list[Doing]:
        """What each agent does, in the order asked; one who is unknown is ``LOGGED_OUT``."""

    def log_in(
        self,
        agent_id: AgentId,
        request_id: str,
        why: Why,
        *,
        posts: Sequence[Post] | None = None,
        chosen: Sequence[QueueName] = (),
    ) -> AgentAnswer:
        """Makes a logged-out agent available, at ``posts`` if given, else those enrolled with.

        ``CANCELLED`` takes back the wish to log out or for a break. The posts of an agent who is
        there stay as they are.
        """

    def log_out(self, agent_id: AgentId, request_id: str, why: Why) -> AgentAnswer:
        """Takes an agent off the floor: at once (a break or wrap-up ends with it), or ``WISHED`` if
        the agent holds a call. Which queues were chosen is forgotten with it.
        """

    def start_break(
        self,
        agent_id: AgentId,
        request_id: str,
        why: Why,
        *,
        code: BreakCode,
        most_seconds: float | None,
    ) -> AgentAnswer:
        """Gives an agent a break: at once (a wrap-up ends with it), or ``WISHED`` if there is a
        call. Another code for an agent on a break begins another break; the same is ``ALREADY``.
        The lease of the break is ``most_seconds``.
        """

    def end_break(self, agent_id: AgentId, request_id: str, why: Why) -> AgentAnswer:
        """Makes an agent on a break available. ``CANCELLED`` takes back the wish for one."""

    def note_overrun(self, agent_id: AgentId) -> bool:
        """Notes, once, that a break's lease has ended: true if it was so now. The break goes on."""

    def reserve(self, reservation: Reservation) -> ReserveAnswer:
        """Promises the caller to the agent if both are still free. Idempotent by the offer id."""

    def mark_ringing(self, reservation: Reservation) -> OfferAnswer:
        """Notes that the agent's phone rings, and renews the lease."""

    def win(self, reservation: Reservation, bridged_at: Micros) -> OfferAnswer:
        """Notes that caller and agent talk: both are ``talking``, the lease ends (a live channel
        backs the state), the caller no longer waits, the agent's misses are forgotten.
        """

    def lose(
        self,
        reservation: Reservation,
        *,
        reason: OfferLostReason,
        retry_after_seconds: float,
        is_caller_waiting: bool,
        break_after_misses: int | None = None,
    ) -> Freed:
        """Ends an offer: the agent is available again, after ``retry_after_seconds`` if that is
        more than 0; the caller gets the old place back if ``is_caller_waiting``.

        A reason of ``MISSES_BY_WILL`` counts; with so many in a row as ``break_after_misses`` a
        break with the code ``MISSED_CALLS`` follows, without a lease, and the count begins anew.
        """

    def end_talk(self, reservation: Reservation, *, wrap_up_seconds: float) -> Freed:
        """Ends the conversation: the agent wraps up under a lease of that length (or, if it is 0,
        goes on at once), the call is ``ended``.
        """

    def end_wrap_up(
        self, agent_id: AgentId, offer_id: OfferId, request_id: str, why: Why | None = None
    ) -> Freed:
        """Ends the wrap-up after that offer: without ``why`` only if its lease has ended, or will
        within a tenth of a second.
        """

    def extend_wrap_up(
        self, agent_id: AgentId, request_id: str, why: Why, *, seconds: float, most_seconds: float
    ) -> AgentAnswer:
        """Lengthens the lease of a wrap-up by ``seconds``, so that it lasts at most
        ``most_seconds`` from its beginning; ``ALREADY`` if it lasts so long.
        """

    def hold(
        self,
        agent_id: AgentId,
        holds: frozenset[HoldReason],
        request_id: str,
        *,
        began: Collection[str] = (),
        ended: Collection[str] = (),
    ) -> AgentAnswer:
        """Says why the agent is not to be asked, in place of what was said before; of no effect on
        the state, nor on offers and talks. ``ALREADY`` if the reasons were so.

        Calls outside callcore ``began`` and ``ended`` in shards, by name: as long as there is one
        in any, ``OUTSIDE_CALL`` is among the reasons.
        """

    def stand(self, agent_id: AgentId, leg: StandingLeg | None) -> AgentAnswer:
        """Notes the line on which the agent stays connected, or that there is none."""

    def agent(self, agent_id: AgentId) -> FloorAgent | None:
        """What is known of an agent."""

    def agents(self) -> list[FloorAgent]:
        """The whole roster."""

    def expired(self, count: int) -> list[FloorAgent]:
        """Up to ``count`` agents whose lease has ended (reserved, ringing, wrapping up, on a break
        that has not been noted as overrun) or whose rest after a miss is over, oldest first.
        Changes nothing.
        """

    def next_expiry_seconds(self) -> float | None:
        """How long until the first lease or rest ends: 0 if one has, ``None`` if there is none."""

    def wake(self, agent_id: AgentId) -> bool:
        """Ends the rest after a miss: true if the agent may be asked from now on."""
