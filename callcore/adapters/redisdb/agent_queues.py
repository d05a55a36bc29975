"""Which queues an agent serves: what the keys of most scripts about agents depend on.

The queues are remembered here only to save a read. Each script compares them with the agent's
hash before it changes anything, so a memory that is out of date costs a second attempt, no more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from callcore.adapters.redisdb import rows
from callcore.adapters.redisdb.client import Client
from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.reread import until_current
from callcore.adapters.redisdb.scripts import OutdatedError
from callcore.domain.ids import AgentId, QueueName

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServedQueues:
    """An agent's queues as the hash holds them, and the keys of their free agents."""

    text: str
    free_keys: tuple[str, ...]


class AgentQueues:
    """The queues of each agent, as last seen."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self._seen: dict[AgentId, str] = {}

    def run(self, agent_id: AgentId, attempt: Callable[[ServedQueues], T]) -> T:
        """What ``attempt`` answers with the agent's queues; again after ``OutdatedError``."""

        def once() -> T:
            try:
                return attempt(self._served(agent_id))
            except OutdatedError:
                self._seen.pop(agent_id, None)
                raise

        return until_current(once)

    def remember(self, agent_id: AgentId, text: str) -> None:
        """Takes note of queues that the agent's hash was just given."""
        self._seen[agent_id] = text

    def free_keys(self, queues: tuple[QueueName, ...]) -> tuple[str, ...]:
        """The keys of the free agents of each queue."""
        return tuple(self._keys.free_agents(queue) for queue in queues)

    def _served(self, agent_id: AgentId) -> ServedQueues:
        text = self._seen.get(agent_id)
        if text is None:
            (text,) = self._client.send(
                "agent_queues", [("HGET", self._keys.agent(agent_id), "queues")]
            )
            if text:
                self._seen[agent_id] = text
        text = text or ""
        return ServedQueues(text=text, free_keys=self.free_keys(rows.queues_of(text)))
