"""Reading all there is of a large site."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from callcore.runtime.turns import in_turns

READ_TOGETHER: Final = 50
"""How many agents or calls are read in one go: with two thousand, Redis and the event loop would
stand still for 30 ms."""

T = TypeVar("T")


def some_together(ids: Sequence[T]) -> Iterator[Sequence[T]]:
    """The ids in parts, with pauses for others between: Redis on the same core has answered before
    one waits for it, and then nobody else would get a turn.
    """
    for start in in_turns(range(0, len(ids), READ_TOGETHER)):
        yield ids[start : start + READ_TOGETHER]
