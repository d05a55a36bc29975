"""What a waiting caller is told of the wait to come: a range of minutes, or nothing.

Both ends are rounded outward to numbers that people say. Nobody is told a longer time than before:
where the wait seems a little longer it is passed over, and where it has truly grown that is said
with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile

from callcore.domain.estimates import UnknownWait, Wait
from callcore.domain.ids import MICROS_PER_SECOND, Micros, seconds_between
from callcore.domain.policies import EstimatePolicy
from callcore.domain.speech import phrases
from callcore.domain.speech.utterances import (
    Spoken,
    Utterance,
    WaitBetween,
    WaitMoreThan,
    WaitUpTo,
)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEstimate:
    """What a caller was told at an instant."""

    at: Micros
    range: ToldWait
    mean_seconds: float
    """Of the wait still to come, as it was estimated then."""

    @property
    def until(self) -> Micros:
        """The latest end of the wait that was named; if that was left open, the earliest."""
        range_ = self.range
        minutes = range_.low_minutes if range_.high_minutes is None else range_.high_minutes
        return Micros(self.at + minutes * SECONDS_PER_MINUTE * MICROS_PER_SECOND)


class ToldEstimates:
    """What one caller was told during one visit to a queue, by any process."""

    __slots__ = ("_told",)

    def __init__(self) -> None:
        self._told: list[ToldEstimate] = []

    @property
    def last(self) -> ToldEstimate | None:
        """What counts; ``None`` if nothing was told."""
        return self._told[-1] if self._told else None

    def note(self, *told: ToldEstimate) -> None:
        """The caller was told this, maybe long ago; told again, it is noted once."""
        self._told += [one for one in told if one not in self._told]
        self._told.sort(key=lambda one: one.at)

    def __iter__(self) -> Iterator[ToldEstimate]:
        """All of it, oldest first."""
        return iter(tuple(self._told))


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is to be told now."""

    estimate: ToldEstimate
    has_grown: bool = False
    """True if the wait is longer than was told before, which is said too."""

    def spoken(self) -> Utterance:
        """The whole of it in words."""
        said = self.estimate.range.spoken()
        return (phrases.WAIT_HAS_GROWN, said) if self.has_grown else (said,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What became of an estimate that was told."""

    error_seconds: float | None
    """The wait lived since then less the mean; ``None`` if it was not lived to its end."""
    is_beyond: bool | None
    """True if the wait was longer than the upper end; ``None`` if that is not known, or none was
    named."""


def told_range(wait: Wait | UnknownWait, policy: EstimatePolicy) -> ToldWait | None:
    """From the lower quantile to the upper, as far apart from the middle of all callers.

    An upper end that is too long to be said is left open. ``None`` if nothing can be said.
    """
    if isinstance(wait, UnknownWait):
        return None
    longest = policy.longest_minutes
    high = wait.quantile_seconds(policy.upper_quantile) / SECONDS_PER_MINUTE
    low = wait.quantile_seconds(1 - policy.upper_quantile) / SECONDS_PER_MINUTE
    low_minutes, high_minutes = _rounded_down(low, longest), _rounded_up(high, longest)
    if high > longest:
        return ToldWait(low_minutes=low_minutes, high_minutes=None) if low_minutes else None
    if low_minutes >= high_minutes:
        low_minutes = 0
    return ToldWait(low_minutes=low_minutes, high_minutes=high_minutes)


def telling(
    wait: Wait | UnknownWait, policy: EstimatePolicy, before: ToldEstimate | None, now: Micros
) -> Telling | None:
    """What to tell of ``wait`` to a caller who was last told ``before``; ``None`` for nothing."""
    told = told_range(wait, policy)
    if told is None or isinstance(wait, UnknownWait):
        return None
    estimate = ToldEstimate(at=now, range=told, mean_seconds=wait.mean)
    if before is None or not _is_longer(estimate, before):
        return Telling(estimate=estimate)
    if _longer_by_seconds(wait, policy, estimate, before) <= policy.grown_after_seconds:
        return None
    return Telling(estimate=estimate, has_grown=True)


def lived(estimate: ToldEstimate, ended_at: Micros, *, is_served: bool) -> Lived:
    """What became of an estimate when the wait ended; one who left unserved may have had to wait
    longer, but not less.
    """
    seconds = seconds_between(estimate.at, ended_at)
    high_minutes = estimate.range.high_minutes
    is_beyond = None
    if high_minutes is not None:
        is_over = seconds > high_minutes * SECONDS_PER_MINUTE
        is_beyond = is_over if is_served or is_over else None
    return Lived(
        error_seconds=seconds - estimate.mean_seconds if is_served else None,
        is_beyond=is_beyond,
    )


def _is_longer(estimate: ToldEstimate, before: ToldEstimate) -> bool:
    """True if the later end is told; none at all is later than any, and any earlier than none."""
    is_open, was_open = estimate.range.high_minutes is None, before.range.high_minutes is None
    if is_open is not was_open:
        return is_open
    return estimate.until > before.until


def _longer_by_seconds(
    wait: Wait, policy: EstimatePolicy, estimate: ToldEstimate, before: ToldEstimate
) -> float:
    """How much later the wait ends, the end that was told being measured by its like and before
    rounding: what rounding adds has not grown.
    """
    was_open = before.range.high_minutes is None
    share = 1 - policy.upper_quantile if was_open else policy.upper_quantile
    return wait.quantile_seconds(share) - seconds_between(estimate.at, before.until)


def _rounded_down(minutes: float, longest: int) -> int:
    """The longest that is said and not longer; 0 if there is none."""
    return max(takewhile(lambda step: step <= minutes, _steps(longest)), default=0)


def _rounded_up(minutes: float, longest: int) -> int:
    """The shortest that is said and not shorter."""
    return next((step for step in _steps(longest) if step >= minutes), longest)


def _steps(longest: int) -> tuple[int, ...]:
    return (*(step for step in SPOKEN_MINUTES if step < longest), longest)
