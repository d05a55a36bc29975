"""What agents are there for: coming, going, breaks and wrap-ups, each at once or after the call."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from callcore.adapters.redisdb import agent_rows, line_rows
from callcore.adapters.redisdb.agent_posts import AgentPosts
from callcore.adapters.redisdb.client import Client
from callcore.adapters.redisdb.durations import micros
from callcore.adapters.redisdb.keys import Keys
from callcore.adapters.redisdb.scripts import (
    REMEMBER_ANSWER_SECONDS,
    Answer,
    OverrunAnswer,
    Script,
    Scripts,
)
from callcore.domain.agents import AgentState, BreakCode, Why, Wish
from callcore.domain.ids import AgentId, OfferId, QueueName
from callcore.ports.stores import AgentAnswer, Freed, Look, OfferAnswer, Post

END_EARLY_SECONDS: Final = 0.1
"""A process' timer and Redis' clock do not agree to the millisecond."""

DRAW_BITS: Final = 42
"""Random numbers are below the size of a level in the order of the free agents."""


class Duties:
    """The verbs of ``ports.stores.Roster`` that change what an agent is there for."""

    def __init__(self, client: Client, scripts: Scripts, keys: Keys) -> None:
        self._client = client
        self._scripts = scripts
        self._keys = keys
        self._posts = AgentPosts(client, keys)

    def log_in(
        self,
        agent_id: AgentId,
        request_id: str,
        why: Why,
        *,
        posts: Sequence[Post] | None = None,
        chosen: Sequence[QueueName] = (),
    ) -> AgentAnswer:
        """Makes a logged-out agent available, at ``posts`` if given; else takes back a wish."""
        more = (
            int(posts is not None),
            agent_rows.chosen_text(chosen),
            draw(),
            *agent_rows.why_args(why),
        )
        script = self._scripts.log_in
        if posts is None:
            return self._run(script, agent_id, request_id, *more)[0]
        held = self._posts.of_text(agent_rows.posts_text(posts))
        answer = script.run(
            [
                *self._agent_keys(script.name, request_id, agent_id),
                *(*held.free_keys, *held.staffed_keys),
            ],
            [REMEMBER_ANSWER_SECONDS, agent_id, held.text, *more],
        )
        if answer is AgentAnswer.DONE:
            self._posts.remember(agent_id, held.text)
        return answer

    def log_out(self, agent_id: AgentId, request_id: str, why: Why) -> AgentAnswer:
        """Takes an agent off the floor, after the call if there is one."""
        wish = agent_rows.wish_text(Wish(state=AgentState.LOGGED_OUT, break_code=None), why)
        return self._run(self._scripts.log_out, agent_id, request_id, wish)[0]

    def start_break(
        self,
        agent_id: AgentId,
        request_id: str,
        why: Why,
        *,
        code: BreakCode,
        most_seconds: float | None,
    ) -> AgentAnswer:
        """Gives an agent a break, after the call if there is one."""
        most = None if most_seconds is None else micros(most_seconds)
        wish = agent_rows.wish_text(Wish(state=AgentState.ON_BREAK, break_code=code), why, most)
        return self._run(self._scripts.start_break, agent_id, request_id, wish)[0]

    def end_break(self, agent_id: AgentId, request_id: str, why: Why) -> AgentAnswer:
        """Makes an agent who is on a break available; else takes back the wish for one."""
        args = (draw(), *agent_rows.why_args(why))
        return self._run(self._scripts.end_break, agent_id, request_id, *args)[0]

    def note_overrun(self, agent_id: AgentId) -> bool:
        """Notes, once, that a break's lease has ended: true if it was so now."""
        keys = self._keys
        answer = self._scripts.note_overrun.run(
            [keys.agent(agent_id), keys.leases(), keys.agent_changes()], [agent_id]
        )
        return answer is OverrunAnswer.NOTED

    def end_wrap_up(
        self,
        agent_id: AgentId,
        offer_id: OfferId,
        request_id: str,
        why: Why | None = None,
        *,
        look: Look | None = None,
    ) -> Freed:
        """Ends the wrap-up after that offer; without ``why`` not long before its lease ends."""
        args = (offer_id, draw(), micros(END_EARLY_SECONDS), *agent_rows.why_args(why))
        script = self._scripts.end_wrap_up
        return self._run_and_look(script, agent_id, request_id, *args, look=look)

    def extend_wrap_up(
        self, agent_id: AgentId, request_id: str, why: Why, *, seconds: float, most_seconds: float
    ) -> AgentAnswer:
        """Lengthens the lease of a wrap-up, up to ``most_seconds`` from its beginning."""
        return self._scripts.extend_wrap_up.run(
            self._agent_keys("extend_wrap_up", request_id, agent_id),
            [
                *(REMEMBER_ANSWER_SECONDS, agent_id),
                *(micros(seconds), micros(most_seconds), *agent_rows.why_args(why)),
            ],
        )

    def _run(
        self,
        script: Script[Answer],
        agent_id: AgentId,
        request_id: str,
        *args: str | int,
        keys: Sequence[str] = (),
        is_staffed_needed: bool = True,
    ) -> tuple[Answer, str]:
        """What a script about an agent and the agent's posts answers, and the words with it."""
        fixed = (*self._agent_keys(script.name, request_id, agent_id), *keys)
        return self._posts.run(
            agent_id,
            lambda held: script.run_told(
                [*fixed, *held.free_keys, *(held.staffed_keys if is_staffed_needed else ())],
                [REMEMBER_ANSWER_SECONDS, agent_id, held.text, *args],
            ),
        )

    def _run_and_look(
        self,
        script: Script[OfferAnswer],
        agent_id: AgentId,
        request_id: str,
        *args: str | int,
        keys: Sequence[str] = (),
        look: Look | None,
    ) -> Freed:
        """What became of an agent whom a script may have made free, and the lines as they are
        since, if they are wanted.
        """
        if look is None:
            return agent_rows.freed(*self._run(script, agent_id, request_id, *args, keys=keys))
        fixed = (*self._agent_keys(script.name, request_id, agent_id), *keys)
        commands = line_rows.commands(self._keys, look)
        answer, words, found = self._posts.run(
            agent_id,
            lambda held: script.run_and_read(
                [*fixed, *held.free_keys, *held.staffed_keys],
                [REMEMBER_ANSWER_SECONDS, agent_id, held.text, *args],
                commands,
            ),
        )
        lines = line_rows.candidates(look, found)
        return replace(agent_rows.freed(answer, words), lines=lines)

    def _agent_keys(self, verb: str, request_id: str, agent_id: AgentId) -> tuple[str, ...]:
        keys = self._keys
        agent_keys = (keys.agent(agent_id), keys.leases(), keys.agent_changes())
        return keys.request(verb, request_id), *agent_keys


def draw() -> int:
    """A number for the agent who may become free: scripts have no chance of their own."""
    return secrets.randbits(DRAW_BITS)
