"""Records that Redis has taken and of which it is not known that Postgres has them.

Redis may come back without its last seconds, or empty. What is noted here is appended again then.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from callcore.domain.ids import CallId, Micros
from callcore.domain.records import CallRecord

MOST = 1000
"""More than so many go to the disk: Postgres is away, and Redis may be next."""


class Unconfirmed:
    """The notes, oldest first."""

    def __init__(self) -> None:
        self._taken: dict[CallId, tuple[Micros, CallRecord]] = {}

    def __len__(self) -> int:
        return len(self._taken)

    def note(self, record: CallRecord, at: Micros) -> None:
        """Redis has taken the record."""
        self._taken.pop(record.call_id, None)
        self._taken[record.call_id] = (at, record)

    def before(self, at: Micros) -> list[CallRecord]:
        """Those that Redis took before ``at``."""
        return [record for taken_at, record in self._taken.values() if taken_at < at]

    def oldest(self, count: int) -> list[CallRecord]:
        """The first ``count``."""
        return [record for _, record in islice(self._taken.values(), count)]

    def forget(self, records: Iterable[CallRecord]) -> None:
        """These are elsewhere, too."""
        for record in records:
            self._taken.pop(record.call_id, None)
