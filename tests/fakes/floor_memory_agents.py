"""The agents the floor in memory holds, and the sorted sets that follow from them."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import assert_never

from callcore.domain.agents import STAFFED, AgentState, Why, Wish
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, Micros, QueueName
from callcore.ports.stores import AskingOrder, FloorAgent, Post
from tests.fakes.ranked import Ranked

LEVEL_STEP = 2**42
POSITIONS_STEP = 1024
MICROS_PER_MILLISECOND = 1000


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
