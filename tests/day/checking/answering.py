"""When callers' lines are answered, and so when they begin to pay."""

from __future__ import annotations

from callcore.domain import events
from callcore.domain.records import CallRecord
from tests.day.checking.centre import SECOND
from tests.day.checking.family import Family
from tests.day.checking.objections import Objections
from tests.day.checking.state import CallerNow
from tests.day.checking.truth import Truth

ANSWERED = "line answered"
SOON = SECOND // 10
"""A line is answered in the next frame of sound, after what was ordered before."""


class Answering(Family):
    """Works out when each line should be answered, and compares with the records."""

    def __init__(
        self, truth: Truth, objections: Objections, records: dict[str, CallRecord]
    ) -> None:
        super().__init__(truth, objections)
        self._records = records
        self._due: dict[str, int] = {}

    def after(self, what: object) -> None:
        match what:
            case events.CallerJoined(call_id=call_id, queue=queue):
                if self.truth.queues[queue].line.is_answered_at_join:
                    self._answer(self.truth.callers[call_id])
            case events.AgentPickedUp(call_id=call_id):
                self._answer(self.truth.callers[call_id])
            case events.CallEnded(call_id=call_id):
                self._compare(call_id)
            case events.CallFact(call_id=call_id) if call_id in self.truth.callers:
                caller = self.truth.callers[call_id]
                if caller.way is not None and caller.way.kind == "menu":
                    self._answer(caller)
            case _:
                pass

    def _answer(self, caller: CallerNow, at: int | None = None) -> None:
        if caller.call_id not in self._due:
            self._due[caller.call_id] = self.truth.now if at is None else at
            caller.is_answered = True

    def _compare(self, call_id: str) -> None:
        record, due = self._records[call_id], self._due.pop(call_id, None)
        answered_at = record.line_answered_at
        if due is None:
            self.expect(ANSWERED, f"{call_id}: {answered_at}, though never", holds=not answered_at)
        elif answered_at is None:
            self.expect(ANSWERED, f"{call_id}: never", holds=record.ended_at <= due + SOON)
        else:
            self.expect(
                ANSWERED,
                f"{call_id}: {answered_at}, due {due}",
                holds=due <= answered_at <= due + SOON,
            )

    def passed(self, start: int, end: int) -> None:
        """Who waits unanswered too long is answered, where the queue says so."""
        for queue in self.truth.queues.values():
            if queue.line.is_answered_at_join:
                continue
            unanswered = queue.line.raw["unanswered"]
            if unanswered.get("then", "answer") != "answer":
                continue
            limit = round(unanswered["limit_seconds"] * SECOND)
            for caller in queue.callers.values():
                assert caller.visit is not None
                due = max(caller.arrived_at + limit, caller.visit.came_at)
                if not caller.is_answered and due < end:
                    self._answer(caller, due)
