"""Made-up runs for the judge: what phones lived through, and the records that were left."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.chaos import checker, legs, lived, windows
from tests.chaos.evidence import Evidence, Violation
from tests.chaos.journal import Line, Word
from tests.chaos.people import Absence, Withdrawal

START = 1_790_000_000_000_000
SUPPORT_ONLY, SALES_ONLY, ANOTHER_SUPPORT = "2004", "2003", "2006"
MUSIC = "local_stream://moh"


def at(seconds: float) -> int:
    return START + round(seconds * legs.MICROS)


class Story:
    """A made-up run: what is told by its journal, and the records it left."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.records: list[dict[str, Any]] = []
        self.faults: list[windows.Fault] = []
        self.deaths: list[int] = []
        self.absences: list[Absence] = []
        self.withdrawals: list[Withdrawal] = []
        self.left_at_end: list[str] = []
        self.has_details = True

    def tell(self, seconds: float, word: Word, leg: str, *more: str) -> None:
        self.lines.append(Line(at(seconds), word, leg, more))

    def comes(self, leg: str, seconds: float, dialled: str = "8001") -> None:
        self.tell(seconds, Word.ARRIVED, leg, f"+48{leg}", dialled)
        self.tell(seconds + 0.01, Word.ANSWERED, leg)
        self.tell(seconds + 0.02, Word.SOUND, leg, MUSIC)

    def rings(self, leg: str, seconds: float, phone: str, caller: str) -> None:
        self.tell(seconds, Word.RANG, leg, phone, f"+48{caller}")

    def picks_up(self, leg: str, seconds: float, caller: str) -> None:
        self.tell(seconds, Word.ANSWERED, leg)
        self.tell(seconds, Word.SILENCE, caller)
        self.tell(seconds + 0.02, Word.BRIDGED, caller, leg)
        self.tell(seconds + 0.02, Word.BRIDGED, leg, caller)

    def hangs_up(self, leg: str, seconds: float, by: str = "person") -> None:
        self.tell(seconds, Word.HUNG_UP, leg, "NORMAL_CLEARING", by)

    def record(self, call_id: str, outcome: str, **values: object) -> None:
        times = {
            name: datetime.fromtimestamp(at(float(str(seconds))) / 1e6, UTC)
            for name, seconds in values.items()
            if name.endswith("_at")
        }
        self.records.append(
            {
                "call_id": call_id,
                "outcome": outcome,
                "hung_up_by": "caller",
                "agent_id": None,
                "arrived_at": None,
                "bridged_at": None,
                "unbridged_at": None,
                "ended_at": None,
                "is_callback": False,
                "is_adopted": False,
                "callback_of": None,
                "callback_origin": None,
                "source": "followed",
                "left_for": None,
                "attempts": None,
                **values,
                **times,
            }
        )

    def breaks(self, seconds: float, until: float, kind: str = "kill Valkey") -> None:
        self.faults.append(windows.Fault(at=at(seconds), until_at=at(until), kind=kind))

    def served(self, leg: str, seconds: float, phone: str, dialled: str = "8001") -> None:
        """A caller who is rung for at once, talks for two seconds and hangs up."""
        self.comes(leg, seconds, dialled)
        self.talks(leg, seconds + 0.1, phone, came_at=seconds)

    def talks(self, leg: str, seconds: float, phone: str, *, came_at: float) -> None:
        """A phone rings for a caller, who then talks for two seconds and hangs up."""
        ring = f"{leg}-{phone}"
        self.rings(ring, seconds, phone, leg)
        self.picks_up(ring, seconds + 0.3, leg)
        self.hangs_up(leg, seconds + 2.3)
        self.hangs_up(ring, seconds + 2.32, "switch")
        self.record(
            leg,
            "served",
            agent_id=phone,
            arrived_at=came_at,
            bridged_at=seconds + 0.32,
            unbridged_at=seconds + 2.3,
            ended_at=seconds + 2.3,
        )

    def abandons(self, leg: str, seconds: float, until: float, dialled: str = "8001") -> None:
        """A caller who waits in vain."""
        self.comes(leg, seconds, dialled)
        self.hangs_up(leg, until)
        self.record(leg, "abandoned", arrived_at=seconds, ended_at=until)

    def evidence(self) -> Evidence:
        """All of it."""
        lines = sorted(self.lines, key=lambda one: one.at)
        lines.insert(0, Line(at(0), Word.BEGAN, "fs1", ("1",)))
        return Evidence(
            lives=lived.lives({"fs1": lines}, {"fs1": self.deaths}),
            records=self.records,
            faults=self.faults,
            absences=self.absences,
            withdrawals=self.withdrawals,
            left_at_end=self.left_at_end,
            has_details=self.has_details,
        )

    def judged(self) -> list[Violation]:
        return checker.check(self.evidence())

    def broken(self) -> set[str]:
        return {violation.rule for violation in self.judged()}
