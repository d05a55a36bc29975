"""Calls that are another worker's from now on: their scripts end, and leave no trace.

Nothing is told, kept, freed or hung up for a call that was dropped: the worker whose shard it is
finds it on the switch and on the floor as it is, and goes on with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from callcore.domain.ids import CallId
from callcore.runtime.greenlets import Unwound


class HandedOver(Unwound):
    """The call is another worker's. Unwinds its script from wherever it is.

    No ``Exception``: nothing that makes up for faults may catch it.
    """


class Scripts:
    """The scripts that run, and which of them unwind because their calls were dropped."""

    def __init__(self) -> None:
        self._running: Counter[CallId] = Counter()
        self._dropped: set[CallId] = set()

    def are_over(self, call_ids: Collection[CallId]) -> bool:
        """True if no script of these calls runs any more."""
        return self._running.keys().isdisjoint(call_ids)

    def drop(self, call_id: CallId) -> None:
        """What the call's scripts do from now on is nothing."""
        if call_id in self._running:
            self._dropped.add(call_id)

    def take_up(self, call_id: CallId) -> None:
        """The call is followed here again."""
        self._dropped.discard(call_id)

    def is_dropped(self, call_id: CallId) -> bool:
        """True while a script of the call unwinds."""
        return call_id in self._dropped

    def are_unwinding(self, digits: Collection[str]) -> bool:
        """True while scripts of dropped calls of these digits have not ended."""
        return any(call_id[0].lower() in digits for call_id in self._dropped)

    @property
    def count(self) -> int:
        """How many run."""
        return self._running.total()

    def of(self, call_id: CallId, script: Callable[[], None]) -> Callable[[], None]:
        """The script, whose run is noted; none if the call is dropped before it begins."""
        self.take_up(call_id)
        self._running[call_id] += 1

        def run() -> None:
            with self._noted(call_id):
                if not self.is_dropped(call_id):
                    script()

        return run

    @contextmanager
    def _noted(self, call_id: CallId) -> Iterator[None]:
        try:
            yield
        finally:
            self._running[call_id] -= 1
            if not self._running[call_id]:
                del self._running[call_id]
                self._dropped.discard(call_id)
