"""Agents and what they do: implements ``ports.stores.Roster``.

The verbs of an offer are remembered by the offer's id, those of an agent by the request's id.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from callcore.adapters.redisdb import agent_rows
from callcore.adapters.redisdb.agent_posts import HeldPosts
from callcore.adapters.redisdb.durations import micros
from callcore.adapters.redisdb.duties import END_EARLY_SECONDS, draw
from callcore.adapters.redisdb.offers import Offers
from callcore.adapters.redisdb.parts import some_together
from callcore.adapters.redisdb.scripts import EnrolAnswer, WakeAnswer
from callcore.domain.agents import HoldReason, Why
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, QueueName
from callcore.ports.stores import AgentAnswer, Doing, FloorAgent, Post, StandingLeg


class RedisRoster(Offers):
    """The roster of one site."""

    def enrol(
        self,
        agent_id: AgentId,
        posts: Sequence[Post],
        name: str,
        *,
        chosen: Sequence[QueueName] = (),
        why: Why | None = None,
    ) -> None:
        """Makes the agent known with these posts; keeps the state of one already known."""
        now = self._posts.of_text(agent_rows.posts_text(posts))
        agent_key = self._keys.agent(agent_id)
        fixed = [agent_key, self._keys.agents(), self._keys.leases(), self._keys.agent_changes()]

        def attempt(before: HeldPosts) -> EnrolAnswer:
            return self._scripts.enrol.run(
                [
                    *fixed,
                    *(*before.free_keys, *before.staffed_keys),
                    *(*now.free_keys, *now.staffed_keys),
                ],
                [
                    *(agent_id, before.text, now.text, name, len(before.free_keys)),
                    *(agent_rows.chosen_text(chosen), *agent_rows.why_args(why)),
                ],
            )

        self._posts.run(agent_id, attempt)
        self._posts.remember(agent_id, now.text)

    def hold(
        self,
        agent_id: AgentId,
        holds: frozenset[HoldReason],
        request_id: str,
        *,
        began: Collection[str] = (),
        ended: Collection[str] = (),
    ) -> AgentAnswer:
        """Says why the agent is not to be asked, in place of what was said before; calls outside
        callcore shard by shard.
        """
        return self._run(
            self._scripts.hold,
            agent_id,
            request_id,
            *(agent_rows.holds_text(holds), draw()),
            *(agent_rows.shards_text(began), agent_rows.shards_text(ended)),
            is_staffed_needed=False,
        )[0]

    def stand(self, agent_id: AgentId, leg: StandingLeg | None) -> AgentAnswer:
        """Notes the line on which the agent stays connected, or that there is none."""
        return self._scripts.stand.run(
            [self._keys.agent(agent_id)], [agent_rows.standing_text(leg)]
        )

    def wake(self, agent_id: AgentId) -> bool:
        """Ends a rest after a miss that is over: true if the agent may be asked from now on.

        A rest with more than ``END_EARLY_SECONDS`` to go is another than the one whose end was
        awaited, and stays.
        """
        keys = [self._keys.agent(agent_id), self._keys.leases()]
        answer = self._posts.run(
            agent_id,
            lambda held: self._scripts.wake.run(
                [*keys, *held.free_keys],
                [agent_id, held.text, micros(END_EARLY_SECONDS)],
            ),
        )
        return answer is WakeAnswer.AWAKE

    def staffed(self, queue: QueueName) -> frozenset[AgentId]:
        """The queue's agents who are logged in and not on a break."""
        (members,) = self._client.send("staffed", [("SMEMBERS", self._keys.staffed(queue))])
        return frozenset(AgentId(member) for member in members)

    def doings(self, agent_ids: Sequence[AgentId]) -> list[Doing]:
        """What each agent does, in the order asked; one who is unknown is ``LOGGED_OUT``."""
        found = self._client.send(
            "doings",
            [
                ("HMGET", self._keys.agent(agent_id), "state", "holds", "posts")
                for agent_id in agent_ids
            ],
        )
        return [
            agent_rows.doing(agent_id, *fields)
            for agent_id, fields in zip(agent_ids, found, strict=True)
        ]

    def agent(self, agent_id: AgentId) -> FloorAgent | None:
        """What is known of an agent."""
        found = self._agents([agent_id])
        return found[0] if found else None

    def agents(self) -> list[FloorAgent]:
        """The whole roster, by agent id."""
        (members,) = self._client.send("agents", [("SMEMBERS", self._keys.agents())])
        ids = [AgentId(member) for member in sorted(members)]
        return [agent for part in some_together(ids) for agent in self._agents(part)]

    def _agents(self, ids: Sequence[AgentId]) -> list[FloorAgent]:
        keys = self._keys
        answers = self._client.send(
            "agents",
            [
                command
                for agent_id in ids
                for command in (
                    ("HGETALL", keys.agent(agent_id)),
                    ("ZSCORE", keys.leases(), agent_id),
                )
            ],
        )
        return [
            agent_rows.agent(agent_id, row, lease_until)
            for agent_id, row, lease_until in zip(ids, answers[::2], answers[1::2], strict=True)
            if row
        ]

    def expired(self, count: int) -> list[FloorAgent]:
        """Up to ``count`` agents whose lease or rest has ended, oldest first."""
        now, leases = self._first_leases(count)
        ids = [AgentId(agent_id) for agent_id, lease_until in leases if lease_until <= now]
        # A lease may be renewed between the two reads.
        return [
            agent
            for agent in self._agents(ids)
            if agent.lease_until is not None and agent.lease_until <= now
        ]

    def next_expiry_seconds(self) -> float | None:
        """How long until the first lease or rest ends: 0 if one has, ``None`` without any."""
        now, leases = self._first_leases(1)
        if not leases:
            return None
        return max(leases[0][1] - now, 0) / MICROS_PER_SECOND

    def _first_leases(self, count: int) -> tuple[int, list[tuple[str, float]]]:
        """Redis' own clock, and the first leases to end."""
        leases = ("ZRANGE", self._keys.leases(), 0, max(count, 1) - 1, "WITHSCORES")
        time, found = self._client.send("leases", [("TIME",), leases])
        return time[0] * MICROS_PER_SECOND + time[1], found
