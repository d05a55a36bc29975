"""What an operator should know of a configuration that leaves callers in difficulties."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from callcore.domain.agents import STAFFED, AgentState
from callcore.domain.ids import AgentId, QueueName
from callcore.domain.policies import Connection, SitePolicy
from callcore.domain.serving import Serving

NEXT_START = "takes effect at the next start"

MOST_NAMED = 10


class AtWork(Protocol):
    """What an agent does while the configuration changes."""

    @property
    def agent_id(self) -> AgentId:
        """Who it is."""

    @property
    def state(self) -> AgentState:
        """What the agent does."""

    @property
    def queues(self) -> tuple[QueueName, ...]:
        """Those served so far."""

    @property
    def queue(self) -> QueueName | None:
        """That of the call the agent holds."""

    @property
    def standing_leg(self) -> object | None:
        """The line on which the agent stays connected."""


def of_settings(warnings: Iterable[str], needs_restart: Iterable[str]) -> tuple[str, ...]:
    """What the settings by themselves give cause to say."""
    return (*warnings, *(f"{name} {NEXT_START}" for name in needs_restart))


def of_floor(
    policy: SitePolicy,
    waiting: Mapping[QueueName, int],
    agents: Iterable[AtWork],
    promised: Mapping[QueueName, int],
) -> tuple[str, ...]:
    """The queues that ``policy`` takes out while somebody is in them, those in which callers wait
    that it leaves without agents, promises it no longer says how to keep, and agents at work whom
    it takes for being on a line; ``waiting`` counts those being offered, too, and ``promised``
    the callbacks.
    """
    everybody = tuple(agents)
    return (
        *_of_retired(policy, waiting, everybody),
        *_of_left(policy, waiting, everybody),
        *_of_promises(policy, promised),
        *_of_lines(policy, everybody),
    )


def is_used(queue: QueueName, waiting: Mapping[QueueName, int], agents: Iterable[AtWork]) -> bool:
    """True if somebody waits, is offered or talks in the queue."""
    return waiting.get(queue, 0) > 0 or _talking_count(queue, agents) > 0


def _of_retired(
    policy: SitePolicy, waiting: Mapping[QueueName, int], agents: tuple[AtWork, ...]
) -> Iterator[str]:
    for queue in sorted(policy.retired):
        waiting_count, talking_count = waiting.get(queue, 0), _talking_count(queue, agents)
        if waiting_count or talking_count:
            yield (
                f"queue {queue} is no longer in the settings while {waiting_count} wait and "
                f"{talking_count} talk in it: it admits nobody, and goes when nobody is left"
            )


def _of_left(
    policy: SitePolicy, waiting: Mapping[QueueName, int], agents: tuple[AtWork, ...]
) -> Iterator[str]:
    serving = Serving.of(policy.agents)
    for queue in sorted(policy.queues):
        count = waiting.get(queue, 0)
        before = {one.agent_id for one in agents if queue in one.queues and one.state in STAFFED}
        had_agents = any(queue in one.queues for one in agents)
        now = serving.at(queue).agents.keys()
        if not count or not had_agents:
            continue
        if not now:
            lack = "has no agents any more"
        elif before and before.isdisjoint(now):
            lack = "has nobody logged in any more"
        else:
            continue
        yield f"queue {queue} {lack}: {count} wait on there by its rules"


def _of_promises(policy: SitePolicy, promised: Mapping[QueueName, int]) -> Iterator[str]:
    for queue in sorted(policy.queues):
        count = promised.get(queue, 0)
        if count and policy.queues[queue].callback is None:
            yield (
                f"queue {queue} no longer says how it keeps callbacks: {count} promised there are "
                "kept as with callback: {}"
            )
    every = sum(promised.values())
    if every and policy.dialplan.callback_contact is None:
        yield (
            f"dialplan.callback_contact is gone: {every} promised callbacks cannot be kept before "
            "it is back"
        )


def _of_lines(policy: SitePolicy, agents: tuple[AtWork, ...]) -> Iterator[str]:
    standing = {
        agent_id
        for agent_id, agent in policy.agents.items()
        if agent.connection is Connection.STANDING
    }
    without = [
        one.agent_id
        for one in agents
        if one.agent_id in standing and one.state in STAFFED and one.standing_leg is None
    ]
    if without:
        more = ", ..." if len(without) > MOST_NAMED else ""
        yield (
            f"standing connection without a line: {', '.join(without[:MOST_NAMED])}{more}: "
            "logged in, but no calls before they dial in"
        )


def _talking_count(queue: QueueName, agents: Iterable[AtWork]) -> int:
    return sum(one.queue == queue and one.state is AgentState.TALKING for one in agents)
