"""Who is offered whom, and when: on every event that may have made a pair possible.

Has ``pairing`` find who goes with whom, and reserves each pair, unless somebody was quicker. In a
queue one look at a time is on; agents are looked for side by side. Every worker decides over all
who wait; where only another one can judge the first in line, that one is told to look, and goes on
with those behind.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from callcore.domain.events import StoreFailed
from callcore.domain.ids import AgentId, Micros, QueueName
from callcore.domain.policies import AgentPolicy
from callcore.flows.asking_colleagues import AskingColleagues, Search
from callcore.flows.line_reading import LineReading
from callcore.flows.looking_ahead import FoundLines, LookingAhead
from callcore.flows.messages.between import AgentIsFree, MatchAsked
from callcore.flows.one_at_a_time import OneAtATime, Spawn
from callcore.flows.pairing import CANDIDATES, Choice, Pairing
from callcore.flows.queue_turns import QueueTurns
from callcore.flows.remote_waiters import Letters, Lines, NoLetters, NoLines, RemoteWaiter
from callcore.flows.reserving import Pair, PassedBy, Reserving
from callcore.flows.site import Site
from callcore.flows.under_way import Reading
from callcore.flows.waiters import Waiters
from callcore.ports.stores import SEARCH_SECONDS, ReserveAnswer, StoreError

ROUNDS = 10
"""How often a decision is made anew after others were quicker; each of them has then placed a
pair of its own, and the next event will look again."""

MOST_LOSSES = 2
"""After so many rounds of a look in a queue in which others were quicker for every pair, these
decide at a rate at which it is better to look when they are through."""

LOOK_LATER_SECONDS = 2 * SEARCH_SECONDS
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

    def __init__(
        self,
        site: Site,
        spawn: Spawn,
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
        self._turns = QueueTurns(site.clock, self._look_in)
        self._asked_in = OneAtATime("asked in", spawn, self._look_in, Search.joined_with)
        self._asked_for = OneAtATime("asked for", spawn, self._look_for, Search.joined_with)
        self._colleagues = AskingColleagues(
            site, letters or NoLetters(), self._look_for, self._turns.look, self.look_again_soon
        )
        self._is_in_doubt = False
        self._is_taking_over = True
        self._is_held = False
        reading = LineReading(
            site, waiters, lines or NoLines(), reserving.under_way, lambda: self._is_taking_over
        )
        self._pairing = Pairing(site, reading, self._colleagues)

    def caller_waiting(
        self, queue: QueueName, triggered_at: Micros, trigger: str = CALLER_JOINED
    ) -> None:
        """Somebody of the queue may be offered to agents to whom nobody might be before."""
        self._turns.look(queue, Search(triggered_at=triggered_at, trigger=trigger))

    def look_within(self, seconds: float, queue: QueueName, triggered_at: Micros) -> None:
        """The same, but that it need not be at once: one look is then for all who have come."""
        self._turns.look_within(
            seconds, queue, Search(triggered_at=triggered_at, trigger=CALLER_JOINED)
        )

    def agent_free(
        self, agent_id: AgentId, triggered_at: Micros, ahead: FoundLines | None = None
    ) -> None:
        """The agent may be asked from now on; what was read ``ahead`` was read since then."""
        self._look_for(agent_id, Search(triggered_at=triggered_at, trigger=AGENT_FREE), ahead)

    def look_ahead(self, agent_id: AgentId) -> LookingAhead:
        """What to read when the agent is made free."""
        agent = None if self._is_held else self._site.policy.agents.get(agent_id)
        look = None if agent is None else self._pairing.look(agent)
        return LookingAhead(look, self._reserving.under_way)

    def agent_asked(self, letter: AgentIsFree) -> None:
        """Another worker has found one of ours to be the first for an agent; does not wait."""
        self._asked_for.ask(
            letter.agent_id,
            Search(
                triggered_at=letter.triggered_at,
                trigger=AGENT_FREE,
                passed=set(letter.passed),
                may_be_lost=False,
            ),
        )

    def match_asked(self, letter: MatchAsked) -> None:
        """Another worker has found one of ours to be the first of a queue; does not wait."""
        self._asked_in.ask(
            letter.queue,
            Search(
                triggered_at=letter.triggered_at,
                trigger=letter.trigger,
                passed=set(letter.passed),
                may_be_lost=False,
            ),
        )

    def hold(self) -> None:
        """Looks for nobody until released: the floor does not know yet who talks with whom."""
        self._is_held = True

    def release(self) -> None:
        """Looks again, and everywhere at once."""
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

    def _look_for(self, agent_id: AgentId, search: Search, ahead: FoundLines | None = None) -> None:
        if self._is_held:
            return
        agent = self._site.policy.agents.get(agent_id)
        if agent is None:
            return
        try:
            with self._reserving.under_way.reading() as reading:
                self._serve(agent, search, reading, ahead)
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
        losses = 0
        for _ in range(ROUNDS):
            found = self._pairing.in_queue(queue, search)
            answers = self._reserve(found.pairs, search.trigger, search, goes_on_for=None)
            losses += bool(answers) and ReserveAnswer.RESERVED not in answers
            if losses == MOST_LOSSES:
                self.look_within(LOOK_LATER_SECONDS, queue, search.triggered_at)
                return
            if found.is_all and all(answer is ReserveAnswer.RESERVED for answer in answers):
                if found.to_ask is not None:
                    self._colleagues.to_match(found.to_ask, queue, search)
                return

    def _reserve(
        self, pairs: Sequence[Pair], trigger: str, search: Search, *, goes_on_for: AgentId | None
    ) -> Sequence[ReserveAnswer]:
        """``goes_on_for`` is the agent for whom the search goes on by itself."""
        triggered_at, after = search.triggered_at, self._site.clock.after

        def look_for(agent_id: AgentId) -> None:
            if agent_id != goes_on_for:
                after(0.0, lambda: self.agent_free(agent_id, triggered_at))

        def look_in(queue: QueueName) -> None:
            after(0.0, lambda: self.caller_waiting(queue, triggered_at, trigger))

        passed_by = PassedBy(agent=look_for, caller=look_in)
        return self._reserving.reserve(pairs, trigger, triggered_at, passed_by)

    def _serve(
        self, agent: AgentPolicy, search: Search, reading: Reading, ahead: FoundLines | None
    ) -> None:
        queues: Sequence[QueueName] = agent.queues
        under_way = self._reserving.under_way
        choice: Choice | None = None
        for _ in range(ROUNDS):
            if under_way.pass_agent_by(agent.agent_id):
                return
            after = None if choice is None else self._pairing.after(choice, search, reading)
            choice = after or self._pairing.for_agent(agent, queues, search, ahead)
            since, ahead = reading if ahead is None else ahead.reading, None
            if since.is_agent_taken(agent.agent_id):
                return
            if choice is None or self._is_left_to_others(choice.pair, search):
                return
            pair = choice.pair
            (answer,) = self._reserve([pair], AGENT_FREE, search, goes_on_for=agent.agent_id)
            if answer is ReserveAnswer.AGENT_BUSY:
                if len(queues) == 1:
                    return
                chosen = self._chosen(agent)
                if pair.demand.queue.name in chosen:
                    return
                queues = [queue for queue in queues if queue in chosen]
                choice = None
            elif answer is ReserveAnswer.RESERVED:
                if len(agent.queues) > 1:
                    self._shared(agent.agent_id, pair.demand.queue.name, choice.contenders)
                return

    def _chosen(self, agent: AgentPolicy) -> Sequence[QueueName]:
        """The queues the agent logged in to: asked for only when one was not among them."""
        known = self._site.roster.agent(agent.agent_id)
        return known.queues if known is not None else agent.queues

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
