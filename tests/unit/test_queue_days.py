"""A queue's day: when it began, and what it has come to."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from callcore.domain import queue_days
from callcore.domain.hours import OpeningHours
from callcore.domain.ids import Micros
from callcore.domain.queue_days import QueueDay
from tests.flows.floor import POLICY, SUPPORT

QUEUE = POLICY.queues[SUPPORT]


def at(zone: str, shown: str) -> Micros:
    return Micros(
        round(datetime.fromisoformat(shown).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1e6)
    )


@pytest.mark.parametrize(
    ("zone", "now", "began"),
    [
        ("Europe/Warsaw", "2026-11-23T04:00", "2026-11-23T00:00"),
        ("Europe/Warsaw", "2026-11-23T00:00", "2026-11-23T00:00"),
        # The clocks went forward at 2 and back at 3: the day began at another distance from UTC.
        ("Europe/Warsaw", "2026-03-29T12:00", "2026-03-29T00:00"),
        ("Europe/Warsaw", "2026-10-25T12:00", "2026-10-25T00:00"),
        ("Pacific/Kiritimati", "2026-11-23T23:59", "2026-11-23T00:00"),
    ],
)
def test_a_day_begins_at_midnight_where_the_queues_hours_are(zone, now, began):
    """Whatever zone the machine is in."""
    hours = OpeningHours(name="h", timezone=zone, week={})
    assert queue_days.began_at(replace(QUEUE, hours=hours), at(zone, now)) == at(zone, began)


@pytest.mark.parametrize("day", ["2026-11-23", "2026-03-29", "2026-10-25"])
def test_a_queue_without_hours_has_the_machines_day(monkeypatch, day):
    """By the machine's rules, on days too on which its clocks are changed."""
    monkeypatch.setenv("TZ", "Europe/Warsaw")
    time.tzset()
    try:
        began = queue_days.began_at(QUEUE, at("Europe/Warsaw", f"{day}T12:00"))
    finally:
        monkeypatch.undo()
        time.tzset()
    assert began == at("Europe/Warsaw", f"{day}T00:00")


@pytest.mark.parametrize(
    ("day", "level"),
    [
        (QueueDay(), None),
        (QueueDay(abandoned_count=2, short_abandoned_count=2), None),
        (QueueDay(picked_up_count=2, picked_up_within_count=1), 0.5),
        (
            QueueDay(
                picked_up_count=2,
                picked_up_within_count=1,
                abandoned_count=3,
                short_abandoned_count=1,
            ),
            0.25,
        ),
    ],
)
def test_the_service_level_is_the_settled_one(day, level):
    """Picked up in time / (picked up + abandoned that were not short)."""
    assert day.service_level == level
