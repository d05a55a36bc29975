"""Who stands in line for a decision: those followed here, and those whom other workers follow.

What was read is judged by ``dispatching``; nothing is changed here.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from callcore.domain.ids import AgentId, CallId, QueueName
from callcore.domain.policies import STRATEGIES_RINGING_MANY, QueuePolicy
from callcore.flows.looking_ahead import FoundLines
from callcore.flows.remote_waiters import Lines, RemoteWaiter, RemoteWaiters
from callcore.flows.site import Site
from callcore.flows.under_way import Reading, UnderWay
from callcore.flows.waiters import Waiter, Waiters
from callcore.ports.stores import Candidates, Look, WaitingCaller


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLine:
    """One queue as it was read: callers in the order of service, agents in that of asking."""

    queue: QueueName
    waiters: tuple[Waiter, ...]
    """Those within reach, with those for whom more phones may ring than do; without those for whom
    an agent is being reserved."""
    free: tuple[AgentId, ...]
    """Without those who are being reserved."""
    passed: frozenset[CallId]
    """Those followed here for whom nobody may be asked now, which other workers may not know."""
    callers_count: int
    agents_count: int
    """How many were read of each, be they of use or not."""
    is_cut: bool = False
    """True if it ends before a caller whom another worker follows."""

    def without(self, is_gone: Callable[[CallId], bool]) -> QueueLine:
        """The line without those who have left it."""
        waiters = tuple(one for one in self.waiters if not is_gone(one.call_id))
        return replace(self, waiters=waiters)


class LineReading:
    """Reads lines. ``is_taking_over`` says whether calls that have no script here may get one at
    any moment.
    """

    def __init__(
        self,
        site: Site,
        waiters: Waiters,
        lines: Lines,
        under_way: UnderWay,
        is_taking_over: Callable[[], bool],
    ) -> None:
        self._site = site
        self._waiters = waiters
        self._under_way = under_way
        self._is_taking_over = is_taking_over
        self._remote = RemoteWaiters(site, lines)

    def read(self, queues: Sequence[QueueName], count: int) -> list[QueueLine]:
        """Up to ``count`` of each side of each queue, in the order asked. One read, and one more if
        other workers follow some of the callers. May raise ``StoreError``.
        """
        with self.found(queues, count) as lines:
            return self.understood(lines)

    @contextmanager
    def found(self, queues: Sequence[QueueName], count: int) -> Iterator[FoundLines]:
        """The same, not understood yet. May raise ``StoreError``."""
        look = self.look(queues, count)
        with self._under_way.reading() as reading:
            found = self._site.waiting_room.candidates(look.queues, look.count, look.rung)
            yield FoundLines(look=look, found=found, reading=reading)

    def look(self, queues: Sequence[QueueName], count: int) -> Look:
        """What has to be read."""
        is_alone = self._site.tenure.is_alone
        rung = () if is_alone else [queue for queue in queues if self._rings_many(queue)]
        return Look(queues=queues, count=count, rung=rung)

    def understood(self, lines: FoundLines, others_count: int | None = None) -> list[QueueLine]:
        """What was read, in one more read if other workers follow some of the callers. Where
        ``others_count`` is given, each line is cut after so many of those, and where several
        phones may ring for one caller nothing is left. May raise ``StoreError``.
        """
        parts = [
            self._part(queue, candidates, others_count)
            for queue, candidates in zip(lines.look.queues, lines.found, strict=True)
        ]
        is_alone = self._site.tenure.is_alone
        remote = {} if is_alone else self._remote.read(self._unknown(parts))
        return [
            replace(
                self._line(queue, part, remote, lines.reading),
                callers_count=len(whole.callers),
                is_cut=part is not whole,
            )
            for queue, whole, part in zip(lines.look.queues, lines.found, parts, strict=True)
        ]

    def _part(
        self, queue: QueueName, candidates: Candidates, others_count: int | None
    ) -> Candidates:
        """The line up to the caller of another worker who is one too many; the same object if
        there is none.
        """
        if others_count is None or self._site.tenure.is_alone:
            return candidates
        if self._rings_many(queue):
            return Candidates(callers=(), agents=())
        others = self._unknown([candidates])
        if len(others) <= others_count:
            return candidates
        before = itertools.takewhile(
            lambda caller: caller.call_id != others[others_count], candidates.callers
        )
        return replace(candidates, callers=tuple(before))

    def _unknown(self, found: Iterable[Candidates]) -> list[CallId]:
        """Those whom nobody follows here."""
        return [
            caller.call_id
            for candidates in found
            for caller in (*candidates.callers, *candidates.rung)
            if self._waiters.get(caller.call_id) is None
        ]

    def _line(
        self,
        queue: QueueName,
        candidates: Candidates,
        remote: Mapping[CallId, RemoteWaiter],
        reading: Reading,
    ) -> QueueLine:
        known = [
            waiter
            for waiter in self._in_order(candidates.callers, remote)
            if waiter.queue_name == queue
        ]
        waiters = [
            one
            for one in known
            if not one.wants_more
            and one.may_be_offered
            and not reading.is_caller_taken(one.call_id)
        ]
        rings_many = self._rings_many(queue)
        if rings_many:
            ringing = [
                *self._waiters.rung_for(queue),
                *(remote[one.call_id] for one in candidates.rung if one.call_id in remote),
            ]
            waiters += [one for one in ringing if one.wants_more and one.may_be_offered]
            waiters.sort(key=lambda waiter: waiter.score)
        agents = self._site.policy.agents
        return QueueLine(
            queue=queue,
            waiters=tuple(waiters),
            free=tuple(
                one.agent_id
                for one in candidates.agents
                if one.agent_id in agents and not reading.is_agent_taken(one.agent_id)
            ),
            passed=frozenset(
                one.call_id
                for one in known
                if not isinstance(one, RemoteWaiter)
                and (rings_many or one.is_callback)
                and one.may_seem_offerable
                and one not in waiters
            ),
            callers_count=len(candidates.callers),
            agents_count=len(candidates.agents),
        )

    def _in_order(
        self, callers: Sequence[WaitingCaller], remote: Mapping[CallId, RemoteWaiter]
    ) -> Iterator[Waiter]:
        """Those who may be served. A process that is alone, and has just begun, goes up to the
        first whom it does not follow yet; others know who is missing.
        """
        is_alone = self._site.tenure.is_alone
        for caller in callers:
            waiter = self._waiters.get(caller.call_id)
            if waiter is not None:
                yield waiter
            elif caller.call_id in remote:
                other = remote[caller.call_id]
                if not self._is_given_up(other):
                    yield other
            elif is_alone and self._is_taking_over():
                return

    def _is_given_up(self, waiter: RemoteWaiter) -> bool:
        return self._remote.is_given_up(waiter) and not self._is_taking_over()

    def _rings_many(self, queue: QueueName) -> bool:
        policy: QueuePolicy | None = self._site.policy.queues.get(queue)
        return policy is not None and policy.strategy in STRATEGIES_RINGING_MANY
