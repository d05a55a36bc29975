"""Operators at the command line: they look, move, take out and give other priorities."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

from callcore.domain.ids import CallId, Micros, QueueName
from callcore.ports.operations import OperationError, WaitingView
from tests.day import log
from tests.day.floor import DayFloor

SECONDS_BETWEEN = 15.0
PRIORITIES = (-4, 0, 2, 5, 9, 20)


class Operators:
    """They work on ``floor`` all day."""

    def __init__(
        self,
        floor: DayFloor,
        chance: random.Random,
        *,
        local_hour: Callable[[], float],
        until_hour: float,
    ) -> None:
        self._floor = floor
        self._chance = chance
        self._local_hour = local_hour
        self._until_hour = until_hour
        self._ids = itertools.count()

    def begin(self) -> None:
        """Plans the closures, and begins to do other things at random."""
        self._at(12.0, lambda: self._close("returns", until_hour=13.0))
        self._at(12.2, lambda: self._close("orders", until_hour=14.0))
        self._at(12.26, lambda: self._open("orders"))
        self._at(17.0, lambda: self._close("backup", until_hour=17.1))
        self._work_later()

    def _at(self, hour: float, act: Callable[[], None]) -> None:
        seconds = (hour - self._local_hour()) * 3600
        if seconds > 0:
            self._floor.clock.after(seconds, act)

    def _close(self, queue: str, until_hour: float) -> None:
        seconds = round((until_hour - self._local_hour()) * 3600)
        until = Micros(self._floor.clock.now() + seconds * 1_000_000)
        self._floor.note(log.DoorAsked(queue=queue, until=until))
        self._floor.worker.operating.close_queue(
            QueueName(queue), until=until, reason="lunch", by="operator"
        )

    def _open(self, queue: str) -> None:
        self._floor.note(log.DoorAsked(queue=queue, until=None))
        self._floor.worker.operating.open_queue(QueueName(queue), by="operator")

    def _work_later(self) -> None:
        def work() -> None:
            if self._local_hour() < self._until_hour:
                self._work()
                self._work_later()

        self._floor.clock.after(self._chance.expovariate(1 / SECONDS_BETWEEN), work)

    def _work(self) -> None:
        operating = self._floor.worker.operating
        waiting = operating.waiting()
        if self._chance.random() < 0.3:
            self._look(waiting)
        if not waiting:
            return
        view = self._chance.choice(waiting)
        match self._chance.randrange(6):
            case 0 | 1 | 2:
                priority = self._chance.choice(PRIORITIES)
                self._ask(
                    "priority",
                    view.call_id,
                    str(priority),
                    lambda by: operating.set_priority(view.call_id, priority, by=by),
                )
            case 3:
                self._ask(
                    "withdraw",
                    view.call_id,
                    "",
                    lambda by: operating.withdraw(view.call_id, by=by),
                )
            case 4:
                queue = self._chance.choice(sorted(self._floor.policy.queues))
                self._ask(
                    "move",
                    view.call_id,
                    queue,
                    lambda by: operating.move(view.call_id, queue, by=by),
                )
            case _:
                operating.explain(view.call_id)

    def _look(self, waiting: list[WaitingView]) -> None:
        for view in self._floor.worker.operating.queues():
            self._floor.note(
                log.QueueSeen(
                    queue=view.queue,
                    is_open=view.is_open,
                    waiting_count=view.waiting_count,
                    free_agents_count=view.free_agents_count,
                    staffed_count=view.staffed_count,
                    limit=view.limit.maximum_waiting,
                )
            )
        for one in waiting:
            self._floor.note(
                log.WaitingSeen(
                    call_id=one.call_id,
                    queue=one.queue,
                    position=one.position,
                    priority=one.priority,
                    open_level=one.open_level,
                    sticky_agent=one.sticky_agent,
                    offered_to=one.offered_to,
                )
            )

    def _ask(
        self, what: str, call_id: CallId, value: str, ask: Callable[[str], int | None]
    ) -> None:
        asked_id = next(self._ids)
        self._floor.note(log.Asked(asked_id=asked_id, what=what, call_id=call_id, value=value))
        try:
            answer = ask(f"operator {asked_id}")
        except OperationError as error:
            self._floor.note(log.Declined(asked_id=asked_id, error=type(error).__name__))
        else:
            self._floor.note(log.Granted(asked_id=asked_id, answer=answer))
