"""Who is offered whom, and when: on every event that may have made a pair possible.

Reads a few candidates, lets ``domain.routing`` judge them, and reserves each pair, unless somebody
was quicker. Every worker decides over all who wait; where only another one can judge the first in
line, that one is told to look, and goes on with those behind.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from callcore.domain import routing
from callcore.domain.events import StoreFailed
from callcore.domain.ids import AgentId, Micros, QueueName
from callcore.domain.policies import AgentPolicy
from callcore.domain.routing import Verdict
from callcore.domain.sharding import WorkerId
from callcore.flows.asking_colleagues import AskingColleagues, Search
from callcore.flows.line_reading import LineReading, QueueLine
from callcore.flows.messages.between import AgentIsFree, MatchAsked
from callcore.flows.remote_waiters import Letters, Lines, NoLetters, NoLines, RemoteWaiter
from callcore.flows.reserving import Pair, Reserving, rings_many
from callcore.flows.site import Site
from callcore.flows.waiters import Waiter, Waiters
from callcore.ports.stores import ReserveAnswer, StoreError

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What can be done in a queue now."""

    pairs: Sequence[Pair]
    is_all: bool = True
    """True if no others can be made."""
    to_ask: WorkerId | None = None
    """Who is to go on with the others."""


class Dispatcher:
    """Makes pairs of waiting callers and free agents."""

    def __init__(
        self,
        site: Site,
        waiters: Waiters,
        reserving: Reserving,
        shared: Shared,
        lines: Lines | None = None,
        letters: Letters | None = None,
    ) -> None:
        """``shared`` hears of agents of several queues who were given to a caller of one."""
        self._site = site
        self._shared = shared
        self._reserving = reserving
        self._colleagues = AskingColleagues(
            site, letters or NoLetters(), self._look_for, self._look_in, self.look_again_soon
        )
        self._is_in_doubt = False
        self._is_taking_over = True
        self._is_held = False
        self._reading = LineReading(site, waiters, lines or NoLines(), lambda: self._is_taking_over)

    def caller_waiting(
        self, queue: QueueName, triggered_at: Micros, trigger: str = CALLER_JOINED
    ) -> None:
        """Somebody of the queue may be offered to agents to whom nobody might be before."""
        self._look_in(queue, Search(triggered_at=triggered_at, trigger=trigger))

    def agent_free(self, agent_id: AgentId, triggered_at: Micros) -> None:
        """The agent may be asked from now on."""
        self._look_for(agent_id, Search(triggered_at=triggered_at, trigger=AGENT_FREE))

    def agent_asked(self, letter: AgentIsFree) -> None:
        """Another worker has found one of ours to be the first for an agent."""
        self._look_for(
            letter.agent_id,
            Search(
                triggered_at=letter.triggered_at,
                trigger=AGENT_FREE,
                passed=set(letter.passed),
                may_be_lost=False,
            ),
        )

    def match_asked(self, letter: MatchAsked) -> None:
        """Another worker has found one of ours to be the first of a queue."""
        self._look_in(
            letter.queue,
            Search(
                triggered_at=letter.triggered_at,
                trigger=letter.trigger,
                passed=set(letter.passed),
                may_be_lost=False,
            ),
        )

    def hold_for(self, seconds: float) -> None:
        """Looks for nobody for so long, and then everywhere: the floor does not know yet who talks
        with whom.
        """
        self._is_held = True
        self._site.clock.after(seconds, self._look_after_hold)

    def _look_after_hold(self) -> None:
        self._is_held = False
        self.look_everywhere()

    def _look_in(self, queue: QueueName, search: Search) -> None:
        if self._is_held:
            return
        if queue not in self._site.policy.queues:
            return  # taken out of the settings since an offer of it was made
        try:
            self._match(queue, search)
        except StoreError as error:
            self._look_again_later(error)

    def _look_for(self, agent_id: AgentId, search: Search) -> None:
        if self._is_held:
            return
        agent = self._site.policy.agents.get(agent_id)
        if agent is None:
            return
        try:
            self._serve(agent, search)
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

    def _match(self, queue: QueueName, search: Search) -> None:
        for _ in range(ROUNDS):
            found = self._pairs(queue, search)
            answers = [
                self._reserving.reserve(pair, search.trigger, search.triggered_at)
                for pair in found.pairs
            ]
            if found.is_all and all(answer is ReserveAnswer.RESERVED for answer in answers):
                if found.to_ask is not None:
                    self._colleagues.to_match(found.to_ask, queue, search)
                return

    def _pairs(self, queue: QueueName, search: Search) -> _Found:
        """The pairs that can be made in a queue, and whether no others can.

        Callers whom nobody free may serve, and those out of reach, stand in line like all others:
        where they fill what was read, more is read.
        """
        count = max(CANDIDATES, self._ringing_at_once(queue))
        while True:
            (line,) = self._reading.read([queue], count)
            search.passed.update(line.passed)
            pairs, left_count, to_ask = self._paired(line, search)
            if to_ask is not None:
                return _Found(pairs=pairs, to_ask=to_ask)
            unpaired = len(line.waiters) - len({pair.demand.call_id for pair in pairs})
            is_more_of_callers = line.callers_count == count and left_count > 0
            is_more_of_agents = line.agents_count == count and (
                unpaired > 0 or line.callers_count == count
            )
            is_all = not is_more_of_callers and not is_more_of_agents
            if pairs or is_all or count >= MOST_CANDIDATES:
                return _Found(pairs=pairs, is_all=is_all or count >= MOST_CANDIDATES)
            count *= 4

    def _ringing_at_once(self, queue: QueueName) -> int:
        policy = self._site.policy.queues.get(queue)
        return policy.ring_at_most if policy is not None and rings_many(policy) else 1

    def _paired(self, line: QueueLine, search: Search) -> tuple[list[Pair], int, WorkerId | None]:
        """The pairs, how many agents are left, and who is to go on, up to whose caller they are.

        Agents who may serve a caller whom nobody follows at the moment are kept for a while.
        """
        left = list(line.free)
        pairs: list[Pair] = []
        for waiter in line.waiters:
            if not left:
                break
            judged = self._judged(waiter, left)
            if not isinstance(waiter, RemoteWaiter):
                if not judged and (waiter.is_callback or rings_many(waiter.demand().queue)):
                    search.passed.add(waiter.call_id)
            elif judged and waiter.worker_id is None:
                self._colleagues.to_wait_in(line.queue, search)
            elif waiter.is_judged_elsewhere:
                if waiter.call_id in search.passed or not judged:
                    continue
                return pairs, len(left), waiter.worker_id
            for pair in judged:
                if not (isinstance(waiter, RemoteWaiter) and waiter.worker_id is None):
                    pairs.append(pair)
                left.remove(pair.agent_id)
        return pairs, len(left), None

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

    def _serve(self, agent: AgentPolicy, search: Search) -> None:
        queues: Sequence[QueueName] = agent.queues
        for _ in range(ROUNDS):
            pair, contenders = self._first_for(agent, queues, search)
            if pair is None or self._is_left_to_others(pair, search):
                return
            answer = self._reserving.reserve(pair, AGENT_FREE, search.triggered_at)
            if answer is ReserveAnswer.AGENT_BUSY:
                if rings_many(pair.demand.queue):
                    # Another agent may have been passed over for this one.
                    self._look_in(
                        pair.demand.queue.name,
                        Search(triggered_at=search.triggered_at, trigger=AGENT_FREE),
                    )
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
        self, agent: AgentPolicy, of: Sequence[QueueName], search: Search
    ) -> tuple[Pair | None, Collection[QueueName]]:
        """The caller to serve next, of the first ones in these queues who may be served; and the
        queues that have such.
        """
        queues = [queue for queue in of if queue in self._site.policy.queues]
        if not queues:
            return None, ()
        count = CANDIDATES
        while True:
            lines = self._reading.read(queues, count)
            firsts = [self._first_in(line, agent.agent_id, search) for line in lines]
            is_hidden = any(
                line.callers_count == count and first is None
                for line, first in zip(lines, firsts, strict=True)
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

    def _first_in(self, line: QueueLine, agent_id: AgentId, search: Search) -> Pair | None:
        search.passed.update(line.passed)
        for waiter in line.waiters:
            is_remote = isinstance(waiter, RemoteWaiter)
            if is_remote and waiter.call_id in search.passed:
                continue
            for pair in self._judged(waiter, [agent_id]):
                return pair
            if not is_remote and (waiter.is_callback or rings_many(waiter.demand().queue)):
                search.passed.add(waiter.call_id)
        return None

    def _is_left_to_others(self, pair: Pair, search: Search) -> bool:
        """True if another worker goes on, or the agent is kept for a caller whom nobody follows at
        the moment.
        """
        waiter = pair.waiter
        if not isinstance(waiter, RemoteWaiter):
            return False
        if waiter.worker_id is None:
            self._colleagues.to_wait(pair.agent_id, search)
            return True
        if waiter.is_judged_elsewhere:
            self._colleagues.to_serve(waiter.worker_id, pair.agent_id, search)
        return waiter.is_judged_elsewhere

    def _look_again_later(self, error: StoreError) -> None:
        """A search that failed may have left a caller beside an idle agent."""
        self._site.facts.publish(
            StoreFailed(at=self._site.clock.now(), store="redis", reason=str(error))
        )
        self.look_again_soon()

    def _look_again(self) -> None:
        self._is_in_doubt = False
        self.look_everywhere()
