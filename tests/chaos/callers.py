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
_WANTS_CALLBACK = 0.25
_CONFIRMS = 0.9
_RINGS_IN = 0.15
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
    callback_keys: str
    """Pressed one after another while waiting, by one who wants to be called back; empty for one
    who would rather wait.
    """
    callback_seconds: float
    """How long after the first music, and between the keys."""
    rings_in_seconds: float | None
    """How long after a line that ended with a promise the caller has no patience any more and calls
    again; ``None`` for one who trusts it.
    """
    next_after_share: float
    """How long after this one the next caller comes, as a share of the mean."""


def person(seed: int, index: int, mean_patience_seconds: float) -> Person:
    """The caller of that number."""
    chance = random.Random(f"{seed}:{index}")
    wants_callback = chance.random() < _WANTS_CALLBACK
    confirms = chance.random() < _CONFIRMS
    callback_keys = f"{centre.CALLBACK_KEY}{centre.RIGHT_KEY if confirms else centre.NO_KEY}"
    return Person(
        leg_id=str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        number=f"{centre.CUSTOMERS_PREFIX}{_FIRST_NUMBER + index}",
        name=chance.choice(_NAMES),
        dialled=chance.choices(list(centre.WEIGHTS), list(centre.WEIGHTS.values()))[0],
        patience_seconds=chance.expovariate(1 / mean_patience_seconds),
        talk_seconds=chance.expovariate(1 / _TALK_SECONDS) if chance.random() < 0.5 else None,
        menu_key=chance.choice(["1", "2", ""]),
        menu_seconds=chance.uniform(1.0, 6.0),
        answer=chance.choice(["5", "1", ""]),
        answer_seconds=chance.uniform(3.0, 12.0),
        callback_keys=callback_keys if wants_callback else "",
        callback_seconds=chance.uniform(3.0, 12.0),
        rings_in_seconds=chance.uniform(20.0, 120.0) if chance.random() < _RINGS_IN else None,
        next_after_share=chance.expovariate(1.0),
    )
