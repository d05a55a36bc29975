"""Numbers are spoken as num2words writes them, with the plurals of CLDR.

num2words knows Russian genders and cases; of Polish it knows the masculine nominative.
"""

from __future__ import annotations

import re

from babel import Locale
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words  # type: ignore[import-untyped]  # has no type hints

from callcore.domain.speech.utterances import (
    HIGHEST_NUMBER,
    Minutes,
    Number,
    WaitBetween,
    WaitMoreThan,
    WaitUpTo,
)
from tests.unit.speech.spoken import EN, PL, RU, heard

POLISH_MINUTES = {"one": "minuta", "few": "minuty", "many": "minut"}
RUSSIAN_MINUTES = {"one": "минута", "few": "минуты", "many": "минут"}
RUSSIAN_MINUTES_GENITIVE = {"one": "минуты", "few": "минут", "many": "минут"}

# Small ones as often as large ones, and those near a change of words.
numbers = st.one_of(
    st.integers(0, 130),
    st.integers(0, HIGHEST_NUMBER),
    st.builds(
        lambda thousands, rest: thousands * 1000 + rest, st.integers(0, 130), st.integers(0, 130)
    ),
)
counts = numbers.filter(bool)


def russian(number: int, *, case: str = "n", gender: str = "m") -> str:
    """A thousand is "тысяча": nobody says that it is one."""
    words = num2words(number, lang="ru", case=case, gender=gender)
    return re.sub(r"^(одна|одной) (?=тысяч)", "", words)


@given(numbers)
def test_english(number: int) -> None:
    """One hundred twenty-one, without "and"."""
    words = re.sub(r",| and|-", lambda mark: " " if mark[0] == "-" else "", num2words(number))
    assert heard(EN, Number(number)) == words


@given(numbers)
def test_polish(number: int) -> None:
    """By itself a number is masculine."""
    assert heard(PL, Number(number)) == num2words(number, lang="pl")


@given(numbers)
def test_polish_minutes(count: int) -> None:
    """Minutes are feminine: "jedna", but "dwadzieścia jeden"; "dwie", at the end of any number."""
    words = num2words(count, lang="pl").split()
    if words == ["jeden"]:
        words = ["jedna"]
    if words[-1] == "dwa":
        words[-1] = "dwie"
    minutes = POLISH_MINUTES[Locale("pl").plural_form(count)]
    assert heard(PL, Minutes(count)) == " ".join([*words, minutes])


@given(numbers)
def test_russian(number: int) -> None:
    """By itself a number is masculine; its thousands are feminine."""
    assert heard(RU, Number(number)) == russian(number)


@given(numbers)
def test_russian_minutes(count: int) -> None:
    """Minutes are feminine: "двадцать одна минута", "двадцать две минуты"."""
    minutes = RUSSIAN_MINUTES[Locale("ru").plural_form(count)]
    assert heard(RU, Minutes(count)) == f"{russian(count, gender='f')} {minutes}"


@given(counts, counts)
def test_russian_genitive(low: int, high: int) -> None:
    """As in "от двух до двадцати одной минуты"."""
    of_low = russian(low, case="g", gender="f")
    of_high = russian(high, case="g", gender="f")
    minutes = RUSSIAN_MINUTES_GENITIVE[Locale("ru").plural_form(high)]
    said = heard(RU, WaitBetween(low, high))
    assert said.endswith(f" составляет от {of_low} до {of_high} {minutes}")
    assert heard(RU, WaitMoreThan(high)).endswith(f" составляет более {of_high} {minutes}")
    if high > 1:
        assert heard(RU, WaitUpTo(high)).endswith(f" составляет не более {of_high} {minutes}")
