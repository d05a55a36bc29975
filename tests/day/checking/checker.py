"""All checks of a day: the truth is made again from the log, and every family looks at it."""

from __future__ import annotations

from callcore.domain import events
from callcore.domain.records import CallRecord, DecisionRecord
from tests.day.checking.answering import Answering
from tests.day.checking.centre import Centre
from tests.day.checking.doors import Doors
from tests.day.checking.explanations import Explanations
from tests.day.checking.family import Family
from tests.day.checking.leaving import Leaving
from tests.day.checking.objections import Objections
from tests.day.checking.order import Order
from tests.day.checking.records import ONE_RECORD, Records
from tests.day.checking.ringing import Ringing
from tests.day.checking.truth import Truth
from tests.day.checking.ways import Ways
from tests.day.checking.whom import Whom
from tests.day.log import DayLog


def check(day: DayLog) -> Objections:
    """Everything there is to object to."""
    truth, objections = Truth(Centre.read(day.settings_text)), Objections()
    records: dict[str, CallRecord] = {record.call_id: record for record in day.records}
    for call_id in _calls_of(day) - records.keys():
        objections.expect(ONE_RECORD, truth.now, f"{call_id} has none", holds=False)
    if objections.found:
        # Without its record nothing can be said of a call, nor of those beside it.
        return objections
    decisions: dict[str, DecisionRecord] = {
        decision.offer_id: decision for record in day.records for decision in record.decisions
    }
    families: list[Family] = [
        Records(truth, objections, records, day),
        Doors(truth, objections, records),
        Ways(truth, objections, records),
        Order(truth, objections),
        Whom(truth, objections, decisions),
        Ringing(truth, objections),
        Leaving(truth, objections),
        Answering(truth, objections, records),
        Explanations(truth, objections, records),
    ]
    for entry in day.entries:
        if entry.at > truth.now:
            for family in families:
                family.passed(truth.now, entry.at)
        truth.move_to(entry.at)
        for family in families:
            family.before(entry.what)
        truth.apply(entry.what)
        for family in families:
            family.after(entry.what)
    for family in families:
        family.ended()
    return objections


def _calls_of(day: DayLog) -> set[str]:
    return {
        entry.what.call_id for entry in day.entries if isinstance(entry.what, events.CallArrived)
    }
