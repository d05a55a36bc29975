"""What agents and offers do on both floors."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis.stateful import rule

from callcore.domain.agents import BreakCode, HoldReason, Why
from callcore.domain.ids import AgentId, Micros, QueueName
from callcore.domain.outcomes import OfferLostReason
from callcore.ports.stores import AgentAnswer, Post, Reservation, StandingLeg
from tests.adapters.redisdb.both_floors import (
    CALLS,
    QUEUES,
    BothFloors,
    agents,
    calls,
    choices,
    codes,
    legs,
    nodes,
    nth,
    offers,
    posts,
    queues,
    requests,
    rests,
    shards,
    whys,
)
from tests.contract.floor_builders import WHY, reservation


class AgentsOnBoth(BothFloors):
    """Agents come, rest and go, and callers are offered to them."""

    @rule(agent_id=agents, held=st.lists(posts, max_size=3), chosen=choices, why=whys)
    def enrol(
        self,
        agent_id: AgentId,
        held: list[Post],
        chosen: tuple[QueueName, ...],
        why: Why | None,
    ) -> None:
        for floor in self.floors:
            floor.roster.enrol(agent_id, held, "", chosen=chosen, why=why)
        self.note_posts(agent_id, held)

    def note_posts(self, agent_id: AgentId, held: list[Post]) -> None:
        for queue in QUEUES:
            self.posts.pop((queue, agent_id), None)
        for post in held:
            self.posts.setdefault((post.queue, agent_id), post)

    @rule(
        agent_id=agents,
        held=st.none() | st.lists(posts, max_size=3),
        chosen=choices,
        request=requests,
    )
    def log_in(
        self,
        agent_id: AgentId,
        held: list[Post] | None,
        chosen: tuple[QueueName, ...],
        request: str,
    ) -> None:
        before = self.fake.roster.agent(agent_id)
        answer = self.same(
            lambda roster: roster.log_in(agent_id, request, WHY, posts=held, chosen=chosen)
        )
        after = self.fake.roster.agent(agent_id)
        if answer is AgentAnswer.DONE and held is not None and before != after:
            self.note_posts(agent_id, held)

    @rule(agent_id=agents, verb=st.sampled_from(["log_out", "end_break"]), request=requests)
    def change(self, agent_id: AgentId, verb: str, request: str) -> None:
        self.same(lambda roster: getattr(roster, verb)(agent_id, request, WHY))

    @rule(agent_id=agents, code=codes, most=st.none() | rests, request=requests)
    def start_break(
        self, agent_id: AgentId, code: BreakCode, most: float | None, request: str
    ) -> None:
        self.same(
            lambda roster: roster.start_break(agent_id, request, WHY, code=code, most_seconds=most)
        )

    @rule(agent_id=agents)
    def note_overrun(self, agent_id: AgentId) -> None:
        self.same(lambda roster: roster.note_overrun(agent_id))

    @rule(
        agent_id=agents,
        holds=st.frozensets(st.sampled_from(HoldReason)),
        began=shards,
        ended=shards,
        request=requests,
    )
    def hold(
        self,
        agent_id: AgentId,
        holds: frozenset[HoldReason],
        began: frozenset[str],
        ended: frozenset[str],
        request: str,
    ) -> None:
        self.same(lambda roster: roster.hold(agent_id, holds, request, began=began, ended=ended))

    @rule(agent_id=agents, leg=st.none() | st.builds(StandingLeg, leg_id=legs, node=nodes))
    def stand(self, agent_id: AgentId, leg: StandingLeg | None) -> None:
        self.same(lambda roster: roster.stand(agent_id, leg))

    @rule(call=calls, agent_id=agents, queue=queues, offer=offers, is_additional=st.booleans())
    def reserve(
        self, call: str, agent_id: AgentId, queue: QueueName, offer: str, is_additional: bool
    ) -> None:
        """An offer id is never used for another pair."""
        asked = reservation(
            call, offer, agent_id=agent_id, queue=queue, is_additional=is_additional
        )
        promise = self.offer_of.setdefault(offer, asked)
        self.same(lambda roster: roster.reserve(promise))

    @rule(queue=queues)
    def ring_all(self, queue: QueueName) -> None:
        """Everybody who is free is asked for the first who waits: rare if left to chance."""
        (found,) = self.real.waiting_room.candidates([queue], 9)
        free = sorted(agent.agent_id for agent in found.agents)
        for call_id, agent_id in ((c.call_id, a) for c in found.callers[:1] for a in free):
            offer = f"o{len(self.offer_of) + 100}"
            self.reserve(call_id, agent_id, queue, offer, is_additional=True)

    def made(self, number: int) -> Reservation:
        """One of the offers made so far, the latest ones first."""
        made = [*reversed(self.offer_of.values())] or [reservation(CALLS[0], "o0")]
        return made[number % len(made)]

    @rule(number=nth)
    def mark_ringing(self, number: int) -> None:
        self.same(lambda roster: roster.mark_ringing(self.made(number)))

    @rule(number=nth)
    def win(self, number: int) -> None:
        self.same(lambda roster: roster.win(self.made(number), Micros(5)))

    @rule(
        number=nth,
        reason=st.sampled_from(OfferLostReason),
        rest=rests,
        is_waiting=st.booleans(),
        limit=st.none() | st.integers(1, 2),
    )
    def lose(
        self, number: int, reason: OfferLostReason, rest: float, is_waiting: bool, limit: int | None
    ) -> None:
        self.same(
            lambda roster: roster.lose(
                self.made(number),
                reason=reason,
                retry_after_seconds=rest,
                is_caller_waiting=is_waiting,
                break_after_misses=limit,
            )
        )

    @rule(number=nth, wrap_up=rests)
    def end_talk(self, number: int, wrap_up: float) -> None:
        self.same(lambda roster: roster.end_talk(self.made(number), wrap_up_seconds=wrap_up))

    @rule(number=nth, request=requests, why=whys)
    def end_wrap_up(self, number: int, request: str, why: Why | None) -> None:
        agent_id, offer_id = self.made(number).agent_id, self.made(number).offer_id
        self.same(lambda roster: roster.end_wrap_up(agent_id, offer_id, request, why))

    @rule(agent_id=agents, request=requests, seconds=rests, most=rests)
    def extend_wrap_up(self, agent_id: AgentId, request: str, seconds: float, most: float) -> None:
        self.same(
            lambda roster: roster.extend_wrap_up(
                agent_id, request, WHY, seconds=seconds, most_seconds=most
            )
        )

    @rule(agent_id=agents)
    def wake(self, agent_id: AgentId) -> None:
        self.same(lambda roster: roster.wake(agent_id))
