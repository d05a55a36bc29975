"""Workers that are drained: they take no new calls, and end when their last call has ended.

New callers go to the dialplan's fallback at once, promised callbacks wait for the next start, and
agents dial their feature codes as ever. A worker that is drained alone gives its calls to the
others, as one that is told by a signal does.
"""

from __future__ import annotations

from collections.abc import Callable

from callcore.domain.sharding import WorkerId
from callcore.flows.messages.between import EndAsked
from callcore.flows.node_draining import NodeDraining
from callcore.flows.remote_waiters import Letters, NoLetters
from callcore.flows.site import Site

AskToEnd = Callable[[], None]
"""Has the process end as soon as it may."""


class Ending:
    """Whether this worker is drained."""

    def __init__(
        self,
        site: Site,
        draining: NodeDraining,
        pause_callbacks: Callable[[], None],
        letters: Letters | None,
        ask_to_end: AskToEnd,
    ) -> None:
        self._site = site
        self._draining = draining
        self._pause_callbacks = pause_callbacks
        self._letters = letters or NoLetters()
        self._ask_to_end = ask_to_end
        self.asked_by = ""
        """Empty while it is not drained."""
        self.is_of_site = False
        """True if every worker of the site is drained, and nobody takes over calls."""

    def drain(self, *, by: str, is_of_site: bool) -> tuple[WorkerId, ...]:
        """Begins, here or in every worker of the site; which workers those are."""
        tenure = self._site.tenure
        others = tenure.colleagues if is_of_site else frozenset()
        if is_of_site:
            self._letters.send_all(EndAsked(by=by))
        self._begin(by, is_of_site=is_of_site or not tenure.colleagues)
        return tuple(sorted({tenure.worker_id, *others}))

    def asked(self, letter: EndAsked) -> None:
        """Another worker was asked to drain the whole site."""
        self._begin(letter.by, is_of_site=True)

    def _begin(self, by: str, *, is_of_site: bool) -> None:
        self.asked_by = self.asked_by or by
        if is_of_site:
            self.is_of_site = True
            self._draining.turn_all_away()
        self._pause_callbacks()
        self._ask_to_end()
