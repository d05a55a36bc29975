"""Instants as operators write and read them."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from callcore.cli import instants
from callcore.cli.instants import InstantError
from callcore.domain.ids import Micros

WARSAW = ZoneInfo("Europe/Warsaw")


def at(text: str, zone: ZoneInfo = WARSAW) -> Micros:
    """The instant of a local time."""
    return Micros(int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * 1_000_000)


NOW = at("2026-11-22T14:20:30")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("15:30", "2026-11-22T15:30"),
        ("9:05", "2026-11-23T09:05"),
        ("14:20", "2026-11-23T14:20"),
        ("14:21", "2026-11-22T14:21"),
        ("00:00", "2026-11-23T00:00"),
        (" 15:30 ", "2026-11-22T15:30"),
        ("2026-11-22T15:30", "2026-11-22T15:30"),
        ("2026-11-22 15:30:15", "2026-11-22T15:30:15"),
        ("2027-07-01T08:00", "2027-07-01T08:00"),
        ("2026-11-22T15:30Z", "2026-11-22T16:30"),
        ("2026-11-22T15:30+03:00", "2026-11-22T13:30"),
        ("+2h", "2026-11-22T16:20:30"),
        ("+90m", "2026-11-22T15:50:30"),
        ("+1d2h3m", "2026-11-23T16:23:30"),
    ],
)
def test_each_form_means_one_instant(text, meant):
    """A time without a date is the next one; a past date is what it says."""
    assert instants.parse(text, NOW, WARSAW) == at(meant)


def test_the_clock_may_change_meanwhile():
    """A time of tomorrow is tomorrow's; a length is a length."""
    evening = at("2027-03-27T20:00")
    assert instants.parse("08:00", evening, WARSAW) == at("2027-03-28T08:00")
    assert instants.parse("08:00", evening, WARSAW) - evening == 11 * 3600 * 1_000_000
    assert instants.parse("+12h", evening, WARSAW) == at("2027-03-28T09:00")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "+2",
        "2h",
        "-2h",
        "+2h 30m",
        "+99999h",
        "soon",
        "24:00",
        "15:60",
        "15.30",
        "2026-11-22",
        "2026-11-31T15:30",
        "22.11.2026 15:30",
        "9999-12-31T23:59-12:00",
        "1969-12-31T23:59Z",
        "١٥:٣٠",
        "15:30\x00",
    ],
)
def test_what_is_no_instant_is_refused_with_the_forms(text):
    """Nothing is guessed."""
    try:
        instant = instants.parse(text, NOW, WARSAW)
    except InstantError as error:
        assert instants.FORMS in str(error)  # noqa: PT017 - the one exception below is not a fault
    else:
        pytest.fail(f"taken for {instant}")


def test_times_are_of_the_machines_zone(monkeypatch):
    """Unless another is asked for."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        tokyo = at("2026-11-23T15:30", ZoneInfo("Asia/Tokyo"))
        assert instants.parse("2026-11-23T15:30", NOW) == tokyo
        assert instants.parse("15:30", NOW) == tokyo
        assert instants.shown(tokyo, tokyo) == "15:30"
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2026-11-22T15:30:07", "15:30"),
        ("2026-11-21T23:59", "Sat 21 Nov 23:59"),
        ("2026-01-02T03:04", "Fri 02 Jan 03:04"),
        ("2027-11-22T15:30", "Mon 22 Nov 2027 15:30"),
    ],
)
def test_instants_are_shown_as_briefly_as_is_clear(text, shown):
    """The day if it is not today, the year if it is not this one."""
    assert instants.shown(at(text), NOW, WARSAW) == shown


def test_instants_are_shown_to_the_second_where_asked():
    """Decisions are made many a minute."""
    assert instants.shown(at("2026-11-22T15:30:07"), NOW, WARSAW, seconds=True) == "15:30:07"


def test_any_instant_can_be_shown():
    """The end of the calendar is a limit of the messages, not a fault here."""
    last = Micros(253_402_300_799_000_000)
    assert instants.shown(last, NOW, ZoneInfo("UTC")) == "Fri 31 Dec 9999 23:59"
    assert datetime.now(UTC).year < 9999
