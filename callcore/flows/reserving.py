"""Pairs of caller and agent are made: on the floor first, then as a message to the call.

The floor commits only what is still true, and answers ``caller_gone`` or ``agent_busy`` if another
worker was quicker; what other searches of this one are about to do is known in ``under_way``. The
message has the call's script ring the agent's phone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from callcore.domain import callbacks, decisions
from callcore.domain.agents import AgentReason, AgentState
from callcore.domain.events import AgentChanged
from callcore.domain.ids import AgentId, CallId, LegId, Micros, QueueName
from callcore.domain.policies import STRATEGIES_RINGING_MANY, AgentPolicy, QueuePolicy
from callcore.domain.records import DecisionRecord
from callcore.domain.routing import Demand, Judgement
from callcore.flows.agent_greeting import LONGEST_GREETING_SECONDS
from callcore.flows.messages import Reserved
from callcore.flows.remote_waiters import RemoteWaiter
from callcore.flows.site import Site
from callcore.flows.standing_lines import StandingLines
from callcore.flows.switchboard import Switchboard
from callcore.flows.under_way import LeftOut, UnderWay
from callcore.flows.waiters import Waiter, Waiters
from callcore.ports.stores import Reservation, ReserveAnswer, StoreError

LEASE_BEYOND_RINGING_SECONDS = 15.0
"""What a reservation's lease lasts longer than the phone rings: pick-up, bridge, slow links."""


