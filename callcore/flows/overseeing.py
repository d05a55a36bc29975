"""The site at a glance: for wallboards, which look every second.

Redis is asked twice at most every ``KEPT_SECONDS``, however many look; everything else is known.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final

from callcore.domain import queue_days
from callcore.domain.agents import AgentState
from callcore.domain.ids import AgentId, Micros, NodeName, seconds_between
from callcore.domain.nodes import LinkState
from callcore.domain.queue_days import QueueDay
from callcore.flows.counted_days import CountDays, CountedDays
from callcore.flows.ending import Ending
from callcore.flows.queue_watch import QueueWatch
from callcore.flows.site import Site
from callcore.flows.waiting_views import ready
from callcore.ports.operations import (
    AgentStatus,
    NodeStatus,
    NotReadyError,
    QueueStatus,
    SiteStatus,
)
from callcore.ports.stores import FloorAgent, QueueCounts
from callcore.runtime.reply import NoReplyError, Reply

KEPT_SECONDS: Final = 0.9
"""Whoever looks again so soon sees the same."""
PATIENCE_SECONDS: Final = 5.0
"""For a look that another one has begun."""
MOST_AGENTS: Final = 200
"""More than a terminal has lines."""

Parts = Callable[[], Mapping[str, str]]

_ORDER: Final = {
    state: rank
    for rank, state in enumerate(
        (
            AgentState.RINGING,
            AgentState.RESERVED,
            AgentState.TALKING,
            AgentState.WRAPPING_UP,
            AgentState.AVAILABLE,
            AgentState.ON_BREAK,
            AgentState.LOGGED_OUT,
        )
    )
}


class Overseeing:
    """Looks at the whole site."""

    def __init__(
        self,
        site: Site,
        queue_watch: QueueWatch,
        ending: Ending,
        count_days: CountDays,
        parts: Parts,
    ) -> None:
        self._site = site
        self._queue_watch = queue_watch
        self._ending = ending
        self._days = CountedDays(site, count_days)
        self._parts = parts
        self._started_at = site.clock.now()
        self._last: SiteStatus | None = None
        self._looking: Reply[SiteStatus] | None = None
        """Of the one who looks now, for who comes meanwhile."""

    def status(self) -> SiteStatus:
        """The site as it is, or was a moment ago. Raises ``NotReadyError``."""
        now, last = self._site.clock.now(), self._last
        if (
            last is not None
            and 0 <= seconds_between(last.at, now) < KEPT_SECONDS
            and last.draining == self._ending.asked_by
        ):
            return last
        if self._looking is not None:
            return self._seen_by_another(self._looking)
        self._looking = looking = Reply[SiteStatus]()
        try:
            self._last = found = self._look(now)
            looking.give(found)
        except NotReadyError as error:
            looking.refuse(error)
            raise
        finally:
            self._looking = None
        return found

    @staticmethod
    def _seen_by_another(looking: Reply[SiteStatus]) -> SiteStatus:
        try:
            return looking.wait(PATIENCE_SECONDS)
        except NoReplyError as error:
            message = "the floor does not answer: ask again"
            raise NotReadyError(message) from error

    def _look(self, now: Micros) -> SiteStatus:
        site = self._site
        queues = site.policy.queues
        counts = ready(lambda: site.waiting_room.counts(sorted(queues)))
        agents = ready(site.roster.agents)
        beginnings = {name: queue_days.began_at(queue, now) for name, queue in queues.items()}
        days, days_at = self._days.look(beginnings)
        return SiteStatus(
            site=site.policy.site,
            at=now,
            version=site.policies.version,
            worker=site.tenure.worker_id,
            workers=tuple(sorted({site.tenure.worker_id, *site.tenure.colleagues})),
            started_at=self._started_at,
            parts=self._parts(),
            draining=self._ending.asked_by,
            calls_count=self._ending.calls_count,
            nodes=tuple(self._node(node) for node in site.switches),
            queues=tuple(
                self._queue(one, None if days_at is None else days.get(one.queue, QueueDay()))
                for one in counts
                if one.queue in queues
            ),
            agent_counts=Counter(agent.state for agent in agents),
            agents=tuple(map(self._agent, sorted(agents, key=_urgency)[:MOST_AGENTS])),
            days_at=days_at,
        )

    def _node(self, node: NodeName) -> NodeStatus:
        nodes = self._site.nodes
        link = LinkState.UP if self._site.switches[node].is_connected else LinkState.DOWN
        return NodeStatus(
            node=node,
            link=LinkState.GONE if nodes.is_gone(node) else link,
            is_drained=nodes.is_drained(node),
        )

    def _queue(self, counts: QueueCounts, today: QueueDay | None) -> QueueStatus:
        seen = self._queue_watch.seen(counts.queue)
        limit = None if seen is None or seen.limit is None else seen.limit.maximum_waiting
        return QueueStatus(
            queue=counts.queue,
            is_open=seen is None or seen.is_open,
            limit=limit,
            waiting_count=counts.waiting_count,
            offered_count=counts.offered_count,
            free_agents_count=counts.free_agents_count,
            staffed_count=counts.staffed_count,
            promises_count=counts.promises_count,
            deferred_count=counts.deferred_count,
            oldest_joined_at=counts.oldest_joined_at,
            today=today,
            service_level=None if today is None else today.service_level,
        )

    def _agent(self, agent: FloorAgent) -> AgentStatus:
        policy = self._site.policy.agents.get(agent.agent_id)
        return AgentStatus(
            agent_id=agent.agent_id,
            name="" if policy is None else policy.name,
            state=agent.state,
            since=agent.since or None,
            queue=agent.queue,
            is_resting=agent.state is AgentState.AVAILABLE and agent.lease_until is not None,
            holds=agent.holds,
            break_code=agent.break_code,
            is_overrun=agent.is_overrun,
            wish=agent.wish,
        )


def _urgency(agent: FloorAgent) -> tuple[bool, int, AgentId]:
    return not agent.is_overrun, _ORDER[agent.state], agent.agent_id
