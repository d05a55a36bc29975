"""What the floor in memory holds, and the sorted sets that follow from it.

Calls and agents are values; whoever puts a new one in place of the old need not know which sets it
belongs to. So no verb ever looks through all calls or all agents.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeVar, assert_never, cast

from callcore.domain import estimates, phone_numbers
from callcore.domain.admission import Closure, DroppedPlace
from callcore.domain.agents import STAFFED, AgentState, Why, Wish
from callcore.domain.estimates import Rates
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, CallId, Micros, NodeName, QueueName
from callcore.domain.outcomes import LeaveReason
from callcore.domain.wait_telling import ToldEstimate
from callcore.ports.stores import (
    AskingOrder,
    FloorAgent,
    FloorCall,
    FloorCallState,
    Post,
    StoreUnavailableError,
)
from callcore.ports.timelines import AgentChange
from tests.fakes.ranked import Expiring, Ranked
from tests.fakes.streams import Stream

A = TypeVar("A")

ANSWERS_KEPT_SECONDS = 600.0
LEVEL_STEP = 2**42
POSITIONS_STEP = 1024
MICROS_PER_MILLISECOND = 1000


class Instants(Protocol):
    """What the fake needs of a clock."""

    def now(self) -> Micros:
        """The instant, in epoch microseconds."""


class Calls:
    """The calls, and where each has its place."""

    def __init__(self) -> None:
        self.waiting: defaultdict[QueueName, Ranked[CallId]] = defaultdict(Ranked)
        self.offered: defaultdict[QueueName, Ranked[CallId]] = defaultdict(Ranked)
        self.promised: defaultdict[QueueName, set[CallId]] = defaultdict(set)
        """Callbacks that are not kept yet."""
        self.deferred: defaultdict[QueueName, Ranked[CallId]] = defaultdict(Ranked)
        """Those of them that wait and are not due."""
        self._not_due: set[CallId] = set()
        """With those that are being offered."""
        self._calls: dict[CallId, FloorCall] = {}
        # A dict for its order.
        self._of_node: defaultdict[NodeName, dict[CallId, None]] = defaultdict(dict)

    def get(self, call_id: CallId) -> FloorCall | None:
        return self._calls.get(call_id)

    def of_node(self, node: NodeName) -> list[FloorCall]:
        return [self._calls[call_id] for call_id in self._of_node[node]]

    def put(self, call: FloorCall) -> None:
        """Keeps a call, in place of what was known of it."""
        before = self._calls.get(call.call_id)
        places, places_before = self._places(call), self._places(before)
        if places_before is not None and places_before is not places:
            places_before.discard(call.call_id)
        if places is not None:
            places.put(call.call_id, call.score)
        if before is not None:
            self.promised[before.queue].discard(call.call_id)
            self.deferred[before.queue].discard(call.call_id)
        if places is not None and call.callback is not None:
            self.promised[call.queue].add(call.call_id)
        if places is None:
            self._not_due.discard(call.call_id)
        elif call.call_id in self._not_due and call.state is FloorCallState.WAITING:
            self.deferred[call.queue].put(call.call_id, call.score)
        if before is not None and before.node != call.node:
            del self._of_node[before.node][call.call_id]
        self._of_node[call.node][call.call_id] = None
        self._calls[call.call_id] = call

    def defer(self, call: FloorCall, *, is_deferred: bool) -> None:
        """Notes of a promise whether it is due."""
        (self._not_due.add if is_deferred else self._not_due.discard)(call.call_id)
        self.put(call)

    def is_deferred(self, call_id: CallId) -> bool:
        """True of a promise that is not due."""
        return call_id in self._not_due

    def forget(self, call: FloorCall) -> None:
        """Forgets an ended call."""
        del self._calls[call.call_id], self._of_node[call.node][call.call_id]

    def _places(self, call: FloorCall | None) -> Ranked[CallId] | None:
        if call is None or call.state in {FloorCallState.TALKING, FloorCallState.ENDED}:
            return None
        is_offered = call.state is FloorCallState.OFFERED
        return self.offered[call.queue] if is_offered else self.waiting[call.queue]

    def placed_count(self, queue: QueueName) -> int:
        """How many wait in a queue and count, those being offered included."""
        present_count = len(self.waiting[queue]) + len(self.offered[queue])
        return present_count - len(self.deferred[queue])

    def ahead_count(self, queue: QueueName, score: float) -> int:
        """How many wait with a lower score and count."""
        return self.waiting[queue].count_below(score) - self.deferred[queue].count_below(score)

    def rank(self, call_id: CallId, queue: QueueName) -> int:
        """How many wait before a call that waits, and count."""
        waiting, deferred = self.waiting[queue], self.deferred[queue]
        return waiting.rank(call_id) - deferred.count_before(call_id, waiting.score(call_id))

    def position(self, call_id: CallId, queue: QueueName) -> int | None:
        """The place in the order of service; of equal scores those being offered are ahead."""
        waiting, offered = self.waiting[queue], self.offered[queue]
        if call_id in waiting:
            score = waiting.score(call_id)
            return self.rank(call_id, queue) + offered.count_up_to(score) + 1
        if call_id in offered:
            score = offered.score(call_id)
            return offered.rank(call_id) + self.ahead_count(queue, score) + 1
        return None

    def first(self, queue: QueueName) -> list[tuple[float, CallId]]:
        """The first who waits and counts, with the score; empty if there is none."""
        deferred = self.deferred[queue]
        found = self.waiting[queue].first(len(deferred) + 1)
        return [entry for entry in found if entry[1] not in deferred][:1]

    def last(self, queue: QueueName, count: int) -> list[CallId]:
        """Up to ``count`` who wait on the line, last ones first."""
        promised = self.promised[queue]
        found = self.waiting[queue].last(count + len(promised)) if count > 0 else []
        return [call_id for _, call_id in found if call_id not in promised][:count]

    def head(self, queue: QueueName) -> FloorCall | None:
        """Who is first in the order of service, of those who count."""
        heads = self.offered[queue].first(1) + self.first(queue)
        # Of equal ones ``min`` takes the first.
        return self._calls[min(heads, key=lambda entry: entry[0])[1]] if heads else None


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a caller was told in the queue where the call has its place."""

    position: int | None = None
    estimates: tuple[ToldEstimate, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked for during a call, and will be done after it."""

    wish: Wish
    why: Why
    most_seconds: float | None
    """Of a break."""


@dataclass(kw_only=True)
class Tally:
    """What an agent's places in the asking orders are made of, besides the state."""

    posts: tuple[Post, ...] = ()
    last_offers: dict[QueueName, Micros] = field(default_factory=dict)
    talked_micros: int = 0
    conversation_count: int = 0
    drawn: int = 0
    """By lot, when the agent became free."""

    def begin_shift(self) -> None:
        """Counts from nothing; the turns of a round are not a shift's."""
        self.talked_micros = 0
        self.conversation_count = 0


class Agents:
    """The agents, and who of them is free, staffed or leased."""

    def __init__(self) -> None:
        self.free: defaultdict[QueueName, Ranked[AgentId]] = defaultdict(Ranked)
        self.staffed: defaultdict[QueueName, set[AgentId]] = defaultdict(set)
        self.leases: Ranked[AgentId] = Ranked()
        self.asked: dict[AgentId, Asked] = {}
        self._agents: dict[AgentId, FloorAgent] = {}
        self._tallies: defaultdict[AgentId, Tally] = defaultdict(Tally)
        # Seeded, so that a test that failed fails again.
        self._dice = random.Random(1)

    def get(self, agent_id: AgentId) -> FloorAgent | None:
        return self._agents.get(agent_id)

    def __getitem__(self, agent_id: AgentId) -> FloorAgent:
        return self._agents[agent_id]

    def all(self) -> list[FloorAgent]:
        return [self._agents[agent_id] for agent_id in sorted(self._agents)]

    def tally(self, agent_id: AgentId) -> Tally:
        return self._tallies[agent_id]

    def assign(self, agent: FloorAgent, posts: tuple[Post, ...]) -> None:
        """Keeps an agent, new or as known, who has these posts from now on."""
        tally = self._tallies[agent.agent_id]
        for post in tally.posts:
            self.free[post.queue].discard(agent.agent_id)
            self.staffed[post.queue].discard(agent.agent_id)
        tally.posts = posts
        self._agents[agent.agent_id] = replace(agent, queues=tuple(post.queue for post in posts))
        self._list_free(agent)
        self._list_staffed(agent)

    def put(self, agent: FloorAgent) -> None:
        """Keeps an agent who has posts, in place of what was known of the agent."""
        before = self._agents[agent.agent_id]
        self._agents[agent.agent_id] = agent
        if agent.lease_until is None:
            self.leases.discard(agent.agent_id)
        else:
            self.leases.put(agent.agent_id, agent.lease_until)
        if is_free(agent) and not is_free(before):
            self._tallies[agent.agent_id].drawn = self._dice.randrange(LEVEL_STEP)
        if is_free(agent) or is_free(before):
            self._list_free(agent)
        if (before.state in STAFFED) is not (agent.state in STAFFED):
            self._list_staffed(agent)

    def idle_since_count(self, queue: QueueName, since: int) -> int:
        """How many free agents of a queue that asks the longest idle first are so since then."""
        return sum(
            post.queue == queue
            and post.order is AskingOrder.LONGEST_IDLE
            and agent_id in self.free[queue]
            and self._agents[agent_id].since >= since
            for agent_id, tally in self._tallies.items()
            for post in tally.posts
        )

    def _list_free(self, agent: FloorAgent) -> None:
        tally = self._tallies[agent.agent_id]
        for post in tally.posts:
            if is_free(agent):
                key = _asking_key(post, agent, tally)
                self.free[post.queue].put(agent.agent_id, float(post.level * LEVEL_STEP + key))
            else:
                self.free[post.queue].discard(agent.agent_id)

    def _list_staffed(self, agent: FloorAgent) -> None:
        for post in self._tallies[agent.agent_id].posts:
            if agent.state in STAFFED:
                self.staffed[post.queue].add(agent.agent_id)
            else:
                self.staffed[post.queue].discard(agent.agent_id)


_ITS_OWN = frozenset({"clock", "identified", "is_down", "changes"})
"""Of a floor, not of its data."""


class FloorMemory:
    """Everything Redis would hold, but for the records."""

    def __init__(self, clock: Instants) -> None:
        self.clock = clock
        self.identified: Callable[[str], str] = phone_numbers.normalised
        self.is_down = False
        self.changes: Stream[AgentChange] = Stream(self.check)
        self.clear()

    def clear(self) -> None:
        """Forgets everything."""
        now = self.clock.now
        self.calls = Calls()
        self.told: dict[CallId, Told] = {}
        self.sticky: dict[CallId, AgentId | None] = {}
        self.last_offered: dict[CallId, AgentId] = {}
        self.agents = Agents()
        self.closures: dict[QueueName, Closure] = {}
        self.sums: defaultdict[QueueName, dict[str, float]] = defaultdict(dict)
        # By the queue and the caller's number as ``identified`` has it.
        self.dropped: Expiring[tuple[QueueName, str], DroppedPlace] = Expiring(now)
        self.promises: dict[tuple[QueueName, str], CallId] = {}
        self.last_agents: Expiring[tuple[QueueName, str], AgentId] = Expiring(now)
        self.wrong_pins: Expiring[AgentId, int] = Expiring(now)
        self.changes.clear()
        self._answers: Expiring[tuple[str, str], object] = Expiring(now)

    def snapshot(self) -> dict[str, object]:
        """What is held now."""
        held = {name: value for name, value in vars(self).items() if name not in _ITS_OWN}
        return deepcopy(held, {id(self.clock): self.clock})

    def go_back(self, held: dict[str, object]) -> None:
        """Holds that again."""
        vars(self).update(deepcopy(held, {id(self.clock): self.clock}))

    def forget(self, call_id: CallId) -> None:
        """Forgets a call if it has ended."""
        call = self.calls.get(call_id)
        if call is not None and call.state is FloorCallState.ENDED:
            self.calls.forget(call)
            for kept in (self.told, self.sticky, self.last_offered):
                kept.pop(call_id, None)

    def rates(self, queue: QueueName) -> Rates:
        """What a queue has learnt."""
        return estimates.rates(self.sums[queue])

    def check(self) -> None:
        """Raises ``StoreUnavailableError`` while down."""
        if self.is_down:
            raise StoreUnavailableError("the fake floor is down")

    def once(self, verb: str, request_id: str, change: Callable[[], A]) -> A:
        """What ``change`` answers, or answered to the same request before."""
        self.check()
        known = self._answers.get((verb, request_id))
        if known is not None:
            return cast("A", known)
        answer = change()
        self._answers.put((verb, request_id), answer, ANSWERS_KEPT_SECONDS)
        return answer

    def end(self, call: FloorCall, left_for: LeaveReason | None = None) -> None:
        """Takes the call's place away, and remembers the call."""
        self.calls.put(
            replace(
                call,
                state=FloorCallState.ENDED,
                offers=(),
                ended_at=self.clock.now(),
                left_for=left_for,
            )
        )

    def tell(self, before: FloorAgent, after: FloorAgent, why: Why, at: Micros) -> None:
        """Adds a line to the agent's timeline; of an offer that is over it tells too."""
        held = after if after.offer_id is not None else before
        self.changes.append(
            AgentChange(
                agent_id=after.agent_id,
                at=at,
                before=before.state,
                state=after.state,
                reason=why.reason,
                actor=encodable(why.actor),
                note=encodable(why.note),
                break_code=after.break_code,
                holds=after.holds,
                queue=held.queue,
                call_id=held.call_id,
                offer_id=held.offer_id,
            )
        )

    def after(self, seconds: float) -> Micros:
        """The instant so long from now."""
        return Micros(self.clock.now() + round(seconds * MICROS_PER_SECOND))


def encodable(text: str) -> str:
    """The text as a server would keep it."""
    return text.encode(errors="replace").decode()


def is_free(agent: FloorAgent) -> bool:
    """True if the agent may be asked: available, not resting after a miss, not held."""
    is_awake = agent.state is AgentState.AVAILABLE and agent.lease_until is None
    return is_awake and not agent.holds


def _asking_key(post: Post, agent: FloorAgent, tally: Tally) -> int:
    """What orders the agent among the free ones of the post's level."""
    match post.order:
        case AskingOrder.LONGEST_IDLE:
            return agent.since // MICROS_PER_MILLISECOND
        case AskingOrder.ROUND_ROBIN:
            offered_at = tally.last_offers.get(post.queue)
            return post.position if offered_at is None else offered_at // MICROS_PER_MILLISECOND
        case AskingOrder.LEAST_TALK_TIME:
            seconds = tally.talked_micros // MICROS_PER_SECOND
            return seconds * POSITIONS_STEP + post.position
        case AskingOrder.FEWEST_CALLS:
            return tally.conversation_count * POSITIONS_STEP + post.position
        case AskingOrder.POSITION:
            return post.position
        case AskingOrder.RANDOM:
            return tally.drawn
        case _:
            assert_never(post.order)
