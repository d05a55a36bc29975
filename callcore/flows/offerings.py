"""The offers of one waiting caller that are open: one, or several where phones ring together.

All events of a call pass through one mailbox, so of two agents who pick up in the same instant one
comes first: that one talks, and the others' phones stop ringing.
"""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain import offers
from callcore.domain.ids import AgentId, Micros, NodeName, OfferId, seconds_between
from callcore.domain.offers import OfferState
from callcore.domain.outcomes import OfferLostReason
from callcore.domain.policies import STRATEGIES_RINGING_MANY, QueuePolicy, Strategy
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.call import Call
from callcore.flows.messages import Message, OfferFound, Reserved
from callcore.flows.offering import Offering
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import Reservation
from callcore.ports.switch_events import LegEnded

CANCELLED_WITHIN_SECONDS = 10.0
"""The switch ends a caller's line for that within 40 ms; but what it was asked may have waited in a
link that stalled."""

CROSSING_SECONDS = 0.5
"""So long an answer and a caller's CANCEL may be on their ways to each other: what RFC 3261 takes a
round trip for (T1, 17.1.1.1)."""

_CAUSES_OF_CANCEL = frozenset({"ORIGINATOR_CANCEL", "DESTINATION_OUT_OF_ORDER"})


class Offerings:
    """The open offers of one visit to one queue, whose settings of now ``queue`` gives.

    An offer that is made keeps those it was made with.
    """

    def __init__(
        self,
        call: Call,
        queue: Callable[[], QueuePolicy],
        switchboard: Switchboard,
        freeing: AgentFreeing,
        first_joined_at: Micros,
    ) -> None:
        self._call = call
        self._queue = queue
        self._switchboard = switchboard
        self._freeing = freeing
        self._first_joined_at = first_joined_at
        self._open: list[Offering] = []
        self._unread: list[AgentId] = []
        self._claimed: list[AgentId] = []
        self._found: tuple[OfferId, ...] = ()
        self._rings_at_once = 1
        self.last_offered: AgentId | None = None
        self.failed_bridges_count = 0
        self._parted_at: Micros | None = None

    @property
    def reservations(self) -> list[Reservation]:
        """The agents the caller is promised to: not those of offers lost just now, while callers
        are looked for anew.
        """
        return [
            offering.reservation for offering in self._open if not offers.is_over(offering.state)
        ]

    @property
    def ringing(self) -> frozenset[AgentId]:
        """Those agents, those reserved a moment ago, and those about to be."""
        held = {reservation.agent_id for reservation in self.reservations}
        return frozenset(held.union(self._unread, self._claimed))

    @property
    def may_ring_at_once(self) -> int:
        """How many phones may ring for the caller now; for one who is not there yet, how many
        agents may be kept.
        """
        if self._call.keeps_agents:
            return 1
        queue = self._queue()
        if queue.strategy is Strategy.RING_ALL:
            return queue.ring_at_most
        return min(self._rings_at_once, queue.ring_at_most)

    @property
    def is_picked_up(self) -> bool:
        """True while an agent who picked up is being joined to the caller."""
        return any(offering.state is OfferState.PICKED_UP for offering in self._open)

    @property
    def wants_more(self) -> bool:
        """True while phones ring and more may."""
        ringing = self.ringing
        return (
            self._queue().strategy in STRATEGIES_RINGING_MANY
            and 0 < len(ringing) < self.may_ring_at_once
            and not self.is_picked_up
        )

    def __bool__(self) -> bool:
        """True while an offer is open."""
        return bool(self._open)

    def claim(self, agent_id: AgentId) -> bool:
        """Counts an agent who is about to be reserved among those that ring, where several may.

        False if as many ring as may: two searches at once must not ring more.
        """
        if self._queue().strategy not in STRATEGIES_RINGING_MANY:
            return True
        if agent_id in self.ringing or len(self.ringing) >= self.may_ring_at_once:
            return False
        self._claimed.append(agent_id)
        return True

    def unclaim(self, agent_id: AgentId) -> None:
        """The agent was not reserved."""
        if agent_id in self._claimed:
            self._claimed.remove(agent_id)

    def reserved(self, agent_id: AgentId) -> None:
        """An agent was reserved, whose message is to be read yet."""
        self.unclaim(agent_id)
        self._unread.append(agent_id)

    def ring_one_more(self) -> None:
        """Lets one more phone ring than before."""
        self._rings_at_once += 1

    def offer(self, reserved: Reserved) -> bool:
        """Calls an agent's phone; false for one reserved too late, who is let go."""
        reservation = reserved.reservation
        self._is_read(reservation.agent_id)
        if reservation.offer_id in self._found:
            return False  # the floor knew of it before the letter came
        if self.is_picked_up:
            self._freeing.too_late(reservation)
            return False
        self._begin(reservation).start(reserved)
        return True

    def go_on(self, found: OfferFound) -> None:
        """Goes on with an offer that another process made, unless another agent is quicker."""
        reservation, is_late = found.reservation, self.is_picked_up
        self._is_read(reservation.agent_id)
        self._found += (reservation.offer_id,)
        offering = self._begin(reservation, found.line_node)
        self._rings_at_once = max(self._rings_at_once, len(self._open))
        if is_late:
            offering.is_found_late(found)
            return
        offering.go_on(found)
        if offering.state in {OfferState.PICKED_UP, OfferState.WON}:
            self._end_others(offering)

    def forget(self, reserved: Reserved) -> None:
        """Leaves be an agent whom the floor does not hold for this caller any more."""
        self._is_read(reserved.reservation.agent_id)

    def turn_down(self, reserved: Reserved) -> None:
        """Lets an agent go who was reserved just before the customer was found unreached."""
        self._is_read(reserved.reservation.agent_id)
        self._freeing.caller_unreached(reserved.reservation)

    def hear(self, message: Message) -> None:
        """Hands a message to the offers it may concern."""
        for offering in list(self._open):
            was_picked_up = offering.state is OfferState.PICKED_UP
            offering.hear(message)
            if offering.state is OfferState.PICKED_UP and not was_picked_up:
                self._end_others(offering)

    def settle(self) -> Offering | None:
        """The offer that was won, if one was; those that were lost are no longer open."""
        won = None
        for offering in list(self._open):
            if not offers.is_over(offering.state):
                continue
            self._open.remove(offering)
            if offering.state is OfferState.WON:
                won = offering
                continue
            if offering.is_bridge_asked:
                self._parted_at = self._call.site.clock.now()
            if offering.lost_reason is OfferLostReason.BRIDGE_FAILED:
                self.failed_bridges_count += 1
        return won

    def has_cost_line(self, ended: LegEnded) -> bool:
        """True of a caller whose line the switch has ended because the agent's ended while the two
        were being joined. Nobody who was answered can hang up with these causes, but who is just
        being answered can.
        """
        answered_at = self._call.ledger.line_answered_at
        is_just_answered = answered_at is None or (
            seconds_between(answered_at, ended.at) < CROSSING_SECONDS
        )
        if ended.cause not in _CAUSES_OF_CANCEL or is_just_answered:
            return False
        is_joining = any(offering.is_bridge_asked for offering in self._open)
        parted_at = self._parted_at
        is_just_over = parted_at is not None and (
            seconds_between(parted_at, ended.at) < CANCELLED_WITHIN_SECONDS
        )
        return is_joining or is_just_over

    def customer_ready(self) -> None:
        """The customer who was called back is there: whoever is kept for them is rung."""
        for offering in list(self._open):
            offering.customer_ready()

    def caller_unreached(self) -> None:
        """The customer to be called back cannot be talked with now; the place is kept."""
        for offering in list(self._open):
            offering.caller_unreached()

    def caller_gone(self) -> None:
        """The caller left: nobody is to be rung or kept any more."""
        for offering in list(self._open):
            offering.caller_gone()

    def _begin(self, reservation: Reservation, line_node: NodeName | None = None) -> Offering:
        self.last_offered = reservation.agent_id
        offering = Offering(
            self._call,
            self._queue(),
            reservation,
            self._switchboard,
            self._freeing,
            self._first_joined_at,
            line_node=line_node,
        )
        self._open.append(offering)
        return offering

    def _is_read(self, agent_id: AgentId) -> None:
        if agent_id in self._unread:
            self._unread.remove(agent_id)

    def _end_others(self, quickest: Offering) -> None:
        for offering in self._open:
            if offering is not quickest:
                offering.picked_up_elsewhere()
