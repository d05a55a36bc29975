"""One look for pairs in a queue at a time.

Who calls for one while another is on has it done right after that: it finds whatever both would
have found, and the floor is asked half as often; the slower it answers, the more are made one.
"""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.ids import QueueName
from callcore.flows.asking_colleagues import Search
from callcore.ports.surroundings import Clock


class QueueTurns:
    """Has ``look`` find pairs in a queue."""

    def __init__(self, clock: Clock, look: Callable[[QueueName, Search], None]) -> None:
        self._clock = clock
        self._look = look
        self._begun: set[QueueName] = set()
        self._wanted: dict[QueueName, Search] = {}
        self._later: set[QueueName] = set()

    def look(self, queue: QueueName, search: Search) -> None:
        """Looks now, or once more when the look that is on has ended: in a greenlet of its own,
        for whoever looks has other things to do. Goes by the earliest of those who called for it.
        """
        if not search.may_be_lost:
            # What became of a question of ours: it knows whom to pass by.
            self._look(queue, search)
        elif queue in self._begun:
            known = self._wanted.get(queue, search)
            self._wanted[queue] = min(known, search, key=lambda one: one.triggered_at)
        else:
            self._take_turn(queue, search)

    def look_within(self, seconds: float, queue: QueueName, search: Search) -> None:
        """Looks once within that time, for all who called for it since the last such look."""
        if queue not in self._later:
            self._later.add(queue)
            self._clock.after(seconds, lambda: self._look_late(queue, search))

    def _look_late(self, queue: QueueName, search: Search) -> None:
        self._later.discard(queue)
        self.look(queue, search)

    def _take_turn(self, queue: QueueName, search: Search) -> None:
        self._begun.add(queue)
        try:
            self._look(queue, search)
        finally:
            self._begun.discard(queue)
            wanted = self._wanted.pop(queue, None)
            if wanted is not None:
                self._clock.after(0.0, lambda: self.look(queue, wanted))
