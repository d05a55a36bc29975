"""Letters to colleagues and from them: sent behind the sender's back, handed to whom they concern.

Whoever sends does not wait for Redis: one greenlet sends what has gathered, in order, all that
there is in one go. While Redis is away letters are kept, the latest of them. A letter whose sending
timed out may have come, and is sent again; by its number the reader knows that it was there.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from gevent.event import Event

from callcore.domain.events import FlowFailed, StoreFailed
from callcore.domain.sharding import WorkerId
from callcore.flows.messages.between import Letter
from callcore.flows.site import Site
from callcore.ports.stores import StoreError
from callcore.ports.worker_post import WorkerPost
from callcore.runtime.wire import UnreadableError, Wire

L = TypeVar("L")

KEPT_COUNT: Final = 1000
"""Letters that wait for Redis; more than that are of a past that nobody needs to hear of."""
BATCH_COUNT: Final = 200
WAIT_SECONDS: Final = 5.0
RETRY_SECONDS: Final = 0.5
TENURE_LOOK_SECONDS: Final = 0.05
SENDERS_COUNT: Final = 100
"""Processes whose last number is remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sealed:
    """A letter as it travels: numbered by the process that sends it."""

    sender: str
    number: int
    letter: Letter


class Letters:
    """The post of one worker. To send does not wait and does not fail."""

    def __init__(self, site: Site, post: WorkerPost) -> None:
        self._site = site
        self._post = post
        self._wire: Wire[_Sealed] = Wire(_Sealed)
        self._sender = site.ids.request_id()
        self._number = 0
        self._unsent: deque[tuple[WorkerId, bytes]] = deque()
        self._has_unsent = Event()
        self._dropped_count = 0
        self._handlers: dict[type, Callable[[Any], None]] = {}
        self._last_numbers: dict[str, int] = {}
        self._is_closed = False
        self._is_away = {self._send_some: False, self._receive_some: False}

    def on(self, kind: type[L], handle: Callable[[L], None]) -> None:
        """Hands the letters of a kind to ``handle``, one after the other; before ``run``.

        It must not wait: the letters behind, reservations among them, wait for it. What it raises
        is told as a ``FlowFailed``.
        """
        self._handlers[kind] = handle

    def send(self, worker_id: WorkerId, letter: Letter) -> None:
        """Sends a letter to one worker, after those that were sent before."""
        self._number += 1
        sealed = _Sealed(sender=self._sender, number=self._number, letter=letter)
        if len(self._unsent) >= KEPT_COUNT:
            self._unsent.popleft()
            self._dropped_count += 1
        self._unsent.append((worker_id, self._wire.encode(sealed)))
        self._has_unsent.set()

    def send_all(self, letter: Letter) -> None:
        """Sends a letter to every colleague that lives."""
        for worker_id in sorted(self._site.tenure.colleagues):
            self.send(worker_id, letter)

    def forget_past(self) -> None:
        """Takes out unread what came before this process. May raise ``StoreError``."""
        self._post.empty(self._site.tenure.worker_id)

    @property
    def unsent_count(self) -> int:
        """How many wait to be sent."""
        return len(self._unsent)

    def close(self) -> None:
        """The process is about to end: nothing is sent and received any more."""
        self._is_closed = True
        self._has_unsent.set()

    def run_sending(self) -> None:
        """Sends until it is closed."""
        while not self._is_closed:
            self._has_unsent.wait()
            self._unless_away(self._send_some)

    def run(self) -> None:
        """Receives until it is closed."""
        while not self._is_closed:
            self._unless_away(self._receive_some)

    def _unless_away(self, act: Callable[[], None]) -> None:
        """Acts; if Redis is away that is told once, and tried again a little later."""
        try:
            act()
        except StoreError as error:
            if self._is_closed:
                return
            if not self._is_away[act]:
                self._store_failed(f"letters: {error}")
            self._is_away[act] = True
            self._site.clock.sleep(RETRY_SECONDS)
        else:
            self._is_away[act] = False

    def _send_some(self) -> None:
        batch = [self._unsent.popleft() for _ in range(min(len(self._unsent), BATCH_COUNT))]
        by_worker: defaultdict[WorkerId, list[bytes]] = defaultdict(list)
        for worker_id, letter in batch:
            by_worker[worker_id].append(letter)
        try:
            self._post.send(by_worker)
        except StoreError:
            room = KEPT_COUNT - len(self._unsent)
            kept = batch[-room:] if room else []
            self._dropped_count += len(batch) - len(kept)
            self._unsent.extendleft(reversed(kept))
            raise
        if not self._unsent:
            self._has_unsent.clear()
        if self._dropped_count:
            dropped_count, self._dropped_count = self._dropped_count, 0
            self._store_failed(f"letters: {dropped_count} could not be sent and were dropped")

    def _receive_some(self) -> None:
        tenure = self._site.tenure
        for data in self._post.receive(tenure.worker_id, WAIT_SECONDS):
            while not tenure.is_valid:  # it may concern what is somebody else's by now
                self._site.clock.sleep(TENURE_LOOK_SECONDS)
            try:
                sealed = self._wire.decode(data)
            except UnreadableError as error:
                self._flow_failed(f"a letter cannot be read: {error}")
            else:
                if self._is_new(sealed):
                    self._hand_over(sealed.letter)

    def _is_new(self, sealed: _Sealed) -> bool:
        # Taken out and put in again: those who wrote last are last.
        last_number = self._last_numbers.pop(sealed.sender, 0)
        self._last_numbers[sealed.sender] = max(last_number, sealed.number)
        if len(self._last_numbers) > SENDERS_COUNT:
            del self._last_numbers[next(iter(self._last_numbers))]
        return sealed.number > last_number

    def _hand_over(self, letter: Letter) -> None:
        handle = self._handlers.get(type(letter))
        if handle is None:
            self._flow_failed(f"nobody reads letters of the kind {type(letter).__name__}")
            return
        try:
            handle(letter)
        except Exception as error:  # noqa: BLE001 - one letter must not keep the others
            self._flow_failed(f"{type(letter).__name__}: {type(error).__name__}: {error}")

    def _flow_failed(self, reason: str) -> None:
        self._site.facts.publish(
            FlowFailed(at=self._site.clock.now(), flow="letters", reason=reason)
        )

    def _store_failed(self, reason: str) -> None:
        self._site.facts.publish(
            StoreFailed(at=self._site.clock.now(), store="redis", reason=reason)
        )
