"""Records on this machine's disk: put there in groups, and offered from there in their order.

What is on the disk stays until it is known to be in Postgres (see ``record_confirming``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import Enum, auto

from callcore.domain.events import StoreFailed
from callcore.domain.records import CallRecord
from callcore.flows.site import Site
from callcore.ports.record_spool import SpoolUnavailableError

GROUP_SECONDS = 0.02
"""How long records gather before the disk is waited for: it does not turn for each."""


class Taken(Enum):
    """What became of records that were offered."""

    BY_FLOOR = auto()
    """Redis has them, and may lose them yet."""
    BY_HISTORY = auto()
    """Postgres has them."""
    NOT = auto()


Offer = Callable[[Iterator[CallRecord]], Taken]


class RecordSpooling:
    """Puts records on the disk and offers them; where there is none, takes none."""

    def __init__(self, site: Site, keep_again: Callable[[Sequence[CallRecord]], None]) -> None:
        """``keep_again`` is given records that the disk took and then lost."""
        self._site = site
        self._spool = site.spool
        self._keep_again = keep_again
        self._unsynced: list[CallRecord] = []
        self._is_syncing = False
        self._is_offering = False
        self._offered: set[str] = set()
        """Parts that Redis took, as far as they can be read."""

    def put(self, records: Sequence[CallRecord]) -> bool:
        """Puts records on the disk, behind all that is there; false if it does not take them."""
        if self._spool is None:
            return False
        try:
            self._spool.append(records)
        except SpoolUnavailableError as error:
            self._tell(str(error))
            return False
        self._unsynced += records
        if not self._is_syncing:
            self._is_syncing = True
            self._site.clock.after(GROUP_SECONDS, self._sync)
        return True

    def offer_all(self, offer: Offer) -> bool:
        """Offers what is on the disk and was not offered yet; true once that is nothing."""
        if self._spool is None:
            return True
        if self._is_offering:
            return False
        self._is_offering = True
        try:
            while parts := self._unoffered():
                for part in parts:
                    if not self._offer(part, offer):
                        return False
        except SpoolUnavailableError as error:
            self._tell(str(error))
        finally:
            self._is_offering = False
        return True

    def offered(self) -> list[str]:
        """The parts that Redis took, oldest first of each process."""
        if self._spool is None or not self._offered:
            return []
        return [part for part in self._spool.parts() if part in self._offered]

    def offer_again(self) -> None:
        """Redis may have lost what it took."""
        self._offered.clear()

    def records_of(self, part: str) -> Iterator[CallRecord]:
        """What can be read of a part. Raises ``SpoolUnavailableError``."""
        if self._spool is None:
            return
        for found in self._spool.read(part):
            if isinstance(found, CallRecord):
                yield found
            else:
                self._tell(found)

    def remove(self, part: str) -> None:
        """All of it is in Postgres. Raises ``SpoolUnavailableError``."""
        if self._spool is not None:
            self._spool.remove(part)
        self._offered.discard(part)

    @property
    def length(self) -> int:
        """How many bytes are on the disk. Raises ``SpoolUnavailableError``."""
        return 0 if self._spool is None else self._spool.length

    def _unoffered(self) -> list[str]:
        if self._spool is None:
            return []
        self._spool.close_part()
        return [part for part in self._spool.parts() if part not in self._offered]

    def _offer(self, part: str, offer: Offer) -> bool:
        try:
            taken = offer(self.records_of(part))
            if taken is Taken.BY_HISTORY:
                self.remove(part)
        except SpoolUnavailableError as error:
            self._tell(str(error))
            taken = Taken.BY_FLOOR  # all that can be read of it now; confirming tries again
        if taken is Taken.BY_FLOOR:
            self._offered.add(part)
        return taken is not Taken.NOT

    def _sync(self) -> None:
        records, self._unsynced = self._unsynced, []
        try:
            if self._spool is not None:
                self._spool.sync()
        except SpoolUnavailableError as error:
            self._tell(str(error))
            self._keep_again(records)
        finally:
            self._is_syncing = bool(self._unsynced)
        if self._is_syncing:
            self._site.clock.after(GROUP_SECONDS, self._sync)

    def _tell(self, reason: str) -> None:
        now = self._site.clock.now()
        self._site.facts.publish(StoreFailed(at=now, store="spool", reason=reason))
