"""When Python collects garbage.

A full collection looks at all there is: tens of milliseconds for what the start has made, half a
second with ten thousand callers, in which no decision is made. What calls leave behind is freed
without it, but for rare circles. So it is done when there is little to look at, and seldom else.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Final, NoReturn

from callcore.ports.surroundings import Clock

LOOK_SECONDS: Final = 60.0
FEW_CALLS: Final = 300
"""Looked through in some 20 ms."""
LONGEST_SECONDS: Final = 3600.0
"""Between two full collections, however many calls there are."""
FEW_TIMES: Final = 2
"""So many collections of what is youngest come before one of what outlived them: that one takes
a millisecond then, and five with Python's ten."""
NEVER: Final = 1_000_000
"""So many collections of what is younger would be before a full one by itself."""


def spare_the_collector() -> None:
    """Keeps what the start has made out of garbage collection, and what is old for ``Collecting``.

    What is young is looked at as ever.
    """
    gc.collect()
    gc.freeze()
    young, _, _ = gc.get_threshold()
    gc.set_threshold(young, FEW_TIMES, NEVER)


class Collecting:
    """Collects what is old, ``calls_count`` being how many calls are followed."""

    def __init__(self, clock: Clock, calls_count: Callable[[], int]) -> None:
        self._clock = clock
        self._calls_count = calls_count
        self._waited_seconds = 0.0

    def run(self) -> NoReturn:
        """For ever."""
        while True:
            self._clock.sleep(LOOK_SECONDS)
            self._waited_seconds += LOOK_SECONDS
            if self._calls_count() <= FEW_CALLS or self._waited_seconds >= LONGEST_SECONDS:
                gc.collect()
                self._waited_seconds = 0.0
