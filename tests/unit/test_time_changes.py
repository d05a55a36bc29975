"""Callbacks and closures around the days on which the clocks change."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from callcore.cli import instants
from callcore.domain import admission, callbacks
from callcore.domain.admission import Closure
from callcore.domain.hours import Interval, OpeningHours
from callcore.domain.ids import Micros, QueueName
from callcore.domain.policies import QueuePolicy

WARSAW, NEW_YORK = "Europe/Warsaw", "America/New_York"


def at(zone: str, text: str, *, is_again: bool = False) -> Micros:
    """The instant of a local time; the later of two if ``is_again``."""
    local = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=int(is_again))
    return Micros(int(local.timestamp()) * 1_000_000)


def office(zone: str) -> OpeningHours:
    """Every day from two to five, of which an hour may be missing or come twice."""
    return OpeningHours(
        name="night",
        timezone=zone,
        week=dict.fromkeys(range(7), (Interval(opens=time(2, 0), closes=time(5, 0)),)),
    )


CHANGES = [
    (WARSAW, "2026-03-29", 2),
    (WARSAW, "2026-10-25", 4),
    (NEW_YORK, "2026-03-08", 2),
    (NEW_YORK, "2026-11-01", 3),
]
"""The days of the changes, and how many hours it is open there from two to five: in New York it is
one o'clock that comes twice."""


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
def test_customers_are_called_in_the_hours_of_the_clock_on_the_wall(
    zone: str, day: str, hours: int
) -> None:
    """From the first instant of the opening to the last, whatever the clock does meanwhile."""
    tested, midnight = office(zone), at(zone, f"{day}T00:00")
    opens, closes = tested.opens_at(midnight), at(zone, f"{day}T05:00")
    assert opens is not None
    found = callbacks.hours_now(tested, midnight)
    assert not found.is_open
    assert found.until == opens
    found = callbacks.hours_now(tested, opens)
    assert found.is_open
    assert found.until == closes
    assert closes - opens == hours * 3600 * 1_000_000


@pytest.mark.parametrize(("zone", "day", "_"), CHANGES)
def test_a_closure_ends_when_the_clock_shows_it(zone: str, day: str, _: int) -> None:
    """``queue close --until 04:00`` in the evening before."""
    now = at(zone, f"{day}T00:30")
    until = instants.parse("04:00", now, ZoneInfo(zone))
    assert until == at(zone, f"{day}T04:00")
    closure = Closure(by="eve", reason="", at=now, until=until)
    queue = QueuePolicy(name=QueueName("support"))
    assert admission.is_closed(queue, closure, Micros(until - 1))
    assert not admission.is_closed(queue, closure, until)


@pytest.mark.parametrize(("zone", "day", "_"), CHANGES)
def test_a_length_is_a_length(zone: str, day: str, _: int) -> None:
    """``+6h`` over the change."""
    now = at(zone, f"{day}T00:30")
    assert instants.parse("+6h", now, ZoneInfo(zone)) - now == 6 * 3600 * 1_000_000


def test_an_hour_that_comes_twice_means_the_first_and_one_left_out_the_next() -> None:
    """As ISO times without an offset are read elsewhere; an offset says which."""
    zone = ZoneInfo(WARSAW)
    now = at(WARSAW, "2026-10-25T00:30")
    assert instants.parse("02:30", now, zone) == at(WARSAW, "2026-10-25T02:30")
    again = at(WARSAW, "2026-10-25T02:30", is_again=True)
    assert instants.parse("2026-10-25T02:30+01:00", now, zone) == again
    spring = at(WARSAW, "2026-03-29T00:30")
    assert instants.parse("02:30", spring, zone) == at(WARSAW, "2026-03-29T03:30")
