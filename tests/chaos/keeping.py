"""The files of a run, from which it can be judged again: ``python -m tests.chaos.keeping DIR``."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.chaos import checker, journal, lived, people, windows
from tests.chaos.evidence import Bounds, Evidence, Record

FAULTS = "faults.jsonl"
_BUSY = "busy.jsonl"
_RECORDS = "records.jsonl"
_REST = "rest.json"


def keep(
    base: Path,
    *,
    records: Sequence[Record],
    busy: Sequence[windows.Fault],
    deaths: Mapping[str, Sequence[int]],
    left_at_end: Sequence[str],
    has_details: bool,
) -> None:
    """Writes what the journals and the list of faults do not tell."""
    lines = (f"{json.dumps(record, default=datetime.isoformat)}\n" for record in records)
    (base / _RECORDS).write_text("".join(lines))
    for span in busy:
        windows.write(base / _BUSY, span)
    rest = {"deaths": deaths, "left_at_end": left_at_end, "has_details": has_details}
    (base / _REST).write_text(json.dumps(rest))


def evidence(base: Path) -> Evidence:
    """All that a run left."""
    rest = json.loads((base / _REST).read_text())
    deaths: dict[str, list[int]] = rest["deaths"]
    journals = {name: journal.read(base / f"{name}.journal") for name in deaths}
    return Evidence(
        lives=lived.lives(journals, deaths),
        records=[_record(line) for line in (base / _RECORDS).read_text().splitlines()],
        faults=windows.read(base / FAULTS),
        busy=windows.read(base / _BUSY),
        absences=people.absences(base),
        withdrawals=people.withdrawals(base),
        left_at_end=rest["left_at_end"],
        has_details=rest["has_details"],
    )


def _record(line: str) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(line)
    for name, value in record.items():
        if name.endswith("_at") and value is not None:
            record[name] = datetime.fromisoformat(value)
    return record


if __name__ == "__main__":
    for violation in checker.check(evidence(Path(sys.argv[1])), Bounds()):
        sys.stdout.write(f"{violation.rule}: {violation.call_id} {violation.what}\n")
