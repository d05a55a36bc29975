"""Where callers are led: treatments by reason, join times kept or not, resumed places."""

from __future__ import annotations

from callcore.domain import events
from callcore.domain.records import CallRecord
from tests.day import log
from tests.day.checking.centre import (
    FALLBACK_CONTEXT,
    OUTBOUND_CONTEXT,
    VOICEMAIL_EXTENSION,
    Way,
)
from tests.day.checking.family import Family
from tests.day.checking.objections import Objections
from tests.day.checking.state import CallerNow
from tests.day.checking.truth import Truth

TREATMENT = "treated as the settings say"
PLACE = "join time and priority of a visit"


class Ways(Family):
    """Follows every caller from step to step."""

    def __init__(
        self, truth: Truth, objections: Objections, records: dict[str, CallRecord]
    ) -> None:
        super().__init__(truth, objections)
        self._records = records

    def before(self, what: object) -> None:
        match what:
            case events.CallerJoined(call_id=call_id, queue=queue):
                self._comes_to(self.truth.callers[call_id], "queue", queue)
            case events.CallRefused(call_id=call_id, queue=queue):
                caller = self.truth.callers[call_id]
                if caller.way is not None:
                    self._comes_to(caller, "queue", queue)
            case events.MenuAnswered(call_id=call_id, menu=menu):
                self._comes_to(self.truth.callers[call_id], "menu", menu)
            case events.CallSentOn(call_id=call_id, to=to):
                way = self.truth.callers[call_id].way
                self.expect(
                    TREATMENT,
                    f"{call_id} is sent to {to}, expected {way}",
                    holds=way is not None and way.words == to,
                )
            case log.HandedOver():
                self._is_handed_over(self.truth.callers[what.call_id], what)
            case events.CallEnded(call_id=call_id):
                self._ends(self.truth.callers[call_id])
            case _:
                pass

    def _comes_to(self, caller: CallerNow, kind: str, name: str) -> None:
        way = caller.way
        self.expect(
            TREATMENT,
            f"{caller.call_id} comes to {kind} {name}, expected {way}",
            holds=way is not None and (way.kind, way.name) == (kind, name),
        )

    def _is_handed_over(self, caller: CallerNow, given: log.HandedOver) -> None:
        way = caller.way
        expected = _handed(way) if way is not None else None
        got = (given.extension, given.context, given.voicemail_box)
        self.expect(
            TREATMENT, f"{caller.call_id} is handed to {got}, expected {way}", holds=got == expected
        )

    def _ends(self, caller: CallerNow) -> None:
        record, way = self._records[caller.call_id], caller.way
        if way is not None and way.kind == "goodbye" and caller.hung_up_by != "caller":
            self.expect(
                TREATMENT,
                f"{caller.call_id} ends with {record.hangup_cause} by {record.hung_up_by}",
                holds=(record.hangup_cause, record.hung_up_by) == (way.cause, "callcore"),
            )
        if way is not None and way.kind not in {"goodbye", "menu"}:
            self.expect(
                TREATMENT,
                f"{caller.call_id} ends before {way}",
                holds=way.kind != "queue" and caller.handed_over is not None,
            )
        self._compare_visits(caller, record)

    def _compare_visits(self, caller: CallerNow, record: CallRecord) -> None:
        self.expect(
            PLACE,
            f"{caller.call_id}: {len(record.visits)} visits",
            holds=len(record.visits) == len(caller.visits),
        )
        for told, true in zip(record.visits, caller.visits, strict=False):
            facts = {
                "queue": told.queue == true.queue,
                "reason": (told.leave_reason or "") == true.reason,
                "refusal": (told.refusal_reason or "") == true.refusal,
                "joined_at": told.joined_at == true.first_joined_at,
                "came_at": (told.came_at or told.joined_at) == true.came_at,
                "left_at": told.left_at == true.left_at,
                "is_resumed": told.is_resumed == true.is_resumed,
                "priority": told.priority == true.priority_at_join,
                "last_priority": true.refusal or told.last_priority == true.last_priority,
                "treatment": told.treatment
                == self._treatment(true.queue, true.reason or true.refusal),
            }
            if true.reason == "moved":
                del facts["treatment"]
            wrong = [name for name, holds in facts.items() if not holds]
            self.expect(PLACE, f"{caller.call_id}: {wrong}: {told}, {true}", holds=not wrong)

    def _treatment(self, queue: str, reason: str) -> str:
        if reason in {"picked_up", "abandoned", "unknown_queue"}:
            return ""
        return self.truth.queues[queue].line.after(reason).words


def _handed(way: Way) -> tuple[str, str, str] | None:
    match way.kind:
        case "extension":
            return way.name, way.context or FALLBACK_CONTEXT, ""
        case "number":
            return way.name, OUTBOUND_CONTEXT, ""
        case "voicemail":
            return VOICEMAIL_EXTENSION, FALLBACK_CONTEXT, way.name
        case _:
            return None
