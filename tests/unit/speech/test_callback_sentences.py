"""What is heard around callbacks, in three languages, written out by hand."""

from __future__ import annotations

import pytest

from callcore.domain.ids import Language
from callcore.domain.speech import phrases
from callcore.domain.speech.utterances import BareWait, Digits
from tests.unit.speech.spoken import EN, PL, RU, heard

UNTIL_OUR_CALL = {
    EN: "The estimated time until our call is",
    PL: "Przewidywany czas oczekiwania na nasz telefon wynosi",
    RU: "Ожидаемое время до нашего звонка составляет",
}

WAITS = [
    (EN, (2, 5), "between two and five minutes"),
    (EN, (20, 30), "between twenty and thirty minutes"),
    (EN, (0, 1), "less than one minute"),
    (EN, (0, 15), "less than fifteen minutes"),
    (EN, (60, None), "more than sixty minutes"),
    (PL, (1, 2), "od jednej do dwóch minut"),
    (PL, (2, 5), "od dwóch do pięciu minut"),
    (PL, (20, 31), "od dwudziestu do trzydziestu jeden minut"),
    (PL, (0, 1), "mniej niż minutę."),
    (PL, (0, 2), "nie więcej niż dwie minuty"),
    (PL, (0, 15), "nie więcej niż piętnaście minut"),
    (PL, (1, None), "ponad minutę."),
    (PL, (3, None), "ponad trzy minuty"),
    (PL, (60, None), "ponad sześćdziesiąt minut"),
    (RU, (1, 2), "от одной до двух минут"),
    (RU, (2, 5), "от двух до пяти минут"),
    (RU, (20, 31), "от двадцати до тридцати одной минуты"),
    (RU, (0, 1), "менее минуты."),
    (RU, (0, 2), "не более двух минут"),
    (RU, (0, 21), "не более двадцати одной минуты"),
    (RU, (1, None), "более одной минуты"),
    (RU, (60, None), "более шестидесяти минут"),
]


@pytest.mark.parametrize(("language", "minutes", "text"), WAITS)
def test_when_we_call(language: Language, minutes: tuple[int, int | None], text: str) -> None:
    """The words before the range take each form of it."""
    said = heard(language, phrases.CALLBACK_EXPECT, BareWait(*minutes))
    assert said == f"{UNTIL_OUR_CALL[language]} {text}"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (EN, "Call back to number plus four eight zero"),
        (PL, "Oddzwonienie na numer plus cztery osiem zero"),
        (RU, "Обратный звонок на номер плюс четыре восемь ноль"),
    ],
)
def test_what_an_agent_hears_before_the_number(language: Language, text: str) -> None:
    """Digits follow."""
    assert heard(language, phrases.WHISPER_CALLBACK, Digits("+480")) == text


@pytest.mark.parametrize(
    ("language", "keys"),
    [
        (EN, ("press one", "press two", "press three")),
        (PL, ("nacisnąć jeden", "nacisnąć dwa", "nacisnąć trzy")),
        (RU, ("нажмите один", "нажмите два", "нажмите три")),
    ],
)
def test_the_check_names_the_usual_keys(language: Language, keys: tuple[str, ...]) -> None:
    """One, two and three, in this order."""
    said = heard(language, phrases.CALLBACK_CHECK)
    assert all(key in said for key in keys)
    assert sorted(keys, key=said.index) == list(keys)
