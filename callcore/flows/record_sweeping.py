"""Calls without a record, found by the switch's own records of their legs: the last resort.

A call has its own record within seconds of its end, unless no process was there. So a leg that has
been over for a while, of a call of which Postgres knows nothing although nothing is on its way,
leaves a record made from what the switch wrote. Should the call's own come later, it takes the
place of that. What the caller answered in a survey while no process was there is added to a record
that was made from the floor.
"""

from __future__ import annotations

from collections.abc import Sequence

from callcore.domain.events import FlowFailed, SelfHealed, StoreFailed
from callcore.domain.ids import CallId, Micros
from callcore.domain.records import CallRecord
from callcore.flows.detail_telling import is_of_a_call, record_of
from callcore.flows.site import Site
from callcore.ports.detail_records import (
    DetailRecord,
    DetailRecords,
    DetailsUnavailableError,
    UnreadableDetail,
)
from callcore.ports.records import (
    MendableRecords,
    RecordsRejectedError,
    RecordsUnavailableError,
)
from callcore.ports.stores import StoreError

LOOK_SECONDS = 15.0

GRACE_SECONDS = 30.0
"""So long a call's own record has the first go, from the end of the leg."""

BATCH = 200
"""Files that are read at once, and records on their way beyond which Postgres is behind."""


class RecordSweeping:
    """Looks through the switch's records for calls that have none."""

    def __init__(self, site: Site, details: DetailRecords, history: MendableRecords) -> None:
        self._site = site
        self._details = details
        self._history = history
        self._told: set[str] = set()

    def run(self) -> None:
        """Looks for ever."""
        while True:
            try:
                is_more = self.look()
            except Exception as error:  # noqa: BLE001 - whatever is in a file, the others are to be read
                now = self._site.clock.now()
                fault = FlowFailed(at=now, flow="record_sweeping", reason=repr(error))
                self._site.facts.publish(fault)
                is_more = False
            if not is_more:
                self._site.clock.sleep(LOOK_SECONDS)

    def look(self) -> bool:
        """Looks at what is there; true if there was more than is looked at in one go."""
        try:
            if self._site.pending_records.count() > BATCH:
                return False
            found = self._details.read(BATCH)
            left = self._leave_unreadable(found)
            settled = self._settle([one for one in found if isinstance(one, DetailRecord)])
        except DetailsUnavailableError as error:
            self._tell_once("details", str(error))
            return False
        except StoreError as error:
            is_postgres = isinstance(error, RecordsUnavailableError)
            self._tell("postgres" if is_postgres else "redis", str(error))
            return False
        return len(found) == BATCH and left + settled > 0

    def _leave_unreadable(self, found: Sequence[DetailRecord | UnreadableDetail]) -> int:
        """Tells of them, and leaves them to a person: how many."""
        unreadable = [one for one in found if isinstance(one, UnreadableDetail)]
        for one in unreadable:
            self._tell_once("details", f"{one.name}: {one.reason}")
        self._details.leave([one.name for one in unreadable])
        return len(unreadable)

    def _settle(self, details: Sequence[DetailRecord]) -> int:
        """Makes the records that are missing, and settles what is done with: how many."""
        ours = [one for one in details if is_of_a_call(one, self._site.policy)]
        over_by = Micros(self._site.clock.now() - round(GRACE_SECONDS * 1e6))
        due = [one for one in ours if one.ended_at < over_by]
        self._make_up_for(due)
        undue = {one.name for one in ours} - {one.name for one in due}
        settled = [one.name for one in details if one.name not in undue]
        self._details.settle(settled)
        return len(settled)

    def _make_up_for(self, due: Sequence[DetailRecord]) -> None:
        """Writes the records of calls that have none."""
        if not due:
            return
        known = self._history.ranks([CallId(one.leg.leg_id) for one in due])
        made = [record_of(one, self._site.policy) for one in due]
        self._add_answers([record for record in made if record.call_id in known])
        records = [record for record in made if record.call_id not in known]
        if not records:
            return
        refused: frozenset[CallId] = frozenset()
        try:
            self._history.write(records)
        except RecordsRejectedError as error:
            refused = frozenset(error.reasons)
            self._tell("postgres", str(error))
        for record in records:
            if record.call_id not in refused:
                self._healed(record.call_id, "made_from_cdr")

    def _add_answers(self, known: Sequence[CallRecord]) -> None:
        """Of a survey that went on while no process lived the floor knows nothing, but the leg."""
        with_answers = [record for record in known if record.survey_answers]
        if with_answers:
            for call_id in sorted(self._history.add_answers(with_answers)):
                self._healed(call_id, "answers_from_cdr")

    def _healed(self, call_id: CallId, reason: str) -> None:
        now = self._site.clock.now()
        self._site.facts.publish(SelfHealed(at=now, what="record", subject=call_id, reason=reason))

    def _tell_once(self, store: str, reason: str) -> None:
        if reason not in self._told:
            self._told.add(reason)
            self._tell(store, reason)

    def _tell(self, store: str, reason: str) -> None:
        now = self._site.clock.now()
        self._site.facts.publish(StoreFailed(at=now, store=store, reason=reason))
