"""Phone numbers as they are compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import phone_numbers


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+48221234567", "+48221234567"),
        ("+48 22 123-45-67", "+48221234567"),
        ("0048.22.1234567", "+48221234567"),
        (" 00 48 22 1234567 ", "+48221234567"),
        ("+1 (212) 555-0100", "+12125550100"),
        ("+1\u00a0212\u00a05550100", "+12125550100"),
        ("(022) 1234567", "0221234567"),
        ("022 123 45 67", "0221234567"),
        ("+44 (0)20 7946 0000", "+442079460000"),
        ("0044 (0) 20 7946 0000", "+442079460000"),
        ("(0)20 7946 0000", "02079460000"),
        ("1001", "1001"),
        ("112", "112"),
        ("011 48 22 1234567", "01148221234567"),
    ],
)
def test_a_number_is_the_same_however_it_is_written(text: str, expected: str) -> None:
    """Digits, after a plus where there is a country code."""
    assert phone_numbers.normalised(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "anonymous",
        "Anonymous",
        "restricted",
        "unknown",
        "unavailable",
        "FreeSWITCH",
        "+",
        "00",
        "0",
        "0000000000",  # what FreeSWITCH has where a caller has no number
        "+0000000000",
        "+48 22 CALL ME",
        "++48221234567",
        "48+221234567",
        "+48221234567;ext=5",
        "sip:+48221234567@example.com",
        "+4822\nEvent-Name: FORGED",
        "+48221\n234567",
        "+48221234567\n",
        "٠٢٢١٢٣٤٥٦٧",
        "+1234567890123456",
        "1" * 21,
        # ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE on the keys of a phone
        "+266696687",
        "266696687",
        "+7378742833",
        "+2562533",
        "+8656696",
        "+86282452253",
    ],
)
def test_a_withheld_or_unusable_number_is_none(text: str) -> None:
    """Two callers who withhold their numbers are never taken for one."""
    assert phone_numbers.normalised(text) == ""


@given(st.text() | st.text(st.sampled_from("+0123456789 -.()a")))
def test_a_normalised_number_stays_as_it_is(text: str) -> None:
    """Whatever it was made of: digits and at most one plus, in front, and nothing more to do."""
    number = phone_numbers.normalised(text)
    assert set(number.removeprefix("+")) <= set("0123456789")
    assert number == phone_numbers.normalised(number)


@given(st.integers(1, 10**14).map(str))
def test_two_zeros_are_a_plus(number: str) -> None:
    """The prefix for abroad in most countries."""
    assert phone_numbers.normalised(f"00{number}") == phone_numbers.normalised(f"+{number}")


@pytest.mark.parametrize(
    ("number", "expected"),
    [("112", "112"), ("100100", "100100"), ("+48221234567", "+4822…67")],
)
def test_a_shortened_number_tells_nobody_who_it_is(number: str, expected: str) -> None:
    """Only the ends are left, unless it is too short to be a person's."""
    assert phone_numbers.shorten(number) == expected


@pytest.mark.parametrize(
    ("trunk_prefix", "number", "expected"),
    [
        (None, "601 100 200", "+48601100200"),
        (None, "0048601100200", "+48601100200"),
        (None, "+49601100200", "+49601100200"),
        ("0", "0601100200", "+48601100200"),
        ("0", "6011002", "6011002"),
        ("0", "1234567", "1234567"),
        (None, "112", "112"),
        (None, "100100", "100100"),
        (None, "12345678901234", "12345678901234"),
        (None, "anonymous", ""),
    ],
)
def test_a_number_of_home_is_known_by_its_country(
    trunk_prefix: str | None, number: str, expected: str
) -> None:
    """However it is dialled; not extensions, local numbers, and what is too long for one."""
    home = phone_numbers.Home(country_code="48", trunk_prefix=trunk_prefix)
    assert phone_numbers.identified(number, home) == expected


def test_without_a_home_numbers_are_as_they_are_written() -> None:
    """Nobody knows the country."""
    assert phone_numbers.identified("601 100 200", None) == "601100200"
