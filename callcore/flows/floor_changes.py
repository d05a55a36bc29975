"""Changes the floor has to hear of, in order for each call, however long Redis is away.

The switch goes on without the floor: a caller hangs up, a talk ends. A call's script does not wait
for Redis to take note; what could not be told is owed, and told later in the same order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

from callcore.domain.events import StoreFailed
from callcore.domain.ids import CallId
from callcore.flows.site import Site
from callcore.ports.stores import StoreError, StoreUnavailableError

A = TypeVar("A")

RETRY_SECONDS = 1.0

_Owed = tuple[Callable[[], Any], Callable[[Any], None]]


def _nothing(_: object) -> None:
    """Nobody waits for the answer."""


class FloorChanges:
    """Makes changes now, or as soon as Redis is back."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._owed: dict[CallId, deque[_Owed]] = {}
        self._is_retrying = False

    @property
    def owed_count(self) -> int:
        """How many changes the floor has not heard of."""
        return sum(map(len, self._owed.values()))

    def owes(self, call_id: CallId) -> bool:
        """True if the floor has not heard of every change of a call."""
        return call_id in self._owed

    def make(
        self, call_id: CallId, change: Callable[[], A], then: Callable[[A], None] = _nothing
    ) -> None:
        """Makes a change of a call and hands the answer to ``then``; never fails.

        ``change`` may run more than once and must be idempotent: its request id is made outside.
        """
        if call_id in self._owed:
            self._owed[call_id].append((change, then))
            return
        try:
            answer = change()
        except StoreUnavailableError as error:
            self._failed(error)
            self._owed.setdefault(call_id, deque()).append((change, then))
            self._retry_later()
        except StoreError as error:
            self._failed(error)
        else:
            then(answer)

    def _retry_later(self) -> None:
        if not self._is_retrying:
            self._is_retrying = True
            self._site.clock.after(RETRY_SECONDS, self._retry)

    def _retry(self) -> None:
        """Pays what is owed, alone: a change must not be paid twice, and one behind it never."""
        try:
            for call_id in list(self._owed):
                if not self._pay(call_id):
                    break
        finally:
            self._is_retrying = False
            if self._owed:
                self._retry_later()

    def _pay(self, call_id: CallId) -> bool:
        """Makes what is owed of one call; false if Redis is still away."""
        owed = self._owed[call_id]
        while owed:
            change, then = owed[0]
            try:
                answer = change()
            except StoreUnavailableError:
                return False
            except StoreError as error:
                self._failed(error)
                owed.popleft()
            else:
                owed.popleft()
                then(answer)
        self._owed.pop(call_id, None)
        return True

    def _failed(self, error: StoreError) -> None:
        self._site.facts.publish(
            StoreFailed(at=self._site.clock.now(), store="redis", reason=str(error))
        )
