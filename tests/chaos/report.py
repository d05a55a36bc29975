"""What is told of a run."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.chaos import logs as log_lines
from tests.chaos.decisions import Decisions
from tests.chaos.evidence import Evidence, Violation
from tests.chaos.survivors import Survivors

_MOST_OF_A_RULE = 15


@dataclass(frozen=True, kw_only=True)
class Report:
    """A run and what is wrong with it."""

    evidence: Evidence
    violations: list[Violation]
    logs: list[Path]
    seconds: float
    busy_seconds: float

    @property
    def is_bad(self) -> bool:
        """True if a rule was broken."""
        return bool(self.violations)

    def text(self) -> str:
        """All of it."""
        table = "\n".join(self._survivors.lines())
        parts = [table, self._calls(), self._log(), self._violations()]
        return "\n\n".join(parts)

    def as_json(self) -> dict[str, Any]:
        """The same for machines."""
        lives, (healed, events) = self.evidence.lives, self._logged()
        return {
            "calls": len(lives.callers),
            "refused_by_the_switch": len(lives.refused),
            "rings": len(lives.rings),
            "customers_called": len(lives.customers),
            "records": self._outcomes(is_callback=False),
            "callbacks": self._outcomes(is_callback=True),
            "seconds": round(self.seconds, 1),
            "busy_seconds": round(self.busy_seconds, 1),
            "faults": [asdict(toll) for toll in self._survivors.tolls.values()],
            "delays": Decisions(self.evidence).figures(),
            "healed": healed,
            "log": events,
            "violations": [one._asdict() for one in self.violations],
        }

    @cached_property
    def _survivors(self) -> Survivors:
        return Survivors(self.evidence)

    def _outcomes(self, *, is_callback: bool) -> Counter[str]:
        return Counter(
            str(record["outcome"])
            for record in self.evidence.records
            if record["is_callback"] is is_callback
        )

    def _calls(self) -> str:
        lives, records = self.evidence.lives, self.evidence.records
        adopted = sum(bool(record["is_adopted"]) for record in records)
        return "\n".join(
            [
                f"{len(lives.callers)} calls and {len(lives.rings)} rings in {self.seconds:.0f} s, "
                f"in {self.busy_seconds:.0f} s of which the machine was too busy to be in time",
                f"{len(records)} records, {adopted} of them by whoever took over",
                f"calls: {_told(self._outcomes(is_callback=False))}",
                f"callbacks: {_told(self._outcomes(is_callback=True))}; "
                f"{len(lives.customers)} calls to customers, "
                f"{len(self.evidence.withdrawals)} asked to be taken back",
                f"{len(self.evidence.absences)} times an agent went away and came back",
                *Decisions(self.evidence).lines(),
            ]
        )

    def _logged(self) -> tuple[Counter[str], Counter[str]]:
        """What was healed, and the events of the log."""
        healed: Counter[str] = Counter()
        events: Counter[str] = Counter()
        for line in log_lines.lines(self.logs):
            events[str(line.get("event"))] += 1
            if line.get("event") == "self_healed":
                healed[_healing(line)] += 1
        return healed, events

    def _log(self) -> str:
        healed, events = self._logged()
        told = [f"  {what}  {count}" for what, count in healed.most_common()]
        others = [f"  {event}  {count}" for event, count in events.most_common()]
        besides = log_lines.besides(self.logs)[:20]
        return "\n".join(["healed", *told, "log lines", *others, *besides])

    def _violations(self) -> str:
        if not self.violations:
            return "no rule was broken"
        by_rule: dict[str, list[Violation]] = {}
        for violation in self.violations:
            by_rule.setdefault(violation.rule, []).append(violation)
        lines = [f"{len(self.violations)} violations"]
        for rule, found in by_rule.items():
            lines.append(f"{rule}: {len(found)}")
            lines += [f"  {one.call_id} {one.what}" for one in found[:_MOST_OF_A_RULE]]
        return "\n".join(lines)


def _told(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {what}" for what, count in counts.most_common()) or "none"


def _healing(line: dict[str, Any]) -> str:
    return f"{line.get('what')} {line.get('reason')}"
