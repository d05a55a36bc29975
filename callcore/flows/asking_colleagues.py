"""Has another worker go on with a search, because only that one can judge whose turn it is; or
goes on a moment later, because nobody can.

It passes by those of whom their own workers have said that nobody is for them now, so that no
question goes round in circles. Letters may be lost with the worker who should have read them: who
began the search looks once more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from callcore.domain.ids import AgentId, CallId, Micros, QueueName
from callcore.domain.sharding import WorkerId
from callcore.flows.messages.between import AgentIsFree, MatchAsked
from callcore.flows.remote_waiters import Letters
from callcore.flows.site import Site

MOST_PASSED = 100
"""Of a question that has come by so many callers in vain nobody is asked any more."""

LOOK_AGAIN_SECONDS = 1.0

LOOK_SOON_SECONDS = 0.1
"""While an agent is kept for a caller who is about to be followed, or about to be gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What set off one search for pairs, and what is known of it already."""

    triggered_at: Micros
    trigger: str
    passed: set[CallId] = field(default_factory=set)
    """Those for whom nobody may be asked now, as their own workers have found."""
    may_be_lost: bool = True
    """True if nobody else looks again should a letter about it be lost."""

    def joined_with(self, other: Search) -> Search:
        """One search for both: by the trigger that came first, with what either knows."""
        first = min(self, other, key=lambda search: search.triggered_at)
        return Search(
            triggered_at=first.triggered_at,
            trigger=first.trigger,
            passed=self.passed | other.passed,
            may_be_lost=self.may_be_lost or other.may_be_lost,
        )


class AskingColleagues:
    """``look_for`` and ``look_in`` search here, for an agent and in a queue; ``look_again_soon``
    searches for everybody in a moment.
    """

    def __init__(
        self,
        site: Site,
        letters: Letters,
        look_for: Callable[[AgentId, Search], None],
        look_in: Callable[[QueueName, Search], None],
        look_again_soon: Callable[[], None],
    ) -> None:
        self._site = site
        self._letters = letters
        self._look_for = look_for
        self._look_in = look_in
        self._look_again_soon = look_again_soon
        self._planned: set[tuple[AgentId | QueueName, float]] = set()

    def to_serve(self, worker_id: WorkerId, agent_id: AgentId, search: Search) -> None:
        """The worker is to find the caller for a free agent."""
        letter = AgentIsFree(
            agent_id=agent_id, triggered_at=search.triggered_at, passed=tuple(search.passed)
        )
        if self._may_go(search):
            self._letters.send(worker_id, letter)
            if search.may_be_lost:
                self._again(agent_id, LOOK_AGAIN_SECONDS, self._for(agent_id, search))

    def to_match(self, worker_id: WorkerId, queue: QueueName, search: Search) -> None:
        """The worker is to find pairs in a queue."""
        letter = MatchAsked(
            queue=queue,
            triggered_at=search.triggered_at,
            trigger=search.trigger,
            passed=tuple(search.passed),
        )
        if self._may_go(search):
            self._letters.send(worker_id, letter)
            if search.may_be_lost:
                self._again(queue, LOOK_AGAIN_SECONDS, self._in(queue, search))

    def to_wait(self, agent_id: AgentId, search: Search) -> None:
        """The agent is kept for a caller whom nobody follows at the moment."""
        self._again(agent_id, LOOK_SOON_SECONDS, self._for(agent_id, search))

    def to_wait_in(self, queue: QueueName, search: Search) -> None:
        """Agents are kept for a caller of the queue whom nobody follows at the moment."""
        self._again(queue, LOOK_SOON_SECONDS, self._in(queue, search))

    def _may_go(self, search: Search) -> bool:
        is_endless = len(search.passed) >= MOST_PASSED
        if is_endless:
            self._look_again_soon()
        return not is_endless

    def _for(self, agent_id: AgentId, search: Search) -> Callable[[], None]:
        return lambda: self._look_for(agent_id, self._anew(search))

    def _in(self, queue: QueueName, search: Search) -> Callable[[], None]:
        return lambda: self._look_in(queue, self._anew(search))

    def _anew(self, search: Search) -> Search:
        now = self._site.clock.now()
        return Search(triggered_at=now, trigger=search.trigger, may_be_lost=False)

    def _again(
        self, subject: AgentId | QueueName, seconds: float, look: Callable[[], None]
    ) -> None:
        """Looks once more in a moment; one look at a time is planned for each."""
        if (subject, seconds) in self._planned:
            return
        self._planned.add((subject, seconds))

        def again() -> None:
            self._planned.discard((subject, seconds))
            look()

        self._site.clock.after(seconds, again)
