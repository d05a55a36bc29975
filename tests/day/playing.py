"""Plays a day, or a part of one, and gives the log of it."""

from __future__ import annotations

import random
import tempfile
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from callcore import settings
from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.domain.policies import SitePolicy
from callcore.runtime.greenlets import report_deaths_to
from tests.day.callers import Callers
from tests.day.floor import DayFloor
from tests.day.log import DayLog
from tests.day.operators import Operators
from tests.day.roster import settings_text
from tests.day.shifts import Shifts

ZONE = ZoneInfo("Europe/Warsaw")
MIDNIGHT = datetime(2027, 1, 20, tzinfo=ZONE)
"""A Wednesday; in one queue a holiday."""
LAST_CALLS_HOURS = 1.5
"""How long those who are still on the line at the end have to come to theirs."""


@dataclass(frozen=True)
class Span:
    """From and to, in local hours, and which share of the agents and callers."""

    start_hour: float
    end_hour: float
    share: float
    load: float = 1.0
    """How many times as many callers as usual."""


WHOLE_DAY = Span(7.75, 20.1, 1.0)
AROUND_NOON = Span(11.3, 13.6, 0.3)


def play(span: Span, seed: int) -> DayLog:
    """Plays it; the same seed plays the same story."""
    chance = random.Random(seed)
    text = settings_text()
    start = Micros(round((MIDNIGHT.timestamp() + span.start_hour * 3600) * MICROS_PER_SECOND))
    floor = DayFloor(text, _policy(text), start, random.Random(chance.random()))

    def local_hour() -> float:
        return (floor.clock.now() / MICROS_PER_SECOND - MIDNIGHT.timestamp()) / 3600

    report_deaths_to(lambda name, error: floor.log.left_over.append(f"{name}: {error!r}"))
    try:
        Shifts(
            floor, random.Random(chance.random()), share=span.share, local_hour=local_hour
        ).begin()
        callers = Callers(
            floor,
            random.Random(chance.random()),
            share=span.share * span.load,
            local_hour=local_hour,
            until_hour=span.end_hour,
        )
        callers.begin()
        Operators(
            floor, random.Random(chance.random()), local_hour=local_hour, until_hour=span.end_hour
        ).begin()
        floor.clock.advance((span.end_hour - span.start_hour) * 3600)
        while floor.switch.legs_by_id and local_hour() < span.end_hour + LAST_CALLS_HOURS:
            floor.clock.advance(60)
        # Wrap-ups and rests.
        floor.clock.advance(60)
        day = floor.close_log()
    finally:
        report_deaths_to(None)
        floor.end()
    if callers.count != len(day.records):
        day.left_over.append(f"{callers.count} calls, {len(day.records)} records")
    return day


@lru_cache(maxsize=1)
def _policy(text: str) -> SitePolicy:
    """What the daemon reads in the settings."""
    with tempfile.TemporaryDirectory(prefix="callcore-day-") as directory:
        path = Path(directory) / "day.yaml"
        path.write_text(text)
        return settings.load(path, {}).policy
