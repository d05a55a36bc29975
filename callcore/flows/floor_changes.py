"""Changes the floor has to hear of, in order for each call, however long Redis is away.

The switch goes on without the floor: a caller hangs up, a talk ends. A call's script does not wait
for Redis to take note; what could not be told is owed, and told later in the same order. For a call
that another worker follows nothing is told any more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from callcore.domain.estimates import Lesson
from callcore.domain.events import StoreFailed
from callcore.domain.ids import CallId, QueueName
from callcore.flows.handing_over import Scripts
from callcore.flows.site import Site
from callcore.flows.teaching import Teaching
from callcore.ports.stores import StoreError, StoreUnavailableError

A = TypeVar("A")

RETRY_SECONDS = 1.0

_Owed = tuple[Callable[[], Any], Callable[[Any], None]]


def _nothing(_: object) -> None:
    """Nobody waits for the answer."""


class FloorChanges:
    """Makes changes now, or as soon as Redis is back."""

    def __init__(self, site: Site, scripts: Scripts | None = None) -> None:
        self._site = site
        self._scripts = scripts or Scripts()
        self._owed: dict[CallId, deque[_Owed]] = {}
        self._paying: set[CallId] = set()
        self._telling_again = 0
        self._is_retrying = False
        self._teaching = Teaching(site, self.make, self.owes)

    @property
    def owed_count(self) -> int:
        """How many changes the floor has not heard of."""
        return sum(map(len, self._owed.values()))

    def owes(self, call_id: CallId) -> bool:
        """True if the floor has not heard of every change of a call."""
        return call_id in self._owed

    def are_told(self, call_id: CallId) -> bool:
        """True if the floor has heard of every change of a call that was not dropped: what it is
        told past ``make`` comes in its turn.
        """
        return not (call_id in self._owed or self._scripts.is_dropped(call_id))

    def make(
        self, call_id: CallId, change: Callable[[], A], then: Callable[[A], None] = _nothing
    ) -> None:
        """Makes a change of a call and hands the answer to ``then``; never fails.

        Nothing if the call was dropped, whose script is about to hear of it.

        ``change`` may run more than once and must be idempotent: its request id is made outside.
        """
        if self._scripts.is_dropped(call_id):
            return
        if call_id in self._owed:
            self._owed[call_id].append((change, then))
            return
        try:
            answer = change()
        except StoreUnavailableError as error:
            self._failed(error)
            if self._scripts.is_dropped(call_id):
                return  # meanwhile
            self._owed.setdefault(call_id, deque()).append((change, then))
            self._retry_later()
        except StoreError as error:
            self._failed(error)
        else:
            then(answer)

    @property
    def is_telling_again(self) -> bool:
        """True while a call tells a floor that lost its data of itself."""
        return self._telling_again > 0

    @contextmanager
    def telling_again(self) -> Iterator[None]:
        """While a call does so."""
        self._telling_again += 1
        try:
            yield
        finally:
            self._telling_again -= 1

    def teach(self, lessons: Mapping[QueueName, Lesson], of: CallId | None = None) -> None:
        """Has each of these queues learn, a second later; nothing if the call that the lessons are
        of was dropped. Never fails.
        """
        if of is None or not self._scripts.is_dropped(of):
            self._teaching.take(lessons)

    def tell_lessons(self) -> None:
        """Has the queues learn at once what they were to learn within the second."""
        self._teaching.tell()

    def flush(self, call_ids: Collection[CallId]) -> bool:
        """Makes what is owed of these calls; false if Redis is away, or is being told just now."""
        unpaid = [call_id for call_id in call_ids if not self._pay(call_id)]
        return not unpaid

    def forget(self, call_ids: Collection[CallId]) -> None:
        """Nothing is owed of these calls any more: others have told what has become of them."""
        for call_id in call_ids:
            self._owed.pop(call_id, None)

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
        """Makes what is owed of one call; false if Redis is still away, or is being told."""
        owed = self._owed.get(call_id)
        if owed is None:
            return True
        if call_id in self._paying:
            return False
        self._paying.add(call_id)
        try:
            return self._pay_alone(call_id, owed)
        finally:
            self._paying.discard(call_id)

    def _pay_alone(self, call_id: CallId, owed: deque[_Owed]) -> bool:
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
                if self._owed.get(call_id) is not owed:
                    return True  # forgotten meanwhile
                then(answer)
        if self._owed.get(call_id) is owed:
            del self._owed[call_id]
        return True

    def _failed(self, error: StoreError) -> None:
        self._site.facts.publish(
            StoreFailed(at=self._site.clock.now(), store="redis", reason=str(error))
        )
