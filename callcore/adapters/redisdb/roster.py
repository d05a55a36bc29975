"""Agents and what they do: implements ``ports.stores.Roster``.

The verbs of an offer are remembered by the offer's id, those of an agent by the request's id.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Final

from callcore.adapters.redisdb import rows
from callcore.adapters.redisdb.agent_posts import AgentPosts, HeldPosts
from callcore.adapters.redisdb.client import Client
from callcore.adapters.redisdb.durations import micros
from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.scripts import (
    REMEMBER_ANSWER_SECONDS,
    EnrolAnswer,
    Script,
    Scripts,
    WakeAnswer,
)
from callcore.domain.agents import AgentState
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, Micros, OfferId, QueueName
from callcore.ports.stores import (
    AgentAnswer,
    FloorAgent,
    OfferAnswer,
    Post,
    Reservation,
    ReserveAnswer,
)

WAKE_EARLY_SECONDS: Final = 0.1
"""A process' timer and Redis' clock do not agree to the millisecond."""

DRAW_BITS: Final = 42
"""Random numbers are below the size of a level in the order of the free agents."""


class RedisRoster:
    """The roster of one site."""

    def __init__(self, client: Client, scripts: Scripts, keys: Keys) -> None:
        self._client = client
        self._scripts = scripts
        self._keys = keys
        self._posts = AgentPosts(client, keys)

    def enrol(self, agent_id: AgentId, posts: Sequence[Post], name: str) -> None:
        """Makes the agent known with these posts; keeps the state of one already known."""
        now = self._posts.of_text(rows.posts_text(posts))

        def attempt(before: HeldPosts) -> EnrolAnswer:
            keys = [self._keys.agent(agent_id), self._keys.agents(), self._keys.leases()]
            return self._scripts.enrol.run(
                [
                    *keys,
                    *(*before.free_keys, *before.staffed_keys),
                    *(*now.free_keys, *now.staffed_keys),
                ],
                [agent_id, before.text, now.text, name, len(before.free_keys)],
            )

        self._posts.run(agent_id, attempt)
        self._posts.remember(agent_id, now.text)

    def staffed(self, queue: QueueName) -> frozenset[AgentId]:
        """The queue's agents who are logged in and not on a break."""
        (members,) = self._client.send("staffed", [("SMEMBERS", self._keys.staffed(queue))])
        return frozenset(AgentId(member) for member in members)

    def states(self, agent_ids: Sequence[AgentId]) -> list[AgentState]:
        """What each agent does, in the order asked; ``LOGGED_OUT`` for one who is unknown."""
        found = self._client.send(
            "states", [("HGET", self._keys.agent(agent_id), "state") for agent_id in agent_ids]
        )
        return [rows.state(agent_id, text) for agent_id, text in zip(agent_ids, found, strict=True)]

    def log_in(self, agent_id: AgentId, request_id: str) -> AgentAnswer:
        """Makes a logged-out agent available."""
        return self._change(self._scripts.log_in, agent_id, request_id, _draw())

    def log_out(self, agent_id: AgentId, request_id: str) -> AgentAnswer:
        """Takes an available, wrapping-up or resting agent off the floor."""
        return self._change(self._scripts.log_out, agent_id, request_id)

    def start_break(self, agent_id: AgentId, request_id: str) -> AgentAnswer:
        """Gives an available or wrapping-up agent a break."""
        return self._change(self._scripts.start_break, agent_id, request_id)

    def end_break(self, agent_id: AgentId, request_id: str) -> AgentAnswer:
        """Makes an agent who is on a break available."""
        return self._change(self._scripts.end_break, agent_id, request_id, _draw())

    def _change(
        self, script: Script[AgentAnswer], agent_id: AgentId, request_id: str, *args: int
    ) -> AgentAnswer:
        keys = self._agent_keys(script.name, request_id, agent_id)
        return self._posts.run(
            agent_id,
            lambda held: script.run(
                [*keys, *held.free_keys, *held.staffed_keys],
                [REMEMBER_ANSWER_SECONDS, agent_id, held.text, *args],
            ),
        )

    def _agent_keys(self, verb: str, request_id: str, agent_id: AgentId) -> tuple[str, str, str]:
        keys = self._keys
        return keys.request(verb, request_id), keys.agent(agent_id), keys.leases()

    def reserve(self, reservation: Reservation) -> ReserveAnswer:
        """Promises the caller to the agent if both may still be."""
        keys, queue = self._keys, reservation.queue
        fixed_keys = (
            *self._agent_keys("reserve", reservation.offer_id, reservation.agent_id),
            keys.waiting(queue),
            keys.offered(queue),
            keys.call(reservation.call_id),
            keys.free_agents(queue),
        )
        return self._posts.run(
            reservation.agent_id,
            lambda held: self._scripts.reserve.run(
                [*fixed_keys, *held.free_keys],
                [
                    *(REMEMBER_ANSWER_SECONDS, reservation.agent_id, held.text),
                    *(reservation.call_id, reservation.offer_id, queue, reservation.leg_id),
                    *(micros(reservation.lease_seconds), int(reservation.is_additional)),
                ],
            ),
        )

    def mark_ringing(self, reservation: Reservation) -> OfferAnswer:
        """Notes that the agent's phone rings, and renews the lease, each time it is called."""
        return self._scripts.mark_ringing.run(
            [self._keys.agent(reservation.agent_id), self._keys.leases()],
            [reservation.agent_id, reservation.offer_id, micros(reservation.lease_seconds)],
        )

    def win(self, reservation: Reservation, bridged_at: Micros) -> OfferAnswer:
        """Notes that caller and agent talk; ``STALE`` also if the caller has left or talks."""
        return self._scripts.win.run(
            [
                *self._agent_keys("win", reservation.offer_id, reservation.agent_id),
                self._keys.offered(reservation.queue),
                self._keys.call(reservation.call_id),
            ],
            [
                *(REMEMBER_ANSWER_SECONDS, reservation.agent_id),
                *(reservation.call_id, reservation.offer_id, bridged_at),
            ],
        )

    def lose(
        self,
        reservation: Reservation,
        *,
        is_miss: bool,
        retry_after_seconds: float,
        is_caller_waiting: bool,
    ) -> OfferAnswer:
        """Ends an offer. A caller who does not wait on stays offered until ``leave``."""
        keys = self._keys
        fixed_keys = (
            *self._agent_keys("lose", reservation.offer_id, reservation.agent_id),
            keys.waiting(reservation.queue),
            keys.offered(reservation.queue),
            keys.call(reservation.call_id),
        )
        return self._posts.run(
            reservation.agent_id,
            lambda held: self._scripts.lose.run(
                [*fixed_keys, *held.free_keys],
                [
                    *(REMEMBER_ANSWER_SECONDS, reservation.agent_id, held.text),
                    *(reservation.call_id, reservation.offer_id),
                    *(int(is_miss), micros(retry_after_seconds), int(is_caller_waiting)),
                    _draw(),
                ],
            ),
        )

    def end_talk(self, reservation: Reservation, *, wrap_up_seconds: float) -> OfferAnswer:
        """Ends the conversation: the agent wraps up or is available, the call has ended."""
        keys = self._keys
        fixed_keys = (
            *self._agent_keys("end_talk", reservation.offer_id, reservation.agent_id),
            keys.call(reservation.call_id),
        )
        return self._posts.run(
            reservation.agent_id,
            lambda held: self._scripts.end_talk.run(
                [*fixed_keys, *held.free_keys],
                [
                    *(REMEMBER_ANSWER_SECONDS, reservation.agent_id, held.text),
                    *(reservation.offer_id, micros(wrap_up_seconds), _draw()),
                ],
            ),
        )

    def end_wrap_up(self, agent_id: AgentId, offer_id: OfferId, request_id: str) -> OfferAnswer:
        """Makes the agent who wraps up after that offer available."""
        keys = self._agent_keys("end_wrap_up", request_id, agent_id)
        return self._posts.run(
            agent_id,
            lambda held: self._scripts.end_wrap_up.run(
                [*keys, *held.free_keys],
                [REMEMBER_ANSWER_SECONDS, agent_id, held.text, offer_id, _draw()],
            ),
        )

    def wake(self, agent_id: AgentId) -> bool:
        """Ends a rest after a miss that is over: true if the agent may be asked from now on.

        A rest with more than ``WAKE_EARLY_SECONDS`` to go is another than the one whose end was
        awaited, and stays.
        """
        keys = [self._keys.agent(agent_id), self._keys.leases()]
        answer = self._posts.run(
            agent_id,
            lambda held: self._scripts.wake.run(
                [*keys, *held.free_keys],
                [agent_id, held.text, micros(WAKE_EARLY_SECONDS)],
            ),
        )
        return answer is WakeAnswer.AWAKE

    def agent(self, agent_id: AgentId) -> FloorAgent | None:
        """What is known of an agent."""
        found = self._agents([agent_id])
        return found[0] if found else None

    def agents(self) -> list[FloorAgent]:
        """The whole roster, by agent id."""
        (members,) = self._client.send("agents", [("SMEMBERS", self._keys.agents())])
        return self._agents([AgentId(member) for member in sorted(members)])

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
            rows.agent(agent_id, row, lease_until)
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


def _draw() -> int:
    """A number for the agent who may become free: scripts have no chance of their own."""
    return secrets.randbits(DRAW_BITS)
