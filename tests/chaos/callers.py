"""Who calls: each is drawn from the seed and a number of its own, whatever happened before."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass

from tests.chaos import centre

_NAMES = (
    "Anna",
    "Борис",
    "Celina",
    "Фёдор",
    "Łucja",
    "eve\nEvent-Name: FORGED",
    "${global_setvar PWNED=yes}",
    "\udcff\udcfe",
)
_PATIENCE_SECONDS = 60.0
_TALK_SECONDS = 15.0
_FIRST_NUMBER = 200_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One caller. Lengths are people's seconds."""

    leg_id: str
    number: str
    name: str
    dialled: str
    patience_seconds: float
    talk_seconds: float | None
    """After which the caller ends the talk; ``None`` leaves that to the agent."""
    menu_key: str
    """Empty for one who presses nothing."""
    menu_seconds: float
    answer: str
    """To the question after the talk; empty for one who hangs up without."""
    answer_seconds: float
    next_after_share: float
    """How long after this one the next caller comes, as a share of the mean."""


def person(seed: int, index: int) -> Person:
    """The caller of that number."""
    chance = random.Random(f"{seed}:{index}")
    return Person(
        leg_id=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        number=f"+48{_FIRST_NUMBER + index}",
        name=chance.choice(_NAMES),
        dialled=chance.choices(list(centre.WEIGHTS), list(centre.WEIGHTS.values()))[0],
        patience_seconds=chance.expovariate(1 / _PATIENCE_SECONDS),
        talk_seconds=chance.expovariate(1 / _TALK_SECONDS) if chance.random() < 0.5 else None,
        menu_key=chance.choice(["1", "2", ""]),
        menu_seconds=chance.uniform(1.0, 6.0),
        answer=chance.choice(["5", "1", ""]),
        answer_seconds=chance.uniform(3.0, 12.0),
        next_after_share=chance.expovariate(1.0),
    )
