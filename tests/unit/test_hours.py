"""When a queue is open, whatever the clock on the wall does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callcore.domain import hours
from callcore.domain.ids import Micros

WARSAW, NEW_YORK, KATHMANDU = "Europe/Warsaw", "America/New_York", "Asia/Kathmandu"
MONDAY, TUESDAY, _, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(7)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINUTE = 60_000_000


def interval(text: str) -> hours.Interval:
    """``09:00-17:00``."""
    opens, closes = map(time.fromisoformat, text.split("-"))
    return hours.Interval(opens=opens, closes=closes)


def opening(
    zone: str,
    week: Mapping[int, str],
    holidays: tuple[str, ...] = (),
    days: Mapping[str, str] | None = None,
) -> hours.OpeningHours:
    """Hours with intervals such as ``09:00-12:00 13:00-17:00``."""
    return hours.OpeningHours(
        name="test",
        timezone=zone,
        week={day: tuple(map(interval, text.split())) for day, text in week.items()},
        holidays=frozenset(map(date.fromisoformat, holidays)),
        days={
            date.fromisoformat(day): tuple(map(interval, text.split()))
            for day, text in (days or {}).items()
        },
    )


def instant(zone: str, shown: str) -> Micros:
    """When the clock shows ``2026-10-25 02:30``, for the second time if ``again`` comes after."""
    local = datetime.fromisoformat(shown.removesuffix(" again"))
    return micros(local.replace(tzinfo=ZoneInfo(zone), fold=int(shown.endswith(" again"))))


def micros(moment: datetime) -> Micros:
    return Micros((moment - EPOCH) // timedelta(microseconds=1))


def shown(zone: str, at: Micros | None) -> str | None:
    """What the clock shows at an instant, as ``instant`` takes it."""
    if at is None:
        return None
    local = (EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(zone))
    text = local.replace(tzinfo=None, fold=0).isoformat(" ").removesuffix(":00")
    return f"{text} again" if local.fold else text


EVERY_DAY = range(7)
OFFICE = dict.fromkeys(range(5), "09:00-17:00")
SPLIT = {MONDAY: "09:00-12:00 13:00-17:00"}
NIGHT = {FRIDAY: "22:00-00:00", SATURDAY: "00:00-06:00"}
TOUCHING = {MONDAY: "12:00-18:00 09:00-12:00"}
ALWAYS = dict.fromkeys(EVERY_DAY, "00:00-00:00")


# 2026: Warsaw 29 March 02:00 -> 03:00, 25 October 03:00 -> 02:00;
# New York 8 March 02:00 -> 03:00, 1 November 02:00 -> 01:00. All of them Sundays.
@pytest.mark.parametrize(
    ("zone", "week", "at", "closes", "opens"),
    [
        (WARSAW, OFFICE, "2026-06-01 08:59:59", None, "2026-06-01 09:00"),
        (WARSAW, OFFICE, "2026-06-01 09:00", "2026-06-01 17:00", "2026-06-01 09:00"),
        (WARSAW, OFFICE, "2026-06-01 16:59:59", "2026-06-01 17:00", "2026-06-01 16:59:59"),
        (WARSAW, OFFICE, "2026-06-05 17:00", None, "2026-06-08 09:00"),
        (NEW_YORK, OFFICE, "2026-03-06 18:00", None, "2026-03-09 09:00"),
        (KATHMANDU, OFFICE, "2026-06-01 08:59:59", None, "2026-06-01 09:00"),
        (KATHMANDU, OFFICE, "2026-06-01 12:00", "2026-06-01 17:00", "2026-06-01 12:00"),
        (WARSAW, SPLIT, "2026-06-01 12:00", None, "2026-06-01 13:00"),
        (WARSAW, SPLIT, "2026-06-01 17:00", None, "2026-06-08 09:00"),
        # Over midnight, and touching each other: one opening.
        (WARSAW, NIGHT, "2026-06-05 23:00", "2026-06-06 06:00", "2026-06-05 23:00"),
        (WARSAW, {FRIDAY: "22:00-00:00"}, "2026-06-05 23:00", "2026-06-06 00:00", None),
        (WARSAW, TOUCHING, "2026-06-01 10:00", "2026-06-01 18:00", "2026-06-01 10:00"),
        (WARSAW, ALWAYS, "2026-06-01 10:00", None, "2026-06-01 10:00"),
        (WARSAW, {}, "2026-06-01 10:00", None, None),
        # The hour that is left out.
        (WARSAW, {SUNDAY: "02:30-06:00"}, "2026-03-29 01:59:59", None, "2026-03-29 03:00"),
        (WARSAW, {SUNDAY: "02:30-06:00"}, "2026-03-29 03:00", "2026-03-29 06:00", None),
        (WARSAW, {SUNDAY: "02:10-02:50"}, "2026-03-29 01:00", None, "2026-04-05 02:10"),
        (WARSAW, {SUNDAY: "00:00-02:30"}, "2026-03-29 01:00", "2026-03-29 03:00", None),
        (WARSAW, {SUNDAY: "00:00-02:00"}, "2026-03-29 01:00", "2026-03-29 03:00", None),
        (WARSAW, {SUNDAY: "00:00-02:00 03:00-05:00"}, "2026-03-29 01:00", "2026-03-29 05:00", None),
        (NEW_YORK, {SUNDAY: "02:30-06:00"}, "2026-03-08 00:00", None, "2026-03-08 03:00"),
        # The hour that comes twice.
        (WARSAW, {SUNDAY: "00:00-02:30"}, "2026-10-25 01:00", "2026-10-25 02:30", None),
        (WARSAW, {SUNDAY: "00:00-02:30"}, "2026-10-25 02:30", None, "2026-10-25 02:00 again"),
        (WARSAW, {SUNDAY: "00:00-02:30"}, "2026-10-25 02:00 again", "2026-10-25 02:30 again", None),
        (WARSAW, {SUNDAY: "00:00-03:00"}, "2026-10-25 02:30", "2026-10-25 03:00", None),
        (WARSAW, {SUNDAY: "03:00-04:00"}, "2026-10-25 02:59:59", None, "2026-10-25 03:00"),
        (NEW_YORK, {SUNDAY: "01:30-03:00"}, "2026-11-01 01:45", "2026-11-01 01:00 again", None),
        # In Cairo the clock goes from 00:00 to 01:00: a day without a midnight.
        ("Africa/Cairo", {FRIDAY: "00:00-05:00"}, "2026-04-23 20:00", None, "2026-04-24 01:00"),
        ("Africa/Cairo", ALWAYS, "2026-04-23 20:00", None, None),
        # Samoa had no 30 December 2011, which was a Friday.
        ("Pacific/Apia", OFFICE, "2011-12-29 18:00", None, "2012-01-02 09:00"),
        ("Pacific/Apia", {THURSDAY: "20:00-00:00", SATURDAY: "00:00-08:00"}, "2011-12-29 21:00",
         "2011-12-31 08:00", None),
    ],
)  # fmt: skip
def test_openings_and_closings(
    zone: str, week: Mapping[int, str], at: str, closes: str | None, opens: str | None
) -> None:
    """What the clock on the wall shows decides; ``opens`` is told where it is not ``at``."""
    at_instant = instant(zone, at)
    tested = opening(zone, week)
    assert shown(zone, tested.closes_at(at_instant)) == closes
    if tested.is_open(at_instant):
        assert tested.opens_at(at_instant) == at_instant
    else:
        assert shown(zone, tested.opens_at(at_instant)) == opens


@pytest.mark.parametrize(
    ("zone", "day", "length_hours"),
    [
        (WARSAW, "2026-03-29", 23),
        (WARSAW, "2026-10-25", 25),
        (NEW_YORK, "2026-03-08", 23),
        (NEW_YORK, "2026-11-01", 25),
        (KATHMANDU, "2026-03-29", 24),
        ("Africa/Cairo", "2026-04-24", 23),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
    ],
)
def test_a_whole_day_is_as_long_as_the_day(zone: str, day: str, length_hours: float) -> None:
    """A day open from midnight to midnight has 23, 25 or however many hours that day has."""
    tested = opening(zone, {}, days={day: "00:00-00:00"})
    opens = tested.opens_at(Micros(instant(zone, f"{day} 12:00") - 24 * 60 * MINUTE))
    assert opens is not None
    closes = tested.closes_at(opens)
    assert closes is not None
    assert closes - opens == length_hours * 60 * MINUTE


def test_a_holiday_is_closed_and_a_single_day_wins_over_it() -> None:
    """Christmas is closed, Christmas Eve has hours of its own, and so may a holiday."""
    tested = opening(
        WARSAW,
        OFFICE,
        holidays=("2026-12-24", "2026-12-25", "2026-12-31"),
        days={"2026-12-24": "09:00-13:00", "2026-12-27": "10:00-11:00", "2026-12-28": ""},
    )
    openings = []
    at: Micros | None = instant(WARSAW, "2026-12-23 18:00")
    for _ in range(4):
        assert at is not None
        opens = tested.opens_at(at)
        assert opens is not None
        at = tested.closes_at(opens)
        openings.append((shown(WARSAW, opens), shown(WARSAW, at)))
    assert openings == [
        ("2026-12-24 09:00", "2026-12-24 13:00"),
        ("2026-12-27 10:00", "2026-12-27 11:00"),
        ("2026-12-29 09:00", "2026-12-29 17:00"),
        ("2026-12-30 09:00", "2026-12-30 17:00"),
    ]


def test_a_holiday_ends_an_opening_at_midnight() -> None:
    """Always open, but for one day."""
    tested = opening(WARSAW, ALWAYS, holidays=("2026-11-11",))
    before = instant(WARSAW, "2026-06-01 10:00")
    assert tested.closes_at(before) == instant(WARSAW, "2026-11-11 00:00")
    assert tested.opens_at(instant(WARSAW, "2026-11-11 10:00")) == instant(
        WARSAW, "2026-11-12 00:00"
    )


@pytest.mark.parametrize("zone", [WARSAW, KATHMANDU])
def test_nothing_is_looked_for_beyond_the_horizon(zone: str) -> None:
    """An instant exactly at the horizon is found, a microsecond later nothing is."""
    at = instant(zone, "2026-06-01 10:00")
    horizon = Micros(at + hours.HORIZON_DAYS * 24 * 60 * MINUTE)
    day, moment = (shown(zone, horizon) or "").split()
    closes_then = opening(zone, ALWAYS, days={day: f"00:00-{moment}"})
    opens_then = opening(zone, {}, days={day: f"{moment}-00:00"})
    for found in (closes_then.closes_at, opens_then.opens_at):
        assert found(at) == horizon
        assert found(Micros(at - 1)) is None


INTERVALS = st.lists(st.integers(0, 1440), max_size=6, unique=True).map(
    lambda minutes: tuple(
        hours.Interval(opens=at_minute(opens), closes=at_minute(closes))
        for opens, closes in zip(sorted(minutes)[::2], sorted(minutes)[1::2], strict=False)
    )
)
WEEKS = st.dictionaries(st.integers(0, 6), INTERVALS | st.just((interval("00:00-00:00"),)))
CLOCK_CHANGES = st.sampled_from(
    [
        (WARSAW, datetime(2026, 3, 29, 1, tzinfo=UTC)),
        (WARSAW, datetime(2026, 10, 25, 1, tzinfo=UTC)),
        (NEW_YORK, datetime(2026, 3, 8, 7, tzinfo=UTC)),
        (NEW_YORK, datetime(2026, 11, 1, 6, tzinfo=UTC)),
        (KATHMANDU, datetime(2026, 6, 1, tzinfo=UTC)),
        ("Africa/Cairo", datetime(2026, 4, 23, 22, tzinfo=UTC)),
        ("Africa/Cairo", datetime(2026, 10, 29, 21, tzinfo=UTC)),
        ("America/Santiago", datetime(2026, 4, 5, 3, tzinfo=UTC)),
        ("America/Santiago", datetime(2026, 9, 6, 4, tzinfo=UTC)),
        ("America/St_Johns", datetime(2010, 11, 7, 2, 31, tzinfo=UTC)),  # 00:01 -> 23:01
        ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
        ("Pacific/Apia", datetime(2011, 12, 30, 10, tzinfo=UTC)),
    ]
)
SCANNED_DAYS = 2


def at_minute(minute: int) -> time:
    return time(minute // 60 % 24, minute % 60)


def is_open_by_the_clock(tested: hours.OpeningHours, zone: ZoneInfo, at: int) -> bool:
    """The rule itself: the clock shows a time within an interval of the day it shows."""
    local = (EPOCH + timedelta(microseconds=at)).astimezone(zone)
    usual = () if local.date() in tested.holidays else tested.week.get(local.weekday(), ())
    return any(
        span.opens <= local.time() and (local.time() < span.closes or span.closes == time(0))
        for span in tested.days.get(local.date(), usual)
    )


@given(
    change=CLOCK_CHANGES,
    week=WEEKS,
    is_holiday=st.booleans(),
    special=st.none() | INTERVALS,
    before=st.timedeltas(timedelta(hours=-30), timedelta(hours=30)),
)
@example(
    change=("America/St_Johns", datetime(2010, 11, 7, 2, 31, tzinfo=UTC)),
    week={SATURDAY: (interval("23:00-23:30"),)},
    is_holiday=False,
    special=None,
    before=timedelta(hours=2),
)
def test_every_minute_is_as_the_clock_on_the_wall_says(
    change: tuple[str, datetime],
    week: dict[int, tuple[hours.Interval, ...]],
    is_holiday: bool,
    special: tuple[hours.Interval, ...] | None,
    before: timedelta,
) -> None:
    """Around changes of the clock, against a look at the clock every minute for two days."""
    name, changed = change
    zone = ZoneInfo(name)
    day = changed.astimezone(zone).date()
    tested = hours.OpeningHours(
        name="test",
        timezone=name,
        week=week,
        holidays=frozenset({day} if is_holiday else ()),
        days={} if special is None else {day: special},
    )
    at = micros(changed - before)
    is_open = is_open_by_the_clock(tested, zone, at)
    first_minute = at - at % MINUTE + MINUTE
    scan = range(first_minute, first_minute + SCANNED_DAYS * 24 * 60 * MINUTE, MINUTE)
    turns = next((m for m in scan if is_open_by_the_clock(tested, zone, m) != is_open), None)

    assert tested.is_open(at) is is_open
    found = tested.closes_at(at) if is_open else tested.opens_at(at)
    if turns is None:
        assert found is None or found not in range(at, scan.stop)
    else:
        assert found == turns
    assert (tested.opens_at(at) == at) is is_open
    if not is_open:
        assert tested.closes_at(at) is None


@given(week=WEEKS, now=st.integers(946_684_800_000_000, 2_840_140_800_000_000).map(Micros))
def test_closing_and_opening_follow_each_other(
    week: dict[int, tuple[hours.Interval, ...]], now: Micros
) -> None:
    """At a closing it is closed, a microsecond before open; at an opening the other way round."""
    tested = hours.OpeningHours(name="test", timezone=WARSAW, week=week)
    opens = tested.opens_at(now)
    assert (opens is None) == (not any(week.values()))
    if opens is None:
        return
    assert tested.is_open(opens)
    assert opens == now or not tested.is_open(Micros(opens - 1))
    closes = tested.closes_at(opens)
    if closes is not None:
        assert not tested.is_open(closes)
        assert tested.is_open(Micros(closes - 1))


@pytest.mark.parametrize(
    "zone", ["Europe/Warschau", "", "Europe", "../../etc/passwd", "/etc/localtime", "x" * 300, "\0"]
)
def test_an_unknown_time_zone_is_an_error(zone: str) -> None:
    """Whatever the name is."""
    with pytest.raises(hours.HoursError, match="timezone: is no time zone") as caught:
        opening(zone, OFFICE)
    assert caught.value.field == "timezone"


@pytest.mark.parametrize(
    ("week", "days", "field", "fault"),
    [
        ({TUESDAY: "09:00-12:00 11:59-13:00"}, {}, "week",
         "Tuesday: 11:59-13:00 overlaps what comes before it"),
        ({MONDAY: "10:00-11:00 09:00-00:00"}, {}, "week",
         "Monday: 10:00-11:00 overlaps what comes before it"),
        ({}, {"2026-12-24": "09:00-13:00 09:00-13:00"}, "days",
         "2026-12-24: 09:00-13:00 overlaps what comes before it"),
        ({7: "09:00-10:00"}, {}, "week", "must be by weekdays 0 (Monday) to 6 (Sunday)"),
    ],
)  # fmt: skip
def test_hours_that_contradict_themselves_are_errors(
    week: dict[int, str], days: dict[str, str], field: str, fault: str
) -> None:
    """The error names the setting, the day and the interval."""
    with pytest.raises(hours.HoursError) as caught:
        opening(WARSAW, week, days=days)
    assert (caught.value.field, caught.value.fault) == (field, fault)


@pytest.mark.parametrize("text", ["09:00-09:00", "17:00-09:00", "00:01-00:01"])
def test_an_interval_ends_after_it_begins(text: str) -> None:
    """Only midnight may be the earlier one: it is the end of the day."""
    with pytest.raises(hours.HoursError, match="closes: must be later than"):
        interval(text)


def test_hours_are_equal_by_what_they_say() -> None:
    """A reload of the same settings changes nothing."""
    assert opening(WARSAW, OFFICE) == opening(WARSAW, OFFICE)
    assert opening(WARSAW, OFFICE) != opening(KATHMANDU, OFFICE)
