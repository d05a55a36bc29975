"""callcore's own estimates: rates are learnt from what happens, and from nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from callcore.domain import estimates
from callcore.domain.estimates import Lesson, Line, UnknownWait, Wait
from tests.bench.estimates.simulation import Caller, Room

SERVICE_SECONDS = 300.0
"""How long the mean service of the play takes."""


class Learner:
    """Does what the daemon does: sums of each queue, lessons, waits at the door."""

    def __init__(self) -> None:
        self.sums: defaultdict[int, dict[str, float]] = defaultdict(dict)

    def wait(self, caller: Caller, room: Room) -> Wait | UnknownWait:
        """Of one who comes now."""
        rates = estimates.rates(self.sums[caller.kind.queue])
        agents = 0.0
        for present, group in zip(room.present, room.case.groups, strict=True):
            if caller.kind.queue in group.queues:
                share = 1 / len(group.queues)
                if len(group.queues) > 1 and rates.share is not None:
                    share = rates.share
                agents += present * share
        head_wait = room.head_wait(caller)
        line = Line(
            ahead_count=room.ahead_count(caller),
            priority=caller.kind.priority,
            head_waited_seconds=None if head_wait is None else head_wait * SERVICE_SECONDS,
        )
        return estimates.wait(line, agents, rates)

    def left(self, caller: Caller, wait: float, expected: Wait | None, *, is_served: bool) -> None:
        """A caller has left the line."""
        self._learn(
            caller.kind.queue,
            estimates.of_wait(
                wait * SERVICE_SECONDS,
                is_served=is_served,
                is_abandoned=not is_served,
                is_callback=caller.kind.is_callback,
                expected=expected,
                busy_share=caller.busy_share,
            ),
        )

    def served(self, caller: Caller) -> None:
        """An agent is free again."""
        seconds = (caller.ring + caller.service) * SERVICE_SECONDS
        self._learn(
            caller.kind.queue,
            estimates.of_service(
                seconds=seconds,
                answer_seconds=caller.ring * SERVICE_SECONDS,
                priority=caller.kind.priority,
            ),
        )

    def shared(self, caller: Caller, contenders: Collection[int]) -> None:
        """An agent of several queues is given to a caller of one of those in which some waited."""
        for queue in contenders:
            self._learn(queue, estimates.of_sharing(is_here=queue == caller.kind.queue))

    def missed(self, caller: Caller, seconds: float) -> None:
        """An agent was rung in vain."""
        self._learn(caller.kind.queue, estimates.of_lost_offer(seconds * SERVICE_SECONDS))

    def _learn(self, queue: int, lesson: Lesson) -> None:
        sums = self.sums[queue]
        for term in lesson:
            sums[term.name] = sums.get(term.name, 0.0) * term.kept + term.added
