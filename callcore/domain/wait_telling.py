"""What a waiting caller is told of the wait to come: a range of minutes, or nothing.

Both ends are rounded outward to numbers that people say. Nobody is told a longer time than before:
where the wait has grown, it is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

from callcore.domain.estimates import UnknownWait, Wait
from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.domain.policies import EstimatePolicy
from callcore.domain.speech.utterances import Spoken, WaitBetween, WaitMoreThan, WaitUpTo

SPOKEN_MINUTES = (1, 2, 3, 4, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240)
SECONDS_PER_MINUTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldWait:
    """A range of whole minutes."""

    low_minutes: int
    high_minutes: int | None
    """``None``: the wait may be of any length above."""

    def spoken(self) -> Spoken:
        """The range in words."""
        if self.high_minutes is None:
            return WaitMoreThan(self.low_minutes)
        if self.low_minutes == 0:
            return WaitUpTo(self.high_minutes)
        return WaitBetween(self.low_minutes, self.high_minutes)

    def until(self, now: Micros) -> Micros | None:
        """When the wait is over by what is told now; ``None`` if that was left open."""
        if self.high_minutes is None:
            return None
        return Micros(now + self.high_minutes * SECONDS_PER_MINUTE * MICROS_PER_SECOND)


def told_wait(
    wait: Wait | UnknownWait, policy: EstimatePolicy, until_before: Micros | None, now: Micros
) -> ToldWait | None:
    """What to tell of ``wait`` to a caller who was told, if anything, that it is over by
    ``until_before``; ``None`` if nothing can be said.
    """
    if isinstance(wait, UnknownWait):
        return None
    told = _range(wait, policy)
    if told is None or until_before is None:
        return told
    until = told.until(now)
    return None if until is None or until > until_before else told


def _range(wait: Wait, policy: EstimatePolicy) -> ToldWait | None:
    """From the lower quantile to the upper, as far apart from the middle of all callers.

    An upper end that is too long to be said is left open; the mean is then the least that is said.
    """
    longest = policy.longest_minutes
    high = wait.quantile_seconds(policy.upper_quantile) / SECONDS_PER_MINUTE
    if high > longest:
        least = _rounded_down(wait.mean / SECONDS_PER_MINUTE, longest)
        return ToldWait(low_minutes=least, high_minutes=None) if least else None
    low = wait.quantile_seconds(1 - policy.upper_quantile) / SECONDS_PER_MINUTE
    low_minutes, high_minutes = _rounded_down(low, longest), _rounded_up(high, longest)
    if low_minutes >= high_minutes:
        low_minutes = 0
    return ToldWait(low_minutes=low_minutes, high_minutes=high_minutes)


def _rounded_down(minutes: float, longest: int) -> int:
    """The longest that is said and not longer; 0 if there is none."""
    return max(takewhile(lambda step: step <= minutes, _steps(longest)), default=0)


def _rounded_up(minutes: float, longest: int) -> int:
    """The shortest that is said and not shorter."""
    return next((step for step in _steps(longest) if step >= minutes), longest)


def _steps(longest: int) -> tuple[int, ...]:
    return (*(step for step in SPOKEN_MINUTES if step < longest), longest)
