"""When a customer is called who is to be on the line by the time an agent is free for them.

Too early, and the customer holds; too late, and the agent, who is kept for them, waits. The
customer's phone is called when the mean wait that is left is no longer than it takes a customer to
be ready: to answer, and to press the key if one is asked for. How long customers may hold bounds
that: one who answers at once holds for the whole of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from callcore.domain.estimates import UnknownWait, Wait

USUAL_READY_SECONDS = 8.0
"""From dialling to being ready, before anything is learnt."""

SOONEST_LOOK_SECONDS = 1.0
LATEST_LOOK_SECONDS = 60.0
UNKNOWN_LOOK_SECONDS = 15.0

NEAR_SECONDS = 15.0
"""Who is to be looked at again so soon is near the head of the line."""

_KEPT = 0.9
_LONGEST_READY_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyTime:
    """How long customers of a queue take to be ready, recent ones counting more."""

    mean_seconds: float = USUAL_READY_SECONDS

    def learnt(self, seconds: float) -> ReadyTime:
        """After a customer who took so long."""
        lasted = min(max(seconds, 0.0), _LONGEST_READY_SECONDS)
        return replace(self, mean_seconds=self.mean_seconds * _KEPT + lasted * (1 - _KEPT))


@dataclass(frozen=True, slots=True)
class DialNow:
    """The customer is to be called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LookAgain:
    """It is too early, or not known."""

    seconds: float

    @property
    def is_near(self) -> bool:
        """True if the turn is so near that a change of staffing may decide it."""
        return self.seconds <= NEAR_SECONDS


Timing: TypeAlias = DialNow | LookAgain


def longest_lead_seconds(ready: ReadyTime, longest_hold_seconds: float) -> float:
    """Nobody is called whose mean wait is longer."""
    return min(ready.mean_seconds, longest_hold_seconds)


def decide(wait: Wait | UnknownWait, ready: ReadyTime, longest_hold_seconds: float) -> Timing:
    """Whether to call a customer whose wait still to come is ``wait``, all agents being busy.

    The next look comes when half of what the wait is too long has passed: a line that moves twice
    as fast as was expected is not missed.
    """
    if isinstance(wait, UnknownWait):
        return LookAgain(seconds=UNKNOWN_LOOK_SECONDS)
    early_seconds = wait.mean - longest_lead_seconds(ready, longest_hold_seconds)
    if early_seconds <= 0:
        return DialNow()
    seconds = min(max(early_seconds / 2, SOONEST_LOOK_SECONDS), LATEST_LOOK_SECONDS)
    return LookAgain(seconds=seconds)
