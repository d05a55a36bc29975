"""Long work in turns with other greenlets."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

import gevent

BUDGET_SECONDS: Final = 0.001
"""How long one works before others get a turn."""

PAUSE_SECONDS: Final = 0.0005
"""A pause of length 0 would let greenlets run but not the sockets they wait for."""

T = TypeVar("T")


def in_turns(things: Iterable[T]) -> Iterator[T]:
    """The things, with a pause for others before the next whenever the budget is spent."""
    turn_ends = time.monotonic() + BUDGET_SECONDS
    for thing in things:
        if time.monotonic() > turn_ends:
            gevent.sleep(PAUSE_SECONDS)
            turn_ends = time.monotonic() + BUDGET_SECONDS
        yield thing
