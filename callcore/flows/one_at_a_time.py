"""Work that others ask for, and that takes a while: none of them waits for it.

Of what concerns the same thing one piece is done at a time; what is asked meanwhile is made one
piece, and done after that. However much is asked, no more than two pieces are open for each thing.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
W = TypeVar("W")

Spawn = Callable[[str, Callable[[], None]], object]
"""Starts a named greenlet."""


class OneAtATime(Generic[K, W]):
    """``do`` does a piece of work for a thing; ``join`` makes one of two, the later one last."""

    def __init__(
        self, name: str, spawn: Spawn, do: Callable[[K, W], None], join: Callable[[W, W], W]
    ) -> None:
        self._name = name
        self._spawn = spawn
        self._do = do
        self._join = join
        self._begun: set[K] = set()
        self._asked: dict[K, W] = {}

    def ask(self, thing: K, work: W) -> None:
        """Has it done soon; does not wait."""
        if thing in self._begun:
            known = self._asked.pop(thing, None)
            self._asked[thing] = work if known is None else self._join(known, work)
        else:
            self._begin(thing, work)

    def _begin(self, thing: K, work: W) -> None:
        self._begun.add(thing)
        self._spawn(f"{self._name} {thing}", lambda: self._run(thing, work))

    def _run(self, thing: K, work: W) -> None:
        try:
            self._do(thing, work)
        finally:
            self._begun.discard(thing)
            asked = self._asked.pop(thing, None)
            if asked is not None:
                self._begin(thing, asked)
