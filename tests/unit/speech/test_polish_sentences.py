"""What callers hear in Polish, written out by hand."""

from __future__ import annotations

import pytest

from callcore.domain.speech.utterances import (
    Digits,
    Minutes,
    MoreThanWaiting,
    PressKey,
    Spoken,
    WaitBetween,
    WaitMoreThan,
    WaitUpTo,
    YouAreNext,
    YourPosition,
)
from tests.unit.speech.spoken import PL, heard

# How many minutes, by themselves, and the number alone where they are the end of a range.
MINUTES = {
    1: ("jedna minuta", "jednej"),
    2: ("dwie minuty", "dwóch"),
    3: ("trzy minuty", "trzech"),
    4: ("cztery minuty", "czterech"),
    5: ("pięć minut", "pięciu"),
    6: ("sześć minut", "sześciu"),
    7: ("siedem minut", "siedmiu"),
    8: ("osiem minut", "ośmiu"),
    9: ("dziewięć minut", "dziewięciu"),
    10: ("dziesięć minut", "dziesięciu"),
    11: ("jedenaście minut", "jedenastu"),
    12: ("dwanaście minut", "dwunastu"),
    13: ("trzynaście minut", "trzynastu"),
    14: ("czternaście minut", "czternastu"),
    15: ("piętnaście minut", "piętnastu"),
    16: ("szesnaście minut", "szesnastu"),
    17: ("siedemnaście minut", "siedemnastu"),
    18: ("osiemnaście minut", "osiemnastu"),
    19: ("dziewiętnaście minut", "dziewiętnastu"),
    20: ("dwadzieścia minut", "dwudziestu"),
    21: ("dwadzieścia jeden minut", "dwudziestu jeden"),
    22: ("dwadzieścia dwie minuty", "dwudziestu dwóch"),
    23: ("dwadzieścia trzy minuty", "dwudziestu trzech"),
    24: ("dwadzieścia cztery minuty", "dwudziestu czterech"),
    25: ("dwadzieścia pięć minut", "dwudziestu pięciu"),
    32: ("trzydzieści dwie minuty", "trzydziestu dwóch"),
    41: ("czterdzieści jeden minut", "czterdziestu jeden"),
    53: ("pięćdziesiąt trzy minuty", "pięćdziesięciu trzech"),
    60: ("sześćdziesiąt minut", "sześćdziesięciu"),
    77: ("siedemdziesiąt siedem minut", "siedemdziesięciu siedmiu"),
    82: ("osiemdziesiąt dwie minuty", "osiemdziesięciu dwóch"),
    99: ("dziewięćdziesiąt dziewięć minut", "dziewięćdziesięciu dziewięciu"),
    100: ("sto minut", "stu"),
    101: ("sto jeden minut", "stu jeden"),
    102: ("sto dwie minuty", "stu dwóch"),
    111: ("sto jedenaście minut", "stu jedenastu"),
    112: ("sto dwanaście minut", "stu dwunastu"),
    121: ("sto dwadzieścia jeden minut", "stu dwudziestu jeden"),
    122: ("sto dwadzieścia dwie minuty", "stu dwudziestu dwóch"),
    200: ("dwieście minut", "dwustu"),
    300: ("trzysta minut", "trzystu"),
    400: ("czterysta minut", "czterystu"),
    500: ("pięćset minut", "pięciuset"),
    600: ("sześćset minut", "sześciuset"),
    700: ("siedemset minut", "siedmiuset"),
    800: ("osiemset minut", "ośmiuset"),
    900: ("dziewięćset minut", "dziewięciuset"),
    1000: ("tysiąc minut", "tysiąca"),
    1001: ("tysiąc jeden minut", "tysiąca jeden"),
    1002: ("tysiąc dwie minuty", "tysiąca dwóch"),
    2000: ("dwa tysiące minut", "dwóch tysięcy"),
    5000: ("pięć tysięcy minut", "pięciu tysięcy"),
    12000: ("dwanaście tysięcy minut", "dwunastu tysięcy"),
    21000: ("dwadzieścia jeden tysięcy minut", "dwudziestu jeden tysięcy"),
    22000: ("dwadzieścia dwa tysiące minut", "dwudziestu dwóch tysięcy"),
    101000: ("sto jeden tysięcy minut", "stu jeden tysięcy"),
}


@pytest.mark.parametrize("count", MINUTES)
def test_minutes(count: int) -> None:
    """By themselves in the nominative, in a range in the genitive."""
    alone, genitive = MINUTES[count]
    assert heard(PL, Minutes(count)) == alone
    assert heard(PL, WaitBetween(count, count + 1)).startswith(
        f"Przewidywany czas oczekiwania wynosi od {genitive} do "
    )
    if count > 1:
        assert heard(PL, WaitBetween(1, count)) == (
            f"Przewidywany czas oczekiwania wynosi od jednej do {genitive} minut"
        )


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (
            YouAreNext(),
            "Państwa połączenie jest pierwsze w kolejce. Odbierze je pierwszy wolny konsultant.",
        ),
        (
            YourPosition(2),
            "Państwa numer w kolejce to dwa Prosimy czekać na połączenie z konsultantem.",
        ),
        (
            YourPosition(21),
            "Państwa numer w kolejce to dwadzieścia jeden "
            "Prosimy czekać na połączenie z konsultantem.",
        ),
        (MoreThanWaiting(1), "Liczba osób oczekujących w kolejce przekracza jeden"),
        (MoreThanWaiting(20), "Liczba osób oczekujących w kolejce przekracza dwadzieścia"),
        (MoreThanWaiting(22), "Liczba osób oczekujących w kolejce przekracza dwadzieścia dwa"),
        (
            WaitBetween(2, 5),
            "Przewidywany czas oczekiwania wynosi od dwóch do pięciu minut",
        ),
        (WaitUpTo(1), "Przewidywany czas oczekiwania wynosi mniej niż minutę."),
        (WaitUpTo(2), "Przewidywany czas oczekiwania wynosi nie więcej niż dwie minuty"),
        (WaitUpTo(5), "Przewidywany czas oczekiwania wynosi nie więcej niż pięć minut"),
        (
            WaitUpTo(21),
            "Przewidywany czas oczekiwania wynosi nie więcej niż dwadzieścia jeden minut",
        ),
        (WaitMoreThan(1), "Przewidywany czas oczekiwania wynosi ponad minutę."),
        (WaitMoreThan(3), "Przewidywany czas oczekiwania wynosi ponad trzy minuty"),
        (WaitMoreThan(60), "Przewidywany czas oczekiwania wynosi ponad sześćdziesiąt minut"),
        (PressKey("1"), "proszę nacisnąć jeden"),
        (PressKey("0"), "proszę nacisnąć zero"),
        (PressKey("*"), "proszę nacisnąć gwiazdkę"),
        (PressKey("#"), "proszę nacisnąć krzyżyk"),
        (Digits("+48 22*#"), "plus cztery osiem dwa dwa gwiazdka krzyżyk"),
    ],
)
def test_sentences(said: Spoken, text: str) -> None:
    """One of each kind, and those whose words change."""
    assert heard(PL, said) == text
