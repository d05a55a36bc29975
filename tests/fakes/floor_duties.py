"""What agents are there for, in memory: coming, going, breaks, wrap-ups, and what was wished."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from callcore.domain.agents import AgentReason, AgentState, BreakCode, Why, Wish
from callcore.domain.ids import MICROS_PER_SECOND, AgentId, Micros, OfferId, QueueName
from callcore.ports.stores import AgentAnswer, FloorAgent, Freed, Look, OfferAnswer, Post
from tests.fakes.floor_lines import lines
from tests.fakes.floor_memory import FloorMemory, encodable
from tests.fakes.floor_memory_agents import Agents, Asked

END_EARLY_SECONDS = 0.1
"""How much too early a timer may be."""

HOLDING = (AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING)
STALE = Freed(answer=OfferAnswer.STALE)


class Duties:
    """The verbs of ``ports.stores.Roster`` that change what an agent is there for."""

    def __init__(self, memory: FloorMemory) -> None:
        self._memory = memory

    @property
    def _agents(self) -> Agents:
        return self._memory.agents

    def log_in(
        self,
        agent_id: AgentId,
        request_id: str,
        why: Why,
        *,
        posts: Sequence[Post] | None = None,
        chosen: Sequence[QueueName] = (),
    ) -> AgentAnswer:
        def change(agent: FloorAgent) -> AgentAnswer:
            if agent.state is not AgentState.LOGGED_OUT:
                return self._take_back_wish(agent, AgentState.LOGGED_OUT, AgentState.ON_BREAK)
            if posts is not None:
                self._agents.assign(agent, first_of_queue(posts))
                agent = self._agents[agent_id]
            if posts is not None or chosen:
                agent = replace(agent, chosen_queues=tuple(chosen))
            self._agents.tally(agent_id).begin_shift()
            self._settle(replace(agent, miss_count=0), AgentState.AVAILABLE, why)
            return AgentAnswer.DONE

        return self._change("log_in", agent_id, request_id, change)

    def log_out(self, agent_id: AgentId, request_id: str, why: Why) -> AgentAnswer:
        def change(agent: FloorAgent) -> AgentAnswer:
            if agent.state is AgentState.LOGGED_OUT:
                return AgentAnswer.ALREADY
            wish = Wish(state=AgentState.LOGGED_OUT, break_code=None)
            return self._now_or_later(agent, Asked(wish=wish, why=why, most_seconds=None))

        return self._change("log_out", agent_id, request_id, change)

    def start_break(
        self,
        agent_id: AgentId,
        request_id: str,
        why: Why,
        *,
        code: BreakCode,
        most_seconds: float | None,
    ) -> AgentAnswer:
        def change(agent: FloorAgent) -> AgentAnswer:
            if agent.state is AgentState.LOGGED_OUT:
                return AgentAnswer.REFUSED
            if agent.state is AgentState.ON_BREAK and agent.break_code == code:
                return AgentAnswer.ALREADY
            wish = Wish(state=AgentState.ON_BREAK, break_code=code)
            return self._now_or_later(agent, Asked(wish=wish, why=why, most_seconds=most_seconds))

        return self._change("start_break", agent_id, request_id, change)

    def end_break(self, agent_id: AgentId, request_id: str, why: Why) -> AgentAnswer:
        def change(agent: FloorAgent) -> AgentAnswer:
            if agent.state is AgentState.LOGGED_OUT:
                return AgentAnswer.REFUSED
            if agent.state is not AgentState.ON_BREAK:
                return self._take_back_wish(agent, AgentState.ON_BREAK)
            self._settle(replace(agent, miss_count=0), AgentState.AVAILABLE, why)
            return AgentAnswer.DONE

        return self._change("end_break", agent_id, request_id, change)

    def note_overrun(self, agent_id: AgentId) -> bool:
        self._memory.check()
        agent = self._agents.get(agent_id)
        if agent is None or agent.state is not AgentState.ON_BREAK or agent.lease_until is None:
            return False
        if agent.lease_until > self._memory.clock.now():
            return False
        noted = replace(agent, lease_until=None, is_overrun=True)
        self._agents.put(noted)
        why = Why(reason=AgentReason.BREAK_OVERRUN)
        self._memory.tell(agent, noted, why, self._memory.clock.now())
        return True

    def end_wrap_up(
        self,
        agent_id: AgentId,
        offer_id: OfferId,
        request_id: str,
        why: Why | None = None,
        *,
        look: Look | None = None,
    ) -> Freed:
        def end_wrap_up() -> Freed:
            agent = self._agents.get(agent_id)
            if agent is None or agent.state is not AgentState.WRAPPING_UP:
                return STALE
            is_due = self._is_due(agent.lease_until)
            if agent.offer_id != offer_id or not (why or is_due):
                return STALE
            freed = self._free(agent, why or Why(reason=AgentReason.WRAP_UP_ENDED))
            return replace(freed, was_extended=agent.was_extended)

        freed = self._memory.once("end_wrap_up", request_id, end_wrap_up)
        return self._with_lines(freed, look)

    def _with_lines(self, freed: Freed, look: Look | None) -> Freed:
        """With the lines as they are now."""
        return freed if look is None else replace(freed, lines=lines(self._memory, look))

    def _is_due(self, lease_until: Micros | None) -> bool:
        return lease_until is None or lease_until <= self._memory.after(END_EARLY_SECONDS)

    def extend_wrap_up(
        self, agent_id: AgentId, request_id: str, why: Why, *, seconds: float, most_seconds: float
    ) -> AgentAnswer:
        def change(agent: FloorAgent) -> AgentAnswer:
            if agent.state is not AgentState.WRAPPING_UP or agent.lease_until is None:
                return AgentAnswer.REFUSED
            latest = agent.since + round(most_seconds * MICROS_PER_SECOND)
            if agent.lease_until >= latest:
                return AgentAnswer.ALREADY
            until = min(agent.lease_until + round(seconds * MICROS_PER_SECOND), latest)
            extended = replace(agent, lease_until=Micros(until), was_extended=True)
            self._agents.put(extended)
            self._memory.tell(agent, extended, why, self._memory.clock.now())
            return AgentAnswer.DONE

        return self._change("extend_wrap_up", agent_id, request_id, change)

    def _change(
        self,
        verb: str,
        agent_id: AgentId,
        request_id: str,
        change: Callable[[FloorAgent], AgentAnswer],
    ) -> AgentAnswer:
        def change_known() -> AgentAnswer:
            agent = self._agents.get(agent_id)
            return AgentAnswer.UNKNOWN_AGENT if agent is None else change(agent)

        return self._memory.once(verb, request_id, change_known)

    def _take_back_wish(self, agent: FloorAgent, *states: AgentState) -> AgentAnswer:
        if agent.wish is None or agent.wish.state not in states:
            return AgentAnswer.ALREADY
        del self._agents.asked[agent.agent_id]
        self._agents.put(replace(agent, wish=None))
        return AgentAnswer.CANCELLED

    def _now_or_later(self, agent: FloorAgent, asked: Asked) -> AgentAnswer:
        if agent.state not in HOLDING:
            self._grant(agent, asked)
            return AgentAnswer.DONE
        self._agents.asked[agent.agent_id] = asked
        self._agents.put(replace(agent, wish=asked.wish))
        return AgentAnswer.WISHED

    def _grant(self, agent: FloorAgent, asked: Asked) -> None:
        if asked.wish.state is AgentState.LOGGED_OUT:
            agent = replace(agent, chosen_queues=())
        self._settle(
            agent,
            asked.wish.state,
            asked.why,
            break_code=asked.wish.break_code,
            leased_seconds=asked.most_seconds,
        )

    def _free(
        self,
        agent: FloorAgent,
        why: Why,
        *,
        rest_seconds: float | None = None,
        is_break_due: bool = False,
    ) -> Freed:
        """What the agent does after a call: what was wished, or a break that is due, or more."""
        kept = agent.kept_until(self._memory.clock.now())
        return replace(
            self._go_on(agent, why, rest_seconds=rest_seconds, is_break_due=is_break_due), kept=kept
        )

    def _go_on(
        self, agent: FloorAgent, why: Why, *, rest_seconds: float | None, is_break_due: bool
    ) -> Freed:
        asked = self._agents.asked.get(agent.agent_id)
        if asked is not None:
            self._grant(agent, asked)
            state, code = asked.wish.state, asked.wish.break_code
            return Freed(answer=OfferAnswer.DONE, state=state, break_code=code, is_wish=True)
        if is_break_due:
            state, code = AgentState.ON_BREAK, BreakCode("missed_calls")
            missed = Why(reason=AgentReason.MISSED_CALLS)
            self._settle(replace(agent, miss_count=0), state, missed, break_code=code)
            return Freed(answer=OfferAnswer.DONE, state=state, break_code=code)
        self._settle(agent, AgentState.AVAILABLE, why, leased_seconds=rest_seconds)
        return Freed(answer=OfferAnswer.DONE, state=AgentState.AVAILABLE)

    def _settle(
        self,
        agent: FloorAgent,
        state: AgentState,
        why: Why,
        *,
        break_code: BreakCode | None = None,
        leased_seconds: float | None = None,
    ) -> None:
        """Puts the agent in a state in which nobody is promised to him."""
        self._agents.asked.pop(agent.agent_id, None)
        self._enter(
            agent,
            state,
            why,
            call_id=None,
            offer_id=None,
            queue=None,
            leg_id=None,
            leased_seconds=leased_seconds,
            break_code=break_code,
            is_overrun=False,
            was_extended=False,
            wish=None,
            reserved_at=None,
            answer_seconds=None,
            served_priority=0,
        )

    def _enter(
        self,
        agent: FloorAgent,
        state: AgentState,
        why: Why,
        *,
        leased_seconds: float | None,
        **fields: Any,
    ) -> None:
        """Puts the agent in a state, and tells of it."""
        now = self._memory.clock.now()
        until = None
        if leased_seconds is not None:
            until = Micros(now + round(leased_seconds * MICROS_PER_SECOND))
        entered = replace(agent, state=state, since=now, lease_until=until, **fields)
        entered = replace(entered, reason=why.reason, actor=encodable(why.actor))
        self._agents.put(entered)
        self._memory.tell(agent, entered, why, now)


def first_of_queue(posts: Sequence[Post]) -> tuple[Post, ...]:
    """One post a queue, in the order given."""
    first: dict[QueueName, Post] = {}
    for post in posts:
        first.setdefault(post.queue, post)
    return tuple(first.values())
