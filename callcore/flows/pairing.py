"""Which pairs can be made now: in a queue, and for an agent who is free.

Reads a few candidates, and more where those stand in the way, and lets ``domain.routing`` judge
them. Changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from callcore.domain import routing
from callcore.domain.ids import AgentId, CallId, QueueName
from callcore.domain.policies import AgentPolicy
from callcore.domain.routing import Verdict
from callcore.domain.sharding import WorkerId
from callcore.flows.asking_colleagues import AskingColleagues, Search
from callcore.flows.line_reading import LineReading, QueueLine
from callcore.flows.looking_ahead import FoundLines
from callcore.flows.remote_waiters import RemoteWaiter
from callcore.flows.reserving import Pair, rings_many
from callcore.flows.site import Site
from callcore.flows.under_way import Reading
from callcore.flows.waiters import Waiter
from callcore.ports.stores import Look

CANDIDATES = 10
"""How many callers and agents are read at a time: enough to pass those who were just taken."""

MOST_CANDIDATES = 1000

MOST_GONE = 8
"""After so many callers of the same lines whom others were quicker to reserve, all is read anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What can be done in a queue now."""

    pairs: Sequence[Pair]
    is_all: bool = True
    """True if no others can be made."""
    to_ask: WorkerId | None = None
    """Who is to go on with the others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The caller whom an agent is to be offered to next, and the lines by which that is so."""

    pair: Pair
    contenders: Collection[QueueName]
    """The queues that have callers who may be offered to the agent."""
    found: FoundLines
    lines: Sequence[QueueLine]
    """What was understood of ``found``: up to other workers' callers, where no more was needed."""
    gone: frozenset[CallId] = frozenset()
    """Those of the lines whom others reserved since these were read."""


class Pairing:
    """Finds pairs of waiting callers and free agents. Its verbs may raise ``StoreError``."""

    def __init__(self, site: Site, reading: LineReading, colleagues: AskingColleagues) -> None:
        self._site = site
        self._reading = reading
        self._colleagues = colleagues

    def in_queue(self, queue: QueueName, search: Search) -> Found:
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
                return Found(pairs=pairs, to_ask=to_ask)
            unpaired = len(line.waiters) - len({pair.demand.call_id for pair in pairs})
            is_more_of_callers = line.callers_count == count and left_count > 0
            is_more_of_agents = line.agents_count == count and (
                unpaired > 0 or line.callers_count == count
            )
            is_all = not is_more_of_callers and not is_more_of_agents
            if pairs or is_all or count >= MOST_CANDIDATES:
                return Found(pairs=pairs, is_all=is_all or count >= MOST_CANDIDATES)
            count *= 4

    def look(self, agent: AgentPolicy) -> Look | None:
        """What ``for_agent`` reads of all the agent's queues; ``None`` if there are none."""
        queues = self._known(agent.queues)
        return self._reading.look(queues, CANDIDATES) if queues else None

    def for_agent(
        self,
        agent: AgentPolicy,
        of: Sequence[QueueName],
        search: Search,
        ahead: FoundLines | None = None,
    ) -> Choice | None:
        """The caller to serve next, of the first ones in these queues who may be served. The lines
        of all of them may have been read ``ahead``.
        """
        queues = self._known(of)
        if not queues:
            return None
        count = CANDIDATES
        while True:
            if ahead is not None and list(ahead.look.queues) == queues:
                found, ahead = ahead, None
                lines, firsts = self._firsts(found, agent.agent_id, search)
            else:
                with self._reading.found(queues, count) as found:
                    lines, firsts = self._firsts(found, agent.agent_id, search)
            if not _is_first_hidden(lines, firsts, count) or count >= MOST_CANDIDATES:
                break
            count *= 4
        return self._best(found, lines, firsts, frozenset())

    def after(self, choice: Choice, search: Search, reading: Reading) -> Choice | None:
        """The caller to serve in place of the one of ``choice``, who was gone, by the same lines
        less those who are taken by now; ``None`` if these do not tell, or have been asked often
        enough. May read who the callers of other workers are.
        """
        gone = choice.gone | {choice.pair.demand.call_id}
        if len(gone) > MOST_GONE:
            return None

        def firsts_in(lines: Sequence[QueueLine]) -> list[Pair | None]:
            left = [
                line.without(lambda one: one in gone or reading.is_caller_taken(one))
                for line in lines
            ]
            return self._firsts_in(left, choice.pair.agent_id, search)

        found, lines = choice.found, choice.lines
        firsts = firsts_in(lines)
        if _is_cut_short(lines, firsts):
            lines = self._reading.understood(found)
            firsts = firsts_in(lines)
        if _is_first_hidden(lines, firsts, found.look.count):
            return None
        return self._best(found, lines, firsts, gone)

    def _best(
        self,
        found: FoundLines,
        lines: Sequence[QueueLine],
        firsts: Sequence[Pair | None],
        gone: frozenset[CallId],
    ) -> Choice | None:
        pairs = {first.demand.call_id: first for first in firsts if first is not None}
        best = routing.first_served(
            (pair.demand for pair in pairs.values()), self._site.clock.now()
        )
        if best is None:
            return None
        contenders = {pair.demand.queue.name for pair in pairs.values()}
        return Choice(
            pair=pairs[best.call_id], contenders=contenders, found=found, lines=lines, gone=gone
        )

    def _known(self, queues: Sequence[QueueName]) -> list[QueueName]:
        return [queue for queue in queues if queue in self._site.policy.queues]

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
            elif waiter.call_id in search.passed:
                continue
            elif judged and waiter.worker_id is None:
                self._colleagues.to_wait_in(line.queue, search)
            elif judged and waiter.is_judged_elsewhere:
                return pairs, len(left), waiter.worker_id
            for pair in judged:
                if not (isinstance(waiter, RemoteWaiter) and waiter.worker_id is None):
                    pairs.append(pair)
                left.remove(pair.agent_id)
        return pairs, len(left), None

    def _firsts(
        self, found: FoundLines, agent_id: AgentId, search: Search
    ) -> tuple[Sequence[QueueLine], Sequence[Pair | None]]:
        """The lines, and the first in each who may be offered to the agent. Other workers' callers
        are read only where one may be it.
        """
        for others_count in (0, None):
            lines = self._reading.understood(found, others_count)
            firsts = self._firsts_in(lines, agent_id, search)
            if not _is_cut_short(lines, firsts):
                break
        return lines, firsts

    def _firsts_in(
        self, lines: Sequence[QueueLine], agent_id: AgentId, search: Search
    ) -> list[Pair | None]:
        return [self._first_in(line, agent_id, search) for line in lines]

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


def _is_cut_short(lines: Sequence[QueueLine], firsts: Sequence[Pair | None]) -> bool:
    """True if another worker's caller may be the first of a line."""
    both = zip(lines, firsts, strict=True)
    return any(line.is_cut and first is None for line, first in both)


def _is_first_hidden(lines: Sequence[QueueLine], firsts: Sequence[Pair | None], count: int) -> bool:
    """True if somebody may be served behind those who were read."""
    return any(
        first is None and (line.is_cut or line.callers_count >= count)
        for line, first in zip(lines, firsts, strict=True)
    )
