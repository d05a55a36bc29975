"""Who is offered whom, and when: on every event that may have made a pair possible.

Reads a few candidates, lets ``domain.routing`` choose, and commits with ``reserve``, which
answers ``caller_gone`` or ``agent_busy`` if somebody was quicker. Each reservation goes as a
message to the call, whose script calls the agent's phone.
"""

from __future__ import annotations

from collections.abc import Sequence

from callcore.domain import routing
from callcore.domain.agents import AgentState
from callcore.domain.events import AgentChanged, StoreFailed
from callcore.domain.ids import AgentId, LegId, Micros, QueueName
from callcore.domain.policies import AgentPolicy
from callcore.flows.messages import Reserved
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard
from callcore.ports.stores import (
    Candidates,
    Reservation,
    ReserveAnswer,
    StoreError,
    WaitingCaller,
)

CANDIDATES = 10
"""How many callers and agents are read at a time: enough to pass those who were just taken."""

ROUNDS = 10
"""How often a decision is made anew after others were quicker; each of them has then placed a
pair of its own, and the next event will look again."""

LEASE_BEYOND_RINGING_SECONDS = 15.0
"""What a reservation's lease lasts longer than the phone rings: pick-up, bridge, slow links."""

MOST_CANDIDATES = 1000
LOOK_AGAIN_SECONDS = 1.0

CALLER_JOINED = "caller_joined"
AGENT_FREE = "agent_free"


class Dispatcher:
    """Makes pairs of waiting callers and free agents."""

    def __init__(self, site: Site, switchboard: Switchboard) -> None:
        self._site = site
        self._switchboard = switchboard
        self._is_in_doubt = False

    def caller_waiting(self, queue: QueueName, triggered_at: Micros) -> None:
        """Somebody waits in the queue who did not before."""
        try:
            self._match(queue, triggered_at)
        except StoreError as error:
            self._look_again_later(error)

    def agent_free(self, agent_id: AgentId, triggered_at: Micros) -> None:
        """The agent may be asked from now on."""
        agent = self._site.policy.agents.get(agent_id)
        if agent is None:
            return
        try:
            self._serve(agent, triggered_at)
        except StoreError as error:
            self._look_again_later(error)

    def look_everywhere(self) -> None:
        """Looks for pairs in every queue: after a time in which some may have been missed."""
        for queue in self._site.policy.queues:
            self.caller_waiting(queue, self._site.clock.now())
            if self._is_in_doubt:
                return

    def _match(self, queue: QueueName, triggered_at: Micros) -> None:
        for _ in range(ROUNDS):
            (found,) = self._candidates([queue])
            agents = [agent.agent_id for agent in found.agents]
            pairs = routing.match(found.callers, agents)
            if not pairs:
                return
            answers = [
                self._reserve(caller, agent_id, queue, CALLER_JOINED, triggered_at)
                for caller, agent_id in pairs
            ]
            is_settled = all(answer is ReserveAnswer.RESERVED for answer in answers)
            if is_settled and len(pairs) < CANDIDATES:
                return

    def _serve(self, agent: AgentPolicy, triggered_at: Micros) -> None:
        for _ in range(ROUNDS):
            found = self._candidates(agent.queues)
            heads = [
                (caller.score, (caller, queue))
                for queue, candidates in zip(agent.queues, found, strict=True)
                for caller in candidates.callers[:1]
            ]
            best = routing.best_caller(heads)
            if best is None:
                return
            caller, queue = best
            answer = self._reserve(caller, agent.agent_id, queue, AGENT_FREE, triggered_at)
            if answer is not ReserveAnswer.CALLER_GONE:
                return

    def _candidates(self, queues: Sequence[QueueName]) -> list[Candidates]:
        """Who may be paired and is within reach.

        Callers whom this process does not follow, or whose node's link is down, stand in line like
        all others: where they fill the head of a queue, more of it is read.
        """
        count = CANDIDATES
        while True:
            read = self._site.waiting_room.candidates(queues, count)
            found = [self._within_reach(candidates) for candidates in read]
            is_hidden = any(
                len(all_of.callers) == count and not reached.callers
                for all_of, reached in zip(read, found, strict=True)
            )
            if not is_hidden or count >= MOST_CANDIDATES:
                return found
            count *= 4

    def _within_reach(self, candidates: Candidates) -> Candidates:
        return Candidates(
            callers=tuple(
                caller
                for caller in candidates.callers
                if (node := self._switchboard.node_of(caller.call_id)) is not None
                and self._site.switches[node].is_connected
            ),
            agents=tuple(
                agent for agent in candidates.agents if agent.agent_id in self._site.policy.agents
            ),
        )

    def _look_again_later(self, error: StoreError) -> None:
        """A search that failed may have left a caller beside an idle agent."""
        self._site.facts.publish(
            StoreFailed(at=self._site.clock.now(), store="redis", reason=str(error))
        )
        if not self._is_in_doubt:
            self._is_in_doubt = True
            self._site.clock.after(LOOK_AGAIN_SECONDS, self._look_again)

    def _look_again(self) -> None:
        self._is_in_doubt = False
        self.look_everywhere()

    def _reserve(
        self,
        caller: WaitingCaller,
        agent_id: AgentId,
        queue: QueueName,
        trigger: str,
        triggered_at: Micros,
    ) -> ReserveAnswer:
        site = self._site
        reservation = Reservation(
            offer_id=site.ids.offer_id(),
            call_id=caller.call_id,
            agent_id=agent_id,
            queue=queue,
            leg_id=site.ids.leg_id(beside=LegId(caller.call_id)),
            lease_seconds=site.policy.queues[queue].ring_timeout_seconds
            + LEASE_BEYOND_RINGING_SECONDS,
        )
        answer = site.roster.reserve(reservation)
        if answer is not ReserveAnswer.RESERVED:
            return answer
        message = Reserved(reservation=reservation, trigger=trigger, triggered_at=triggered_at)
        if not self._switchboard.post(caller.call_id, message):
            site.roster.lose(
                reservation, is_miss=False, retry_after_seconds=0, is_caller_waiting=False
            )
            return ReserveAnswer.CALLER_GONE
        site.facts.publish(
            AgentChanged(
                at=site.clock.now(),
                agent_id=agent_id,
                state=AgentState.RESERVED,
                reason=reservation.offer_id,
            )
        )
        return answer
