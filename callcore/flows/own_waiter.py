"""One caller who waits and is followed here, as whoever decides sees them."""

from __future__ import annotations

from abc import ABC, abstractmethod

from callcore.domain.ids import AgentId, CallId, Micros, QueueName
from callcore.domain.policies import QueuePolicy
from callcore.domain.records import DecisionRecord
from callcore.domain.routing import Demand
from callcore.flows.call import Call
from callcore.flows.crew import Crew
from callcore.flows.offerings import Offerings
from callcore.flows.place_taking import Taken
from callcore.runtime.parts import Asking


class OwnWaiter(ABC):
    """The place of ``call`` in ``queue``. Implements ``waiters.Waiter``."""

    def __init__(self, call: Call, queue: QueuePolicy, taken: Taken, crew: Crew) -> None:
        self._call = call
        self._queue = queue
        self._crew = crew
        self._standing = taken.standing
        self._sticky_agent = taken.sticky_agent
        self.staffed = taken.staffed
        self._offerings = Offerings(
            call,
            Asking(self._queue_now),
            crew.switchboard,
            crew.freeing,
            taken.standing.place.first_joined_at,
        )

    @property
    def call_id(self) -> CallId:
        """The call."""
        return self._call.caller.call_id

    @property
    def queue_name(self) -> QueueName:
        """Where the caller waits."""
        return self._queue.name

    @property
    def caller_number(self) -> str:
        """The caller's number, as the switch reports it."""
        return self._call.caller.number

    @property
    def score(self) -> float:
        """The place in the order of service; lower is served first."""
        return self._standing.score

    @property
    def wants_more(self) -> bool:
        """True while phones ring for the caller and more may."""
        return self._offerings.wants_more

    @property
    def is_callback(self) -> bool:
        """True for a promised callback."""
        return self._call.callback is not None

    @property
    def is_on_line(self) -> bool:
        """True if somebody is on the line."""
        return True

    @property
    @abstractmethod
    def may_be_offered(self) -> bool:
        """True if an agent's phone can be rung for the caller now."""

    @property
    def may_seem_offerable(self) -> bool:
        """True if other workers, by what the floor tells them, may take the caller for one who may
        be offered.
        """
        return True

    def note_staffing(self, staffed: frozenset[AgentId]) -> None:
        """The queue's agents came or went: true for the next decision, whose message is unread."""
        self.staffed = staffed

    def be_given(self, first_joined_at: Micros, own_priority: int) -> None:
        """The same person gives up another place: true before anybody decides whom to ask."""
        self._standing.better(first_joined_at, own_priority)

    def claim(self, agent_id: AgentId) -> bool:
        """An agent is about to be reserved: false if as many phones ring as may."""
        is_claimed = self._offerings.claim(agent_id)
        if is_claimed:
            self._crew.waiters.begin_ringing(self)
        return is_claimed

    def unclaim(self, agent_id: AgentId) -> None:
        """The agent was not reserved."""
        self._offerings.unclaim(agent_id)

    def reserved(self, agent_id: AgentId) -> None:
        """An agent was reserved: the message is in the call's mailbox, unread yet."""
        self._offerings.reserved(agent_id)

    def decisions(self) -> tuple[DecisionRecord, ...]:
        """The decisions made for the call so far."""
        return self._call.ledger.decisions.noted()

    def demand(self) -> Demand:
        """What the caller may be offered now."""
        place = self._standing.place
        return Demand(
            call_id=self.call_id,
            queue=self._queue_now(),
            first_joined_at=place.first_joined_at,
            joined_at=place.joined_at,
            priority=self._standing.priority,
            skills=self._call.wishes.skills,
            sticky_agent=self._sticky_agent,
            last_offered=self._offerings.last_offered,
            ringing=self._offerings.ringing,
            may_ring_at_once=self._offerings.may_ring_at_once,
            on_line=self._crew.lines.at(self._call.caller.node),
        )

    def _queue_now(self) -> QueuePolicy:
        """By which settings it is decided whom to ask: those of now. What callers hear and how long
        they may stay is as it was when they joined.
        """
        return self._call.site.queue_now(self._queue)
