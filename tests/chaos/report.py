"""What is told of a run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.chaos.callcore_process import Callcore
from tests.chaos.decisions import Decisions
from tests.chaos.evidence import Evidence, Violation

_MOST_OF_A_RULE = 15
_DEFECTS = ("greenlet_died", "listener_failed", "observer_failed", "frame_skipped")


@dataclass(frozen=True, kw_only=True)
class Report:
    """A run and what is wrong with it."""

    evidence: Evidence
    violations: list[Violation]
    counts: dict[str, int]
    log: Callcore
    seconds: float
    busy_seconds: float

    @property
    def is_bad(self) -> bool:
        """True if a rule was broken."""
        return bool(self.violations)

    def text(self) -> str:
        """All of it."""
        parts = [self._faults(), self._calls(), self._log(), self._violations()]
        return "\n\n".join(parts)

    def _calls(self) -> str:
        lives, records = self.evidence.lives, self.evidence.records
        outcomes = Counter(str(record["outcome"]) for record in records)
        adopted = sum(bool(record["is_adopted"]) for record in records)
        told = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
        return "\n".join(
            [
                f"{len(lives.callers)} calls and {len(lives.rings)} rings in {self.seconds:.0f} s, "
                f"in {self.busy_seconds:.0f} s of which the machine was too busy to be in time",
                f"{len(records)} records: {told}; {adopted} adopted",
                *Decisions(self.evidence).lines(),
            ]
        )

    def _faults(self) -> str:
        width = max(map(len, self.counts), default=0)
        lines = [f"  {name:{width}}  {count:5}" for name, count in sorted(self.counts.items())]
        return "\n".join(["faults", *lines, f"  {'altogether':{width}}  {self._total:5}"])

    @property
    def _total(self) -> int:
        return sum(self.counts.values())

    def _log(self) -> str:
        healed: Counter[str] = Counter()
        events: Counter[str] = Counter()
        for line in self.log.log_lines():
            events[str(line.get("event"))] += 1
            if line.get("event") == "self_healed":
                healed[_healing(line)] += 1
        told = [f"  {what}  {count}" for what, count in healed.most_common()]
        others = [f"  {event}  {count}" for event, count in events.most_common()]
        besides = self.log.text_besides()[:20]
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


def _healing(line: dict[str, Any]) -> str:
    return f"{line.get('what')} {line.get('reason')}"
