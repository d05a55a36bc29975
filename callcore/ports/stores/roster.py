"""Agents and what they do on the floor."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from callcore.domain.agents import BreakCode, HoldReason, Why
from callcore.domain.ids import AgentId, Micros, OfferId, QueueName
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.records import OfferRecord
from callcore.ports.stores.agents import (
    AgentAnswer,
    Doing,
    FloorAgent,
    Freed,
    Post,
    StandingLeg,
)
from callcore.ports.stores.offers import OfferAnswer, Reservation, ReserveAnswer
from callcore.ports.stores.pairing import Look


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
        noted: OfferRecord | None = None,
    ) -> Freed:
        """Ends an offer: the agent is available again, after ``retry_after_seconds`` if that is
        more than 0; the caller gets the old place back if ``is_caller_waiting``.

        A reason of ``MISSES_BY_WILL`` counts; with so many in a row as ``break_after_misses`` a
        break with the code ``MISSED_CALLS`` follows, without a lease, and the count begins anew.

        The call keeps what its record has ``noted`` of the offer, until it is forgotten.
        """

    def end_talk(
        self, reservation: Reservation, *, wrap_up_seconds: float, look: Look | None = None
    ) -> Freed:
        """Ends the conversation: the agent wraps up under a lease of that length (or, if it is 0,
        goes on at once), the call is ``ended``. Reads lines after that, if a ``look`` is given.
        """

    def end_wrap_up(
        self,
        agent_id: AgentId,
        offer_id: OfferId,
        request_id: str,
        why: Why | None = None,
        *,
        look: Look | None = None,
    ) -> Freed:
        """Ends the wrap-up after that offer: without ``why`` only if its lease has ended, or will
        within a tenth of a second. Reads lines after that, if a ``look`` is given.
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
