"""Lines that are read in the same breath in which an agent is made free: a round trip to the floor
less between the end of a talk and the next call.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from callcore.flows.under_way import Reading, UnderWay
from callcore.ports.stores import Candidates, Freed, Look, StoreError


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLines:
    """Lines as they were read, and who has been reserved since they were asked for."""

    look: Look
    found: Sequence[Candidates]
    reading: Reading


class LookingAhead:
    """Has the change that makes an agent free read the lines of ``look``, each time it is tried;
    what it found is of use until ``end``.
    """

    def __init__(self, look: Look | None, under_way: UnderWay) -> None:
        """Without a ``look`` nothing is read."""
        self._look = look
        self._under_way = under_way
        self._bracket = ExitStack()
        self._reading: Reading | None = None

    def ask(self, change: Callable[[Look | None], Freed]) -> Freed:
        """Makes the change. May raise ``StoreError``."""
        self.end()
        if self._look is None:
            return change(None)
        self._reading = self._bracket.enter_context(self._under_way.reading())
        try:
            return change(self._look)
        except StoreError:
            self.end()
            raise

    def found(self, freed: Freed) -> FoundLines | None:
        """What the change found; ``None`` if it was not to read any."""
        if self._look is None or self._reading is None or freed.lines is None:
            return None
        return FoundLines(look=self._look, found=freed.lines, reading=self._reading)

    def end(self) -> None:
        """Nobody looks at what was found any more."""
        self._bracket.close()
        self._reading = None
