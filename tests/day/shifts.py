"""When the agents come, have their breaks and go."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from callcore.domain.ids import AgentId
from callcore.ports.operations import DutyChange, DutyOrder, DutyRefusedError
from tests.day.floor import DayFloor
from tests.day.roster import TEAMS, agent_ids

SHIFTS = ((7.9, 15.5), (9.0, 17.5), (11.5, 20.1))
"""From and to, in local hours."""
LUNCHES = (11.6, 12.4, 15.0)
"""By shift."""
ALL_DAY = (7.9, 20.1)
LUNCH_HOURS = 0.4

TRY_AGAIN_SECONDS = 3.0


@dataclass(frozen=True)
class Absence:
    """Everybody whose first queue it is, is away from ``start`` to ``end``."""

    queue: str
    start: float
    end: float
    share: float = 1.0


ABSENCES = (
    Absence("technical@1", 11.45, 11.55),
    Absence("technical@1", 14.0, 14.3),
    Absence("technical@2", 14.1, 14.3),
    Absence("returns", 13.25, 13.6),
    Absence("info@1", 12.2, 12.45),
    *(Absence(f"technical@{level}", 13.15, 13.3) for level in (1, 2, 3)),
    Absence("dispatch", 15.0, 15.3),
    Absence("support", 10.5, 10.6, share=0.5),
    Absence("support", 11.7, 11.8, share=0.7),
    Absence("support", 12.4, 12.55, share=0.7),
    Absence("support", 13.1, 13.2),
    Absence("support", 15.75, 15.85, share=0.6),
    Absence("premium", 10.0, 10.1, share=0.7),
    Absence("premium", 12.0, 12.1, share=0.7),
    Absence("premium", 13.0, 13.1, share=0.7),
    Absence("premium", 15.0, 15.1, share=0.7),
)


@dataclass(frozen=True)
class Step:
    """Something an agent does, and until when it makes sense to try."""

    hour: float
    action: DutyChange
    until: float


class Shifts:
    """The agents of ``floor``; ``share`` of each team comes today."""

    def __init__(
        self,
        floor: DayFloor,
        chance: random.Random,
        *,
        share: float,
        local_hour: Callable[[], float],
    ) -> None:
        self._floor = floor
        self._chance = chance
        self._share = share
        self._local_hour = local_hour

    def begin(self) -> None:
        """Plans the day of every agent; those whose shift has begun come at once."""
        ids = iter(agent_ids())
        for team in TEAMS:
            members = [AgentId(next(ids)) for _ in range(team.count)]
            present = max(round(team.count * self._share), 2)
            for place, agent_id in enumerate(members[:present]):
                # Small teams are there all day, or nobody would be.
                shift = None if present <= 4 else place % len(SHIFTS)
                self._plan(agent_id, team.queues[0], shift)

    def _plan(self, agent_id: AgentId, queue: str, shift: int | None) -> None:
        start, end = ALL_DAY if shift is None else SHIFTS[shift]
        lunch = LUNCHES[self._chance.randrange(3) if shift is None else shift]
        lunch += self._chance.uniform(0, 0.4)
        end += self._chance.uniform(0, 0.2)
        now = self._local_hour()
        came = max(start + self._chance.uniform(-0.05, 0.1), now + self._chance.uniform(0, 0.01))
        if end <= now:
            return
        self._do_at(agent_id, Step(came, DutyChange.LOG_IN, came))
        breaks = [(lunch, lunch + LUNCH_HOURS)]
        if self._chance.random() < 0.5:
            smoke = self._chance.uniform(start + 0.5, end - 0.5)
            breaks.append((smoke, smoke + 0.12))
        breaks += [
            (absence.start + self._chance.uniform(0, 0.004), absence.end)
            for absence in ABSENCES
            if absence.queue == queue and self._chance.random() < absence.share
        ]
        for begins, ends in breaks:
            if came < begins < end:
                self._do_at(agent_id, Step(begins, DutyChange.START_BREAK, ends))
                self._do_at(agent_id, Step(min(ends, end), DutyChange.END_BREAK, ends))
        self._do_at(agent_id, Step(end, DutyChange.LOG_OUT, 48.0))

    def _do_at(self, agent_id: AgentId, step: Step) -> None:
        seconds = (step.hour - self._local_hour()) * 3600
        self._floor.clock.after(seconds, lambda: self._try(agent_id, step))

    def _try(self, agent_id: AgentId, step: Step) -> None:
        """An agent at a call does it after the call; one for whom it cannot be, a little later."""
        order = DutyOrder(what=step.action, by="shift")
        try:
            self._floor.worker.operating.change_duty(agent_id, order)
        except DutyRefusedError:
            if self._local_hour() < step.until:
                seconds = self._chance.uniform(0.5, 1.5) * TRY_AGAIN_SECONDS
                self._floor.clock.after(seconds, lambda: self._try(agent_id, step))
