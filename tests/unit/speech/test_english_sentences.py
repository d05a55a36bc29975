"""What callers hear in English, written out by hand."""

from __future__ import annotations

import pytest

from callcore.domain.speech.utterances import (
    Digits,
    Minutes,
    MoreThanWaiting,
    Number,
    PressKey,
    Spoken,
    WaitBetween,
    WaitMoreThan,
    WaitUpTo,
    YouAreNext,
    YourPosition,
)
from tests.unit.speech.spoken import EN, heard


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (
            YouAreNext(),
            "Your call is now first in line and will be answered "
            "by the next available representative.",
        ),
        (
            YourPosition(2),
            "You are currently caller number two waiting to speak with a representative.",
        ),
        (
            YourPosition(21),
            "You are currently caller number twenty one waiting to speak with a representative.",
        ),
        (
            MoreThanWaiting(1),
            "Currently, there is more than one caller waiting to speak with a representative.",
        ),
        (
            MoreThanWaiting(20),
            "Currently, there are more than twenty callers waiting to speak with a representative.",
        ),
        (WaitBetween(1, 2), "The estimated hold time is currently between one and two minutes"),
        (
            WaitBetween(12, 21),
            "The estimated hold time is currently between twelve and twenty one minutes",
        ),
        (WaitUpTo(1), "The estimated hold time is currently less than one minute"),
        (WaitUpTo(5), "The estimated hold time is currently less than five minutes"),
        (WaitMoreThan(1), "The estimated hold time is currently more than one minute"),
        (WaitMoreThan(60), "The estimated hold time is currently more than sixty minutes"),
        (Minutes(0), "zero minutes"),
        (Minutes(1), "one minute"),
        (Minutes(101), "one hundred one minutes"),
        (Number(5000), "five thousand"),
        (Number(121_021), "one hundred twenty one thousand twenty one"),
        (PressKey("1"), "press one"),
        (PressKey("*"), "press star"),
        (PressKey("#"), "press pound"),
        (Digits("+44 0*#"), "plus four four zero star pound"),
    ],
)
def test_sentences(said: Spoken, text: str) -> None:
    """One of each kind, and those whose words change."""
    assert heard(EN, said) == text
