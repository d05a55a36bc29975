"""What queues learn, told to the floor together: once a second."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from callcore.domain.estimates import Lesson, Lessons
from callcore.domain.ids import CallId, QueueName
from callcore.flows.site import Site

TOGETHER_SECONDS = 1.0
"""So much of what was learnt is lost with a process that dies."""

OWNER = CallId("lessons")
"""Whose changes they are: one that is owed is told before the next."""


class Teaching:
    """Sums lessons up, and has the floor learn them."""

    def __init__(
        self,
        site: Site,
        make: Callable[[CallId, Callable[[], None]], None],
        owes: Callable[[CallId], bool],
    ) -> None:
        """``make`` makes a change, now or later; ``owes`` says whether one has not been made."""
        self._site = site
        self._make = make
        self._owes = owes
        self._untold: defaultdict[QueueName, Lessons] = defaultdict(Lessons)
        self._is_due = False

    def take(self, lessons: Mapping[QueueName, Lesson]) -> None:
        """Each of these queues has learnt; the floor hears of all of it in one step."""
        for queue, lesson in lessons.items():
            if lesson:
                self._untold[queue].add(lesson)
        if self._untold:
            self._tell_soon()

    def tell(self) -> None:
        """Tells the floor what it has not been told, unless it is owed earlier lessons: it is
        told of these together after them.
        """
        if not self._untold or self._owes(OWNER):
            return
        lessons = {queue: untold.as_one() for queue, untold in self._untold.items()}
        self._untold.clear()
        room = self._site.waiting_room
        self._make(OWNER, lambda: room.learn_all(lessons))

    def _tell_soon(self) -> None:
        if not self._is_due:
            self._is_due = True
            self._site.clock.after(TOGETHER_SECONDS, self._tell)

    def _tell(self) -> None:
        self._is_due = False
        self.tell()
        if self._untold:
            self._tell_soon()
