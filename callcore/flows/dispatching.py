"""Who is offered whom, and when: on every event that may have made a pair possible.

Reads a few candidates, lets ``domain.routing`` judge them, and reserves each pair, unless somebody
was quicker.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from callcore.domain import routing
from callcore.domain.events import StoreFailed
from callcore.domain.ids import AgentId, Micros, QueueName
from callcore.domain.policies import AgentPolicy
from callcore.domain.routing import Verdict
from callcore.flows.reserving import Pair, Reserving, rings_many
from callcore.flows.site import Site
from callcore.flows.waiters import Waiter, Waiters
from callcore.ports.stores import (
    Candidates,
    ReserveAnswer,
    StoreError,
    WaitingCaller,
)

CANDIDATES = 10
"""How many callers and agents are read at a time: enough to pass those who were just taken."""

ROUNDS = 10
"""How often a decision is made anew after others were quicker; each of them has then placed a
pair of its own, and the next event will look again."""

MOST_CANDIDATES = 1000
LOOK_AGAIN_SECONDS = 1.0

CALLER_JOINED = "caller_joined"
AGENT_FREE = "agent_free"
RELAXATION = "relaxation"
CALLBACK_DUE = "callback_due"


Shared = Callable[[AgentId, QueueName, Collection[QueueName]], None]
"""Takes the agent, the queue of the caller, and the queues in which callers waited for the agent.
"""


class Dispatcher:
    """Makes pairs of waiting callers and free agents."""

    def __init__(self, site: Site, waiters: Waiters, reserving: Reserving, shared: Shared) -> None:
        """``shared`` hears of agents of several queues who were given to a caller of one."""
        self._site = site
        self._shared = shared
        self._waiters = waiters
        self._reserving = reserving
        self._is_in_doubt = False
        self._is_taking_over = True

    def caller_waiting(
        self, queue: QueueName, triggered_at: Micros, trigger: str = CALLER_JOINED
    ) -> None:
        """Somebody of the queue may be offered to agents to whom nobody might be before."""
        if queue not in self._site.policy.queues:
            return  # taken out of the settings since an offer of it was made
        try:
            self._match(queue, triggered_at, trigger)
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
        """Looks for pairs in every queue: after a time in which some may have been missed.

        By agents first: each takes the first caller of all the queues served.
        """
        for agent_id in self._free_agents():
            self.agent_free(agent_id, self._site.clock.now())
            if self._is_in_doubt:
                return
        for queue in self._site.policy.queues:
            self.caller_waiting(queue, self._site.clock.now())
            if self._is_in_doubt:
                return

    @property
    def is_taking_over(self) -> bool:
        """True as long as callers and promises whom another process followed are taken over."""
        return self._is_taking_over

    def has_taken_over(self) -> None:
        """All who wait are followed, or will not be. Until then nobody was asked to serve those
        behind one who was not yet.
        """
        self._is_taking_over = False
        self.look_everywhere()

    def look_again_soon(self) -> None:
        """Looks everywhere in a moment: somebody may be free without our knowing."""
        if not self._is_in_doubt:
            self._is_in_doubt = True
            self._site.clock.after(LOOK_AGAIN_SECONDS, self._look_again)

    def _free_agents(self) -> list[AgentId]:
        """The first free agents of every queue."""
        queues = list(self._site.policy.queues)
        try:
            found = self._site.waiting_room.candidates(queues, CANDIDATES)
        except StoreError as error:
            self._look_again_later(error)
            return []
        return list(dict.fromkeys(agent.agent_id for queue in found for agent in queue.agents))

    def _match(self, queue: QueueName, triggered_at: Micros, trigger: str) -> None:
        for _ in range(ROUNDS):
            pairs, is_all = self._pairs(queue)
            answers = [self._reserving.reserve(pair, trigger, triggered_at) for pair in pairs]
            if is_all and all(answer is ReserveAnswer.RESERVED for answer in answers):
                return

    def _pairs(self, queue: QueueName) -> tuple[list[Pair], bool]:
        """The pairs that can be made in a queue, and whether no others can.

        Callers whom nobody free may serve, and those out of reach, stand in line like all others:
        where they fill what was read, more is read.
        """
        count = max(CANDIDATES, self._ringing_at_once(queue))
        while True:
            (read,) = self._site.waiting_room.candidates([queue], count)
            line = self._line(queue, read.callers)
            free = [one.agent_id for one in read.agents if one.agent_id in self._site.policy.agents]
            pairs = self._paired(line, free)
            unpaired = len(line) - len({pair.demand.call_id for pair in pairs})
            is_more_of_callers = len(read.callers) == count and (len(free) > len(pairs))
            is_more_of_agents = len(read.agents) == count and (
                unpaired > 0 or len(read.callers) == count
            )
            is_all = not is_more_of_callers and not is_more_of_agents
            if pairs or is_all or count >= MOST_CANDIDATES:
                return pairs, is_all or count >= MOST_CANDIDATES
            count *= 4

    def _ringing_at_once(self, queue: QueueName) -> int:
        policy = self._site.policy.queues.get(queue)
        return policy.ring_at_most if policy is not None and rings_many(policy) else 1

    def _line(self, queue: QueueName, callers: Sequence[WaitingCaller]) -> list[Waiter]:
        """The callers within reach in the order of service, with those for whom more phones may
        ring than do.
        """
        waiters = [
            waiter
            for waiter in self._followed(callers)
            if waiter.queue_name == queue and not waiter.wants_more and waiter.may_be_offered
        ]
        policy = self._site.policy.queues.get(queue)
        if policy is None or not rings_many(policy):
            return waiters
        ringing = [
            waiter
            for waiter in self._waiters.rung_for(queue)
            if waiter.wants_more and waiter.may_be_offered
        ]
        return sorted(waiters + ringing, key=lambda waiter: waiter.score)

    def _followed(self, callers: Sequence[WaitingCaller]) -> Iterator[Waiter]:
        """Those followed here; in a process that has just begun up to the first who is not."""
        for caller in callers:
            waiter = self._waiters.get(caller.call_id)
            if waiter is not None:
                yield waiter
            elif self._is_taking_over:
                return

    def _paired(self, line: Sequence[Waiter], free: Sequence[AgentId]) -> list[Pair]:
        left = list(free)
        pairs = []
        for waiter in line:
            if not left:
                break
            for pair in self._judged(waiter, left):
                pairs.append(pair)
                left.remove(pair.agent_id)
        return pairs

    def _judged(self, waiter: Waiter, free: Sequence[AgentId]) -> list[Pair]:
        """The agents to ask for one caller now."""
        demand = waiter.demand()
        now = self._site.clock.now()
        judgements = routing.judge(demand, free, self._site.serving, waiter.staffed, now)
        return [
            Pair(waiter=waiter, demand=demand, agent_id=one.agent_id, judgements=judgements)
            for one in judgements
            if one.verdict is Verdict.CHOSEN
        ]

    def _serve(self, agent: AgentPolicy, triggered_at: Micros) -> None:
        queues: Sequence[QueueName] = agent.queues
        for _ in range(ROUNDS):
            pair, contenders = self._first_for(agent, queues)
            if pair is None:
                return
            answer = self._reserving.reserve(pair, AGENT_FREE, triggered_at)
            if answer is ReserveAnswer.AGENT_BUSY:
                if rings_many(pair.demand.queue):
                    # Another agent may have been passed over for this one.
                    self._match(pair.demand.queue.name, triggered_at, AGENT_FREE)
                chosen = self._chosen(agent)
                if pair.demand.queue.name in chosen:
                    return
                queues = [queue for queue in queues if queue in chosen]
            elif answer is ReserveAnswer.RESERVED:
                if len(agent.queues) > 1:
                    self._shared(agent.agent_id, pair.demand.queue.name, contenders)
                return

    def _chosen(self, agent: AgentPolicy) -> Sequence[QueueName]:
        """The queues the agent logged in to: asked for only when one was not among them."""
        known = self._site.roster.agent(agent.agent_id)
        return known.queues if known is not None else agent.queues

    def _first_for(
        self, agent: AgentPolicy, of: Sequence[QueueName]
    ) -> tuple[Pair | None, Collection[QueueName]]:
        """The caller to serve next, of the first ones in these queues who may be served; and the
        queues that have such.
        """
        queues = [queue for queue in of if queue in self._site.policy.queues]
        if not queues:
            return None, ()
        count = CANDIDATES
        while True:
            read = self._site.waiting_room.candidates(queues, count)
            firsts = [
                self._first_in(queue, candidates, agent.agent_id)
                for queue, candidates in zip(queues, read, strict=True)
            ]
            is_hidden = any(
                len(candidates.callers) == count and first is None
                for candidates, first in zip(read, firsts, strict=True)
            )
            if not is_hidden or count >= MOST_CANDIDATES:
                break
            count *= 4
        pairs = {first.demand.call_id: first for first in firsts if first is not None}
        best = routing.first_served(
            (pair.demand for pair in pairs.values()), self._site.clock.now()
        )
        contenders = {pair.demand.queue.name for pair in pairs.values()}
        return (pairs[best.call_id] if best is not None else None), contenders

    def _first_in(self, queue: QueueName, candidates: Candidates, agent_id: AgentId) -> Pair | None:
        for waiter in self._line(queue, candidates.callers):
            for pair in self._judged(waiter, [agent_id]):
                return pair
        return None

    def _look_again_later(self, error: StoreError) -> None:
        """A search that failed may have left a caller beside an idle agent."""
        self._site.facts.publish(
            StoreFailed(at=self._site.clock.now(), store="redis", reason=str(error))
        )
        self.look_again_soon()

    def _look_again(self) -> None:
        self._is_in_doubt = False
        self.look_everywhere()
