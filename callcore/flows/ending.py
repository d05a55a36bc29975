"""Workers that are drained: they take no new calls, and end when their last call has ended.

New callers go to the dialplan's fallback at once, promised callbacks wait for the next start, and
agents dial their feature codes as ever. A worker that is drained alone gives its calls to the
others, as one that is told by a signal does. Until a worker ends it may be told to take calls
again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from callcore.domain.events import DrainBegan, DrainCancelled
from callcore.domain.sharding import WorkerId
from callcore.flows.messages.between import EndAsked, EndCancelled
from callcore.flows.node_draining import NodeDraining
from callcore.flows.remote_waiters import Letters, NoLetters
from callcore.flows.site import Site
from callcore.ports.operations import TooLateError


class OwnProcess(Protocol):
    """The process of this worker."""

    def drain(self, by: str) -> None:
        """Has it end as soon as it may: after its last call, or when others have its calls."""

    def undrain(self) -> bool:
        """Has it stay after all; false if it ends already."""


class Stays:
    """There is no process that could end."""

    def drain(self, by: str) -> None:
        """Nothing."""

    def undrain(self) -> bool:
        """It stays anyhow."""
        return True


class Callbacks(Protocol):
    """The promises that this worker keeps."""

    def pause(self) -> None:
        """Nobody is called back."""

    def end_pause(self) -> None:
        """Customers are called back again."""


class Ending:
    """Whether this worker is drained."""

    def __init__(
        self,
        site: Site,
        draining: NodeDraining,
        callbacks: Callbacks,
        letters: Letters | None,
        process: OwnProcess,
        calls_count: Callable[[], int],
    ) -> None:
        self._site = site
        self._draining = draining
        self._callbacks = callbacks
        self._letters = letters or NoLetters()
        self._process = process
        self._calls_count = calls_count
        self.asked_by = ""
        """Empty while it is not drained."""
        self.is_of_site = False
        """True if every worker of the site is drained, and nobody takes over calls."""

    @property
    def calls_count(self) -> int:
        """How many calls this worker has to follow to their ends."""
        return self._calls_count()

    def drain(self, *, by: str, is_of_site: bool) -> tuple[WorkerId, ...]:
        """Begins, here or in every worker of the site; which workers those are."""
        tenure = self._site.tenure
        if is_of_site:
            self._letters.send_all(EndAsked(by=by))
        self._begin(by, is_of_site=is_of_site or not tenure.colleagues)
        return self._all() if is_of_site else (tenure.worker_id,)

    def undrain(self, *, by: str) -> tuple[WorkerId, ...]:
        """Every worker of the site takes calls again; which those are that have not ended. Raises
        ``TooLateError`` if this one ends already.
        """
        self._letters.send_all(EndCancelled(by=by))
        if not self._cancel(by):
            worker = self._site.tenure.worker_id
            message = f"worker {worker} ends already, and others may: start it again"
            raise TooLateError(message)
        return self._all()

    def asked(self, letter: EndAsked) -> None:
        """Another worker was asked to drain the whole site."""
        self._begin(letter.by, is_of_site=True)

    def cancelled(self, letter: EndCancelled) -> None:
        """Another worker was told that the site is to take calls again."""
        self._cancel(letter.by)

    def _all(self) -> tuple[WorkerId, ...]:
        tenure = self._site.tenure
        return tuple(sorted({tenure.worker_id, *tenure.colleagues}))

    def _begin(self, by: str, *, is_of_site: bool) -> None:
        if not self.asked_by:
            self.asked_by = by
            now = self._site.clock.now()
            self._site.facts.publish(DrainBegan(at=now, by=by, calls_count=self.calls_count))
        if is_of_site:
            self.is_of_site = True
            self._draining.turn_all_away()
        self._callbacks.pause()
        self._process.drain(self.asked_by)

    def _cancel(self, by: str) -> bool:
        if not self.asked_by:
            return True
        if not self._process.undrain():
            return False
        self.asked_by, self.is_of_site = "", False
        self._draining.turn_away_no_longer()
        self._callbacks.end_pause()
        self._site.facts.publish(DrainCancelled(at=self._site.clock.now(), by=by))
        return True
