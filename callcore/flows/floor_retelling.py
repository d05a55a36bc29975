"""Nobody is offered to anybody while a floor that lost data is being told again what is so.

Agents who talk may be free for it meanwhile. Each worker says when it has told all that it knows;
pairs are looked for again when all have, or after some seconds: what is told later still undoes
what was done without it.
"""

from __future__ import annotations

from typing import Final

from callcore.domain.ids import Micros, seconds_between
from callcore.domain.sharding import WorkerId
from callcore.flows.dispatching import Dispatcher
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.messages import FloorEmptied
from callcore.flows.messages.between import FloorTold
from callcore.flows.remote_waiters import Letters
from callcore.flows.sharing_out import BEAT_SECONDS
from callcore.flows.site import Site
from callcore.flows.switchboard import Switchboard

LOOK_SECONDS: Final = 0.05

LEAST_SECONDS: Final = 2.5 * BEAT_SECONDS
"""With its data Redis has lost who lives; every worker has said so again by then."""

MOST_SECONDS: Final = 4.0
"""After so long who has not told is not waited for."""


class FloorRetelling:
    """Holds the dispatcher meanwhile."""

    def __init__(
        self,
        site: Site,
        dispatcher: Dispatcher,
        switchboard: Switchboard,
        changes: FloorChanges,
        letters: Letters,
    ) -> None:
        self._site = site
        self._dispatcher = dispatcher
        self._switchboard = switchboard
        self._changes = changes
        self._letters = letters
        self._told: dict[WorkerId, str] = {}
        """Which epoch of the floor each worker has told last."""
        self._told_of: set[WorkerId] = set()
        """Who knows that we have told the epoch of now."""
        self._epoch = ""
        self._begun_at = Micros(0)
        self._is_looking = False

    def begin(self) -> None:
        """The floor was found lost: nobody is looked for until it is told."""
        self._dispatcher.hold()
        self._epoch, self._begun_at = "", self._site.clock.now()
        self._told_of.clear()
        if not self._is_looking:
            self._is_looking = True
            self._look_later()

    def posted(self, epoch: str) -> None:
        """The floor is open again, with that epoch; each call followed here is about to tell it of
        itself.
        """
        self._epoch = epoch

    def colleague_told(self, letter: FloorTold) -> None:
        """Another worker has told all of its calls."""
        self._told[letter.by] = letter.epoch

    def _look_later(self) -> None:
        self._site.clock.after(LOOK_SECONDS, self._look)

    def _look(self) -> None:
        if self._epoch and self._is_done():
            self._tell_colleagues()
        waited_seconds = seconds_between(self._begun_at, self._site.clock.now())
        least_seconds = 0.0 if self._site.tenure.is_alone else LEAST_SECONDS
        is_told = waited_seconds >= least_seconds and self._have_all_told()
        if is_told or waited_seconds >= MOST_SECONDS:
            self._is_looking = False
            self._dispatcher.release()
        else:
            self._look_later()

    def _tell_colleagues(self) -> None:
        tenure = self._site.tenure
        self._told[tenure.worker_id] = self._epoch
        for worker_id in sorted(tenure.colleagues - self._told_of):
            self._told_of.add(worker_id)
            letter = FloorTold(by=tenure.worker_id, epoch=self._epoch)
            self._letters.send(worker_id, letter)

    def _is_done(self) -> bool:
        is_unread = self._switchboard.has_unread(FloorEmptied)
        return not is_unread and not self._changes.is_telling_again and not self._changes.owed_count

    def _have_all_told(self) -> bool:
        tenure = self._site.tenure
        workers = {tenure.worker_id, *tenure.colleagues}
        return bool(self._epoch) and all(self._told.get(one) == self._epoch for one in workers)
