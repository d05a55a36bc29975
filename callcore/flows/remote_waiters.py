"""Callers who wait and whom another worker follows, as the floor knows them.

Whoever looks for a pair decides over all who wait. For a caller on the line, and for a promise
whose customer may be called, the floor has all that it takes. How it stands with a promise that may
just be becoming due, or whose customer is on the line, and with a caller for whom several phones
may ring, only their own worker knows: it is asked when their turn has come.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from callcore.domain.callbacks import CALLBACKS, Due, due_elsewhere
from callcore.domain.ids import (
    MICROS_PER_SECOND,
    AgentId,
    CallId,
    LegId,
    Micros,
    NodeName,
    QueueName,
)
from callcore.domain.policies import STRATEGIES_RINGING_MANY, QueuePolicy
from callcore.domain.records import DecisionRecord
from callcore.domain.routing import Demand
from callcore.domain.sharding import WorkerId, shard_of_call
from callcore.domain.wishes import Wishes
from callcore.flows.messages.between import Letter
from callcore.flows.site import Site
from callcore.ports.stores import FloorDemand

MOST_WAITED_FOR_SECONDS = 3.0
"""So long those behind a caller wait until somebody follows the caller again."""

NOBODY: frozenset[AgentId] = frozenset()


class Lines(Protocol):
    """Who stands where."""

    def at(self, node: NodeName) -> frozenset[AgentId]:
        """The agents who can be reached on a line at that node."""

    def leg_of(self, agent_id: AgentId) -> LegId | None:
        """The leg of the agent's line."""


class NoLines:
    """``Lines`` where nobody stands."""

    def at(self, node: NodeName) -> frozenset[AgentId]:  # noqa: ARG002 - of Lines
        """Nobody."""
        return NOBODY

    def leg_of(self, agent_id: AgentId) -> LegId | None:  # noqa: ARG002 - of Lines
        """There is none."""
        return None


class Letters(Protocol):
    """The post to the other workers; nothing of it waits or fails."""

    def send(self, worker_id: WorkerId, letter: Letter) -> None:
        """To one of them."""

    def send_all(self, letter: Letter) -> None:
        """To all of them."""


class NoLetters:
    """``Letters`` of a worker without colleagues."""

    def send(self, worker_id: WorkerId, letter: Letter) -> None:
        """There is nobody to read it."""

    def send_all(self, letter: Letter) -> None:
        """There is nobody to read it."""


class RemoteWaiter:
    """One caller who waits and is not followed here. Implements ``waiters.Waiter``."""

    def __init__(
        self,
        floor: FloorDemand,
        queue: QueuePolicy,
        *,
        worker_id: WorkerId | None,
        staffed: frozenset[AgentId],
        on_line: frozenset[AgentId],
        is_within_reach: bool,
        due: Due,
    ) -> None:
        self.worker_id = worker_id
        """Who follows the caller; ``None`` if nobody does at the moment."""
        self.node = floor.node
        self.staffed = staffed
        self._floor = floor
        self._is_within_reach = is_within_reach
        self._due = due
        self._rings_many = queue.strategy in STRATEGIES_RINGING_MANY
        self._demand = Demand(
            call_id=floor.call_id,
            queue=queue,
            first_joined_at=floor.first_joined_at,
            joined_at=floor.joined_at,
            priority=floor.priority,
            skills=Wishes.of(floor.own_priority, floor.skills).skills if floor.skills else (),
            sticky_agent=floor.sticky_agent,
            last_offered=floor.last_offered,
            ringing=floor.offered_to,
            may_ring_at_once=queue.ring_at_most if self._rings_many else 1,
            on_line=on_line,
        )

    @property
    def call_id(self) -> CallId:
        """The call."""
        return self._floor.call_id

    @property
    def queue_name(self) -> QueueName:
        """Where the caller waits."""
        return self._floor.queue

    @property
    def caller_number(self) -> str:
        """The caller's number, as the switch reports it."""
        return self._floor.caller_number

    @property
    def score(self) -> float:
        """The place in the order of service; lower is served first."""
        return self._floor.score

    @property
    def is_judged_elsewhere(self) -> bool:
        """True if only the worker who follows the caller knows whether agents may be asked."""
        return self._rings_many or self._due is Due.UNSURE

    @property
    def wants_more(self) -> bool:
        """True while phones ring for the caller and more may, as far as is known here."""
        ringing_count = len(self._floor.offered_to)
        return self._rings_many and 0 < ringing_count < self._demand.may_ring_at_once

    @property
    def is_callback(self) -> bool:
        """True for a promised callback."""
        return self._floor.promise is not None

    @property
    def is_on_line(self) -> bool:
        """True if somebody is on the line, as far as is known here."""
        return not self.is_callback

    @property
    def may_be_offered(self) -> bool:
        """True if an agent's phone can be rung for the caller now, as far as is known here."""
        return self._is_within_reach and self._due is not Due.NO

    @property
    def may_seem_offerable(self) -> bool:
        """The same, as far as anybody knows."""
        return self.may_be_offered

    def demand(self) -> Demand:
        """What the caller may be offered now."""
        return self._demand

    def note_staffing(self, staffed: frozenset[AgentId]) -> None:
        """Who decides next reads anew."""

    def be_given(self, first_joined_at: Micros, own_priority: int) -> None:
        """Only the worker who follows the caller can do that."""

    def claim(self, agent_id: AgentId) -> bool:  # noqa: ARG002 - of Waiter
        """The floor alone decides whether an agent may be reserved."""
        return True

    def unclaim(self, agent_id: AgentId) -> None:
        """Nothing was claimed."""

    def reserved(self, agent_id: AgentId) -> None:
        """Who follows the caller is told."""

    def decisions(self) -> tuple[DecisionRecord, ...]:
        """Known to who follows the caller."""
        return ()


