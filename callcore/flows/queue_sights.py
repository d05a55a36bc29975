"""What a queue's agents do, for the explanation of an offer: seen once a second at most, however
many offers are made.

What this worker has heard of agents since then counts for more than what was seen; of what other
workers do it may be a second behind.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from callcore.domain import decisions
from callcore.domain.agents import AgentState
from callcore.domain.events import AgentChanged, Fact
from callcore.domain.ids import AgentId, Micros, QueueName, seconds_between
from callcore.flows.site import Site
from callcore.ports.stores import Doing, StoreError, StoreUnavailableError
from callcore.runtime.reply import NoReplyError, Reply

MOST_EXPLAINED = 200
"""Of a queue with more agents, a decision tells of the first so many."""

SECONDS_BETWEEN_LOOKS = 1.0

LONGEST_WAIT_SECONDS = 1.0
"""For what another call has asked: the offer goes on without the explanation then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """Those of a queue's agents of whom a decision says nothing yet."""

    not_free: Mapping[str, tuple[AgentId, ...]]
    """By what they do."""
    free: tuple[AgentId, ...]
    """In the order in which they are asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sight:
    """One look at a queue."""

    asked_at: Micros
    heard_count: int
    """How many changes of agents had been heard by then."""
    doings: Mapping[AgentId, Doing]
    free: tuple[AgentId, ...]


class QueueSights:
    """Looks at the queues of a site."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._sights: dict[QueueName, _Sight] = {}
        self._asked: dict[QueueName, Reply[_Sight]] = {}
        self._heard_count = 0
        self._heard: dict[AgentId, tuple[int, AgentState]] = {}

    def hear(self, fact: Fact) -> None:
        """An agent may do something else from now on."""
        if isinstance(fact, AgentChanged):
            self._heard_count += 1
            self._heard[fact.agent_id] = (self._heard_count, fact.state)

    def others(self, queue: QueueName, told: Collection[AgentId]) -> Others | None:
        """The queue's agents but those ``told`` of; ``None`` if Redis does not say."""
        try:
            sight = self._sight(queue)
        except (StoreError, NoReplyError):
            return None
        seen_free = frozenset(sight.free)
        not_free: dict[str, list[AgentId]] = {}
        free: set[AgentId] = set()
        for agent_id, doing in sight.doings.items():
            if agent_id in told:
                continue
            heard_count, state = self._heard.get(agent_id, (0, doing.state))
            if heard_count > sight.heard_count:
                word = decisions.not_free_word(state, frozenset(), serves=True)
            elif agent_id in seen_free:
                free.add(agent_id)
                continue
            else:
                serves = queue in doing.queues
                word = decisions.not_free_word(doing.state, doing.holds, serves=serves)
            not_free.setdefault(word, []).append(agent_id)
        return Others(
            not_free={word: tuple(agents) for word, agents in not_free.items()},
            free=tuple(agent_id for agent_id in sight.free if agent_id in free),
        )

    def _sight(self, queue: QueueName) -> _Sight:
        """The last one, if it is fresh, or the next."""
        now, known = self._site.clock.now(), self._sights.get(queue)
        if known is not None and seconds_between(known.asked_at, now) < SECONDS_BETWEEN_LOOKS:
            return known
        if queue in self._asked:
            return self._asked[queue].wait(LONGEST_WAIT_SECONDS)
        reply = self._asked[queue] = Reply()
        try:
            sight = self._sights[queue] = self._look(queue, now)
            reply.give(sight)
        finally:
            del self._asked[queue]
            reply.refuse(StoreUnavailableError("who asked was not told"))  # unless it was given
        return sight

    def _look(self, queue: QueueName, now: Micros) -> _Sight:
        site, heard_count = self._site, self._heard_count
        agents = list(site.serving.at(queue).agents)[:MOST_EXPLAINED]
        (found,) = site.waiting_room.candidates([queue], MOST_EXPLAINED)
        doings = site.roster.doings(agents)
        return _Sight(
            asked_at=now,
            heard_count=heard_count,
            doings=dict(zip(agents, doings, strict=True)),
            free=tuple(agent.agent_id for agent in found.agents),
        )
