"""The moments of a story at which a test has something else happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import TypeVar

import pytest

from tests.flows.floor import TestFloor

FINEST_SECONDS = 0.001

Floor = TypeVar("Floor", bound=TestFloor)
Moments = Callable[[Callable[[], TestFloor], float], list[float]]
"""Those of a story that begins with the floor, in seconds from then, within so many."""


def around_timers(begin: Callable[[], TestFloor], seconds: float) -> list[float]:
    """Around each instant at which a timer fires: as it has, right after, half way to the next one,
    right before that. What a story does it does at these instants; between them it stands still.
    """
    clock = begin().clock
    instants, at = [0.0], 0.0
    while (at := at + clock.seconds_to_next()) <= seconds:
        clock.advance(clock.seconds_to_next())
        instants.append(at)
    found = set(instants)
    for one, following in pairwise([*instants, seconds]):
        found.update((one + FINEST_SECONDS, (one + following) / 2, following - FINEST_SECONDS))
    return sorted(moment for moment in found if 0 <= moment < seconds)


def every_millisecond(_: Callable[[], TestFloor], seconds: float) -> list[float]:
    """However little happens."""
    return [step * FINEST_SECONDS for step in range(round(seconds / FINEST_SECONDS))]


every_moment = pytest.mark.parametrize(
    "moments",
    [
        pytest.param(around_timers, id="around timers"),
        pytest.param(every_millisecond, id="every millisecond", marks=pytest.mark.chaos),
    ],
)


def advanced(
    begin: Callable[[], Floor], seconds: float, moments: Moments
) -> Iterator[tuple[float, Floor]]:
    """The story anew for each moment, and advanced to it."""
    for moment in moments(begin, seconds):
        floor = begin()
        floor.clock.advance(moment)
        yield moment, floor
