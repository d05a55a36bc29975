"""The callers who wait and are followed here."""

from __future__ import annotations

from typing import Protocol

from callcore.domain.ids import AgentId, CallId, Micros, QueueName
from callcore.domain.records import DecisionRecord
from callcore.domain.routing import Demand


class Waiter(Protocol):
    """One caller who waits."""

    @property
    def call_id(self) -> CallId:
        """The call."""

    @property
    def queue_name(self) -> QueueName:
        """Where the caller waits."""

    @property
    def caller_number(self) -> str:
        """The caller's number, as the switch reports it."""

    @property
    def score(self) -> float:
        """The place in the order of service; lower is served first."""

    @property
    def staffed(self) -> frozenset[AgentId]:
        """The queue's agents who are logged in and not on a break, as last heard."""

    @property
    def wants_more(self) -> bool:
        """True while phones ring for the caller and more may."""

    @property
    def is_callback(self) -> bool:
        """True for a promised callback, with nobody on the line."""

    @property
    def is_on_line(self) -> bool:
        """True if somebody is on the line: of a promised callback, once the customer answered."""

    @property
    def may_be_offered(self) -> bool:
        """True if an agent's phone can be rung for the caller now: a switch is within reach, and
        the customer of a promise may be called.
        """

    @property
    def may_seem_offerable(self) -> bool:
        """True if other workers, by what the floor tells them, may take the caller for one who may
        be offered.
        """

    def demand(self) -> Demand:
        """What the caller may be offered now."""

    def note_staffing(self, staffed: frozenset[AgentId]) -> None:
        """The queue's agents came or went: true for the next decision, whose message is unread."""

    def be_given(self, first_joined_at: Micros, own_priority: int) -> None:
        """The same person gives up another place in the queue: the better of the two holds."""

    def claim(self, agent_id: AgentId) -> bool:
        """An agent is about to be reserved: false if as many phones ring as may."""

    def unclaim(self, agent_id: AgentId) -> None:
        """The agent was not reserved."""

    def reserved(self, agent_id: AgentId) -> None:
        """An agent was reserved: the message is in the call's mailbox, unread yet."""

    def decisions(self) -> tuple[DecisionRecord, ...]:
        """The decisions made for the call so far."""


class Waiters:
    """By call and by queue."""

    def __init__(self) -> None:
        self._by_call: dict[CallId, Waiter] = {}
        self._by_queue: dict[QueueName, dict[CallId, Waiter]] = {}
        self._rung_for: dict[QueueName, dict[CallId, Waiter]] = {}

    def add(self, waiter: Waiter) -> None:
        """The caller begins to wait."""
        self._by_call[waiter.call_id] = waiter
        self._by_queue.setdefault(waiter.queue_name, {})[waiter.call_id] = waiter

    def remove(self, waiter: Waiter) -> None:
        """The caller waits no more; harmless when told again."""
        self._by_call.pop(waiter.call_id, None)
        self._by_queue[waiter.queue_name].pop(waiter.call_id, None)
        self._rung_for.get(waiter.queue_name, {}).pop(waiter.call_id, None)

    def begin_ringing(self, waiter: Waiter) -> None:
        """A phone is about to ring for the caller."""
        if self._by_call.get(waiter.call_id) is waiter:
            self._rung_for.setdefault(waiter.queue_name, {})[waiter.call_id] = waiter

    def rung_for(self, queue: QueueName) -> list[Waiter]:
        """The callers of one queue for whom phones ring: few beside all who wait."""
        found = self._rung_for.get(queue, {})
        for waiter in [one for one in found.values() if not one.demand().ringing]:
            del found[waiter.call_id]
        return list(found.values())

    def get(self, call_id: CallId) -> Waiter | None:
        """A caller, if followed here and waiting."""
        return self._by_call.get(call_id)

    def of_queue(self, queue: QueueName) -> list[Waiter]:
        """The callers of one queue, in no order."""
        return list(self._by_queue.get(queue, {}).values())

    def all(self) -> list[Waiter]:
        """Every caller."""
        return list(self._by_call.values())
