"""The public holidays of a country, with and without the package that knows them."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from callcore.settings import public_holidays
from callcore.settings.public_holidays import PublicHolidaysError


def test_the_public_holidays_of_a_country() -> None:
    """Poland's in two years: Christmas Eve is one since 2025, Easter Monday moves."""
    days = public_holidays.public_holidays("PL", None, range(2024, 2026))
    assert {date(2024, 1, 1), date(2024, 4, 1), date(2025, 4, 21), date(2025, 12, 24)} <= days
    assert date(2024, 12, 24) not in days
    assert {day.year for day in days} == {2024, 2025}


def test_a_part_of_a_country_has_holidays_of_its_own() -> None:
    """Epiphany is one in Bavaria, not in all Germany."""
    epiphany = date(2026, 1, 6)
    assert epiphany not in public_holidays.public_holidays("DE", None, range(2026, 2027))
    assert epiphany in public_holidays.public_holidays("DE", "BY", range(2026, 2027))


def test_a_day_off_in_lieu_is_a_holiday() -> None:
    """4 July 2026 is a Saturday: Friday is free."""
    days = public_holidays.public_holidays("US", None, range(2026, 2027))
    assert {date(2026, 7, 3), date(2026, 7, 4)} <= days


@pytest.mark.parametrize("country", ["XX", "pl", "", "Poland", "__init__", "HolidayBase", "x" * 99])
def test_an_unknown_country_is_an_error(country: str) -> None:
    """Names of the package that are no countries too."""
    with pytest.raises(PublicHolidaysError, match="expected a code such as PL, found") as caught:
        public_holidays.public_holidays(country, None, range(2026, 2027))
    assert caught.value.field == "country"


@pytest.mark.parametrize(
    ("country", "subdivision", "expected"),
    [
        ("GB", "BY", "expected ENG, NIR, SCT, WLS; found 'BY'"),
        ("GB", "", "expected ENG, NIR, SCT, WLS; found ''"),
        ("MT", "BY", "expected nothing: MT has no parts of its own; found 'BY'"),
    ],
)
def test_an_unknown_part_of_a_country_is_an_error(
    country: str, subdivision: str, expected: str
) -> None:
    """The error has those there are."""
    with pytest.raises(PublicHolidaysError) as caught:
        public_holidays.public_holidays(country, subdivision, range(2026, 2027))
    assert (caught.value.field, caught.value.fault) == ("subdivision", expected)


def test_without_the_package_the_error_tells_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """``None`` in its place is how Python is told that a module is not there."""
    monkeypatch.setitem(sys.modules, "holidays", None)
    with pytest.raises(PublicHolidaysError, match=r"pip install 'callcore\[holidays\]'") as caught:
        public_holidays.public_holidays("PL", None, range(2026, 2027))
    assert caught.value.field == "country"


def test_the_package_is_asked_for_only_when_needed() -> None:
    """Settings without public holidays are read where it is not installed."""
    program = (
        "import sys; sys.modules['holidays'] = None\n"
        "import callcore.settings, callcore.settings.public_holidays"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)
