"""Opening hours and public holidays that cannot be meant are told."""

import pytest

from callcore.settings import public_holidays
from tests.settings.texts import in_hours


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (in_hours("week: {monday: [08:00-16:00]}"), "office.timezone: is missing"),
        (
            in_hours("timezone: Europe/Warszawa, week: {monday: [08:00-16:00]}"),
            "office.timezone: is no time zone such as Europe/Warsaw, found 'Europe/Warszawa'",
        ),
        (
            in_hours("timezone: ../x, week: {monday: [08:00-16:00]}"),
            "office.timezone: is no time zone such as Europe/Warsaw, found '../x'",
        ),
        (
            in_hours("timezone: UTC"),
            "office: never open: give week (or days) hours such as monday: [08:00-16:30]",
        ),
        (
            in_hours("timezone: UTC, week: {monday: []}, days: {2026-12-24: []}"),
            "office: never open: give week (or days) hours such as monday: [08:00-16:30]",
        ),
        (
            in_hours("timezone: UTC, week: {mon: [08:00-16:00]}"),
            "office.week.mon: expected monday or tuesday or wednesday or thursday or friday or "
            "saturday or sunday, found 'mon'; did you mean 'monday'?",
        ),
        (
            in_hours("timezone: UTC, week: {monday: 08:00-16:00}"),
            "office.week.monday: expected a list, found '08:00-16:00'",
        ),
        (
            in_hours("timezone: UTC, week: {monday: [8:00-16:00]}"),
            "office.week.monday[0]: expected opening hours such as 08:00-16:30, found '8:00-16:00'",
        ),
        (
            in_hours("timezone: UTC, week: {monday: [08:00-24:01]}"),
            "office.week.monday[0]: expected opening hours such as 08:00-16:30, found "
            "'08:00-24:01'",
        ),
        (
            in_hours("timezone: UTC, week: {monday: [22:00-06:00]}"),
            "office.week.monday[0]: must close later than it opens (24:00 is the end of the "
            "day), found '22:00-06:00'",
        ),
        (
            in_hours("timezone: UTC, week: {monday: [22:00-00:00]}"),
            "office.week.monday[0]: must close later than it opens (24:00 is the end of the "
            "day), found '22:00-00:00'",
        ),
        (
            in_hours("timezone: UTC, week: {monday: [12:00-24:00, 08:00-12:01]}"),
            "office.week.monday[1]: overlaps 12:00-24:00",
        ),
        (
            in_hours("timezone: UTC, days: {2026-12-24: [08:00-12:00, 11:00-13:00]}"),
            "office.days.2026-12-24[1]: overlaps 08:00-12:00",
        ),
        (
            in_hours("timezone: UTC, days: {24.12.2026: [08:00-12:00]}"),
            "office.days.24.12.2026: expected a day such as 2026-12-24, found '24.12.2026'",
        ),
        (
            in_hours("timezone: UTC, week: {monday: [08:00-16:00]}, holidays: [2026-02-29]"),
            "office.holidays[0]: there is no day '2026-02-29'",
        ),
        (
            in_hours(
                "timezone: UTC, week: {monday: [08:00-16:00]}, public_holidays: {country: pl}"
            ),
            "office.public_holidays.country: expected a country of two capital letters such as "
            "PL, found 'pl'",
        ),
        (
            in_hours("timezone: UTC, week: {monday: [08:00-16:00]}, public_holidays: PL"),
            "office.public_holidays: expected a mapping, found 'PL'",
        ),
    ],
)
def test_fault_of_hours_is_told(faults, text, expected):
    """The day and the interval at fault are named."""
    [line] = faults(text)
    assert line.split(": ", 1)[1] == f"hours.{expected}"


def test_public_holidays_that_cannot_be_had(faults, monkeypatch):
    """What is wrong is told at the setting it is about."""

    def missing(country, subdivision, years):
        raise public_holidays.PublicHolidaysError("country", "needs a package")

    monkeypatch.setattr(public_holidays, "public_holidays", missing)
    text = "timezone: UTC, week: {monday: [08:00-16:00]}, public_holidays: {country: PL}"
    assert faults(in_hours(text)) == [
        "callcore.yaml:2:91: hours.office.public_holidays.country: needs a package"
    ]
