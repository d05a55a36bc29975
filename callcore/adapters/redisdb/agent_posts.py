"""Which posts an agent has: what the keys of most scripts about agents depend on.

The posts are remembered here only to save a read. Each script compares them with the agent's
hash before it changes anything, so a memory that is out of date costs a second attempt, no more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from callcore.adapters.redisdb import agent_rows
from callcore.adapters.redisdb.client import Client
from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.reread import until_current
from callcore.adapters.redisdb.scripts import OutdatedError
from callcore.domain.ids import AgentId

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldPosts:
    """An agent's posts as the hash holds them, and the keys of their queues, in their order."""

    text: str
    free_keys: tuple[str, ...]
    staffed_keys: tuple[str, ...]


class AgentPosts:
    """The posts of each agent, as last seen."""

    def __init__(self, client: Client, keys: Keys) -> None:
        self._client = client
        self._keys = keys
        self._seen: dict[AgentId, str] = {}

    def run(self, agent_id: AgentId, attempt: Callable[[HeldPosts], T]) -> T:
        """What ``attempt`` answers with the agent's posts; again after ``OutdatedError``."""

        def once() -> T:
            try:
                return attempt(self._held(agent_id))
            except OutdatedError:
                self._seen.pop(agent_id, None)
                raise

        return until_current(once)

    def remember(self, agent_id: AgentId, text: str) -> None:
        """Takes note of posts that the agent's hash was just given."""
        self._seen[agent_id] = text

    def of_text(self, text: str) -> HeldPosts:
        """Posts as a hash holds them; none if there is no agent."""
        queues = [post.queue for post in agent_rows.posts_of(text)]
        return HeldPosts(
            text=text,
            free_keys=tuple(self._keys.free_agents(queue) for queue in queues),
            staffed_keys=tuple(self._keys.staffed(queue) for queue in queues),
        )

    def _held(self, agent_id: AgentId) -> HeldPosts:
        text = self._seen.get(agent_id)
        if text is None:
            (text,) = self._client.send(
                "agent_posts", [("HGET", self._keys.agent(agent_id), "posts")]
            )
            if text:
                self._seen[agent_id] = text
        return self.of_text(text or "")