class GiveBack(Protocol):
    """Undoes a reservation; one that was never made stays so."""

    def __call__(self, reservation: Reservation, *, is_caller_waiting: bool) -> None:
        """Does it, now or when Redis is back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedBy:
    """Hears of those whom a search left out because they were being reserved, and who were not."""

    agent: Callable[[AgentId], object]
    """The agent may be free."""
    caller: Callable[[QueueName], object]
    """A caller of the queue may wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A caller and the agent to ask, with all that was found on the way."""

    waiter: Waiter
    demand: Demand
    agent_id: AgentId
    judgements: Sequence[Judgement]

    @property
    def only_call(self) -> CallId | None:
        """The call, if one phone at a time rings for it."""
        return None if rings_many(self.demand.queue) else self.demand.call_id


class Reserving:
    """Reserves agents for callers who wait."""

    def __init__(
        self,
        site: Site,
        switchboard: Switchboard,
        waiters: Waiters,
        lines: StandingLines,
        give_back: GiveBack,
    ) -> None:
        self._site = site
        self._switchboard = switchboard
        self._waiters = waiters
        self._lines = lines
        self._give_back = give_back
        self.under_way = UnderWay()

    def reserve(
        self,
        pairs: Sequence[Pair],
        trigger: str,
        triggered_at: Micros,
        passed_by: PassedBy,
    ) -> list[ReserveAnswer]:
        """Promises each caller to the agent and tells the call. May raise ``StoreError``; whatever
        happened unheard is undone.

        A caller for whom as many phones ring as may, or who has left meanwhile, is gone. All are
        under way from the beginning. ``passed_by`` is told, when all have been tried, of those who
        were not reserved and whom other searches have left out meanwhile.
        """
        begun = [self._begin(pair) for pair in pairs]
        answers: list[ReserveAnswer] = []
        left_out: list[tuple[Pair, LeftOut]] = []
        try:
            for pair, is_begun in zip(pairs, begun, strict=True):
                answer = ReserveAnswer.CALLER_GONE
                if is_begun:
                    answer = self._reserve(pair, trigger, triggered_at)
                    left_out.append((pair, self._end(pair, answer)))
                answers.append(answer)
        finally:
            for pair, is_begun in list(zip(pairs, begun, strict=True))[len(answers) :]:
                if is_begun:
                    left_out.append((pair, self._end(pair, None)))
            for pair, either in left_out:
                if either.caller:
                    passed_by.caller(pair.demand.queue.name)
                if either.agent:
                    passed_by.agent(pair.agent_id)
        if ReserveAnswer.RESERVED in answers:
            self._site.clock.sleep(0)  # the phone is called before whatever else there is to do
        return answers

    def _begin(self, pair: Pair) -> bool:
        if not self.under_way.begin(pair.agent_id, pair.only_call):
            return False
        if pair.waiter.claim(pair.agent_id):
            return True
        self.under_way.end(pair.agent_id, pair.only_call, None)
        return False

    def _end(self, pair: Pair, answer: ReserveAnswer | None) -> LeftOut:
        if answer is not ReserveAnswer.RESERVED:
            pair.waiter.unclaim(pair.agent_id)
        return self.under_way.end(pair.agent_id, pair.only_call, answer)

    def _reserve(self, pair: Pair, trigger: str, triggered_at: Micros) -> ReserveAnswer:
        reservation = self._reservation(pair)
        try:
            answer = self._site.roster.reserve(reservation)
        except StoreError:
            self._give_back(reservation, is_caller_waiting=True)
            raise
        if answer is not ReserveAnswer.RESERVED:
            return answer
        message = Reserved(
            reservation=reservation,
            trigger=trigger,
            triggered_at=triggered_at,
            decision=self._decision(pair, reservation, trigger),
        )
        if not self._is_told(pair.waiter, message):
            is_remote = isinstance(pair.waiter, RemoteWaiter)
            self._give_back(reservation, is_caller_waiting=is_remote)
            return ReserveAnswer.CALLER_GONE
        pair.waiter.reserved(pair.agent_id)
        self._site.facts.publish(
            AgentChanged(
                at=self._site.clock.now(),
                agent_id=pair.agent_id,
                state=AgentState.RESERVED,
                reason=AgentReason.OFFERED,
                call_id=reservation.call_id,
            )
        )
        return answer

    def _is_told(self, waiter: Waiter, message: Reserved) -> bool:
        """False if the caller has left meanwhile, or nobody is known to follow the caller."""
        if isinstance(waiter, RemoteWaiter):
            return self._switchboard.post(waiter.call_id, message, waiter.node)
        is_still_waiting = self._waiters.get(waiter.call_id) is waiter
        return is_still_waiting and self._switchboard.post(waiter.call_id, message)

    def _reservation(self, pair: Pair) -> Reservation:
        ids, demand = self._site.ids, pair.demand
        line = self._lines.leg_of(pair.agent_id) if pair.agent_id in demand.on_line else None
        return Reservation(
            offer_id=ids.offer_id(),
            call_id=demand.call_id,
            agent_id=pair.agent_id,
            queue=demand.queue.name,
            leg_id=line or ids.leg_id(beside=LegId(demand.call_id)),
            lease_seconds=lease_seconds(
                demand.queue,
                self._site.policy.agents.get(pair.agent_id),
                is_callback=pair.waiter.is_callback,
            ),
            is_additional=rings_many(demand.queue),
        )

    def _decision(self, pair: Pair, reservation: Reservation, trigger: str) -> DecisionRecord:
        return decisions.record(
            pair.demand,
            pair.judgements,
            offer_id=reservation.offer_id,
            agent_id=pair.agent_id,
            trigger=trigger,
            serving=self._site.serving,
            staffed=pair.waiter.staffed,
            now=self._site.clock.now(),
        )


def rings_many(queue: QueuePolicy) -> bool:
    """True if several phones may ring for one caller of the queue."""
    return queue.strategy in STRATEGIES_RINGING_MANY


def lease_seconds(queue: QueuePolicy, agent: AgentPolicy | None, *, is_callback: bool) -> float:
    """As long as all that may come before the talk: ringing, greeting, a customer's phone."""
    seconds = queue.ring_timeout_seconds + LEASE_BEYOND_RINGING_SECONDS
    key = agent.confirm_key if agent is not None else None
    if queue.whisper or key is not None or is_callback:
        seconds += LONGEST_GREETING_SECONDS
    if agent is not None and key is not None:
        seconds += agent.confirm_seconds
    if is_callback:
        seconds += callbacks.seconds_to_reach(callbacks.policy_of(queue))
    return seconds