class RemoteWaiters:
    """Makes them from the floor."""

    def __init__(self, site: Site, lines: Lines) -> None:
        self._site = site
        self._lines = lines
        self._missed_since: dict[CallId, Micros] = {}

    def read(self, call_ids: Iterable[CallId]) -> dict[CallId, RemoteWaiter]:
        """Those of them who wait or are being offered; one read. May raise ``StoreError``."""
        asked = list(call_ids)
        if not asked:
            return {}
        found = self._site.waiting_room.demands(asked)
        made = {call_id: self._made(floor) for call_id, floor in found.items()}
        return {call_id: waiter for call_id, waiter in made.items() if waiter is not None}

    def is_given_up(self, waiter: RemoteWaiter) -> bool:
        """True if nobody has followed the caller for so long that those behind wait no longer."""
        now = self._site.clock.now()
        if waiter.worker_id is not None:
            self._missed_since.pop(waiter.call_id, None)
            return False
        since = self._missed_since.setdefault(waiter.call_id, now)
        is_long = now - since > MOST_WAITED_FOR_SECONDS * MICROS_PER_SECOND
        if len(self._missed_since) > MOST_MISSED:
            self._missed_since.clear()
        return is_long

    def _made(self, floor: FloorDemand) -> RemoteWaiter | None:
        site = self._site
        queue = site.policy.queues.get(floor.queue)
        if queue is None:
            return None
        worker_id = site.tenure.owner_of(shard_of_call(floor.node, floor.call_id))
        if worker_id == site.tenure.worker_id:
            worker_id = None
        return RemoteWaiter(
            floor,
            queue,
            worker_id=worker_id,
            staffed=site.presence.staffed(floor.queue),
            on_line=self._lines.at(floor.node if floor.promise is None else floor.promise.node),
            is_within_reach=self._is_within_reach(floor.node, worker_id),
            due=self._due(floor, worker_id),
        )

    def _due(self, floor: FloorDemand, worker_id: WorkerId | None) -> Due:
        promise = floor.promise
        if promise is None:
            return Due.YES
        if promise.is_on_line:
            return Due.UNSURE  # or told goodbye at the moment
        if promise.is_deferred:
            return Due.NO
        apart_seconds = self._site.tenure.clock_apart_seconds(worker_id)
        return due_elsewhere(promise.not_before, self._site.clock.now(), apart_seconds)

    def _is_within_reach(self, node: NodeName, worker_id: WorkerId | None) -> bool:
        """True if whoever follows the caller can ring phones for them, whatever we can reach. Of
        those whom nobody follows at the moment we know no better than what we could do.
        """
        if node == CALLBACKS:
            return any(self._reaches(worker_id, each) for each in self._site.switches)
        return self._reaches(worker_id, node)

    def _reaches(self, worker_id: WorkerId | None, node: NodeName) -> bool:
        if worker_id is not None:
            return self._site.tenure.reaches(worker_id, node)
        switch = self._site.switches.get(node)
        return switch is not None and switch.is_connected


MOST_MISSED = 10_000
"""Of more callers than that it is forgotten since when nobody follows them."""
