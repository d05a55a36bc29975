"""A simulated switch as a process that is started anew when it was killed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.chaos.processes import Module, until


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchPlan:
    """What one node is to live through."""

    name: str
    journal: Path
    seed: int
    callers: int
    rate: float
    agents_count: int
    patience_seconds: float
    divisor: int
    remainder: int
    details: Path | None
    """Where it writes its own records of legs."""

    def arrived(self) -> int:
        """How many callers its journal tells of, those who called again not counted."""
        if not self.journal.exists():
            return 0
        count = 0
        with self.journal.open("rb") as lines:
            for line in lines:
                count += b'"arrived"' in line or b'"refused"' in line
                count -= b'"again"' in line
        return count


class Switch:
    """One node: a simulated switch that is started anew when it was killed."""

    def __init__(self, plan: SwitchPlan) -> None:
        self.plan = plan
        self.port = 0
        self.life = 0
        self._arrived_before = 0
        self._module: Module | None = None

    @property
    def name(self) -> str:
        """Its name as a node."""
        return self.plan.name

    @property
    def arrived_count(self) -> int:
        """How many callers have come in all its lives, as far as it has said."""
        return self._arrived_before + self._status()[0]

    @property
    def legs_count(self) -> int:
        """How many legs there are, as far as it has said."""
        return self._status()[1]

    @property
    def pid(self) -> int | None:
        """Of the process that runs now, if one does."""
        return None if self._module is None else self._module.process.pid

    def start(self) -> None:
        """Starts it, on the port that it had."""
        plan = self.plan
        self.life += 1
        self._arrived_before = plan.arrived()
        module = Module(
            "tests.chaos.switch",
            *("--name", plan.name, "--journal", str(plan.journal), "--seed", str(plan.seed)),
            *("--callers", str(max(0, plan.callers - self._arrived_before))),
            *("--rate", str(plan.rate), "--agents", str(plan.agents_count)),
            *("--patience", str(plan.patience_seconds)),
            *("--first", str(self._arrived_before), "--port", str(self.port)),
            *("--divisor", str(plan.divisor), "--remainder", str(plan.remainder)),
            *("--life", str(self.life)),
            *(() if plan.details is None else ("--details", str(plan.details))),
        )
        self._module = module
        first = until(lambda: module.lines, f"{plan.name} to run")[0]
        self.port = int(first.removeprefix("ready "))
        if self.life > 1:
            self.open()

    def kill(self) -> None:
        """Kills it, with its calls."""
        assert self._module is not None
        self._module.kill()

    def open(self) -> None:
        """Lets callers in."""
        assert self._module is not None
        self._module.tell("open")

    def end(self) -> None:
        """Ends it."""
        if self._module is not None:
            self._module.end()

    def _status(self) -> tuple[int, int]:
        line = self._module.lines[-1] if self._module and self._module.lines else "nothing yet"
        word, *counts = line.split()
        return (int(counts[0]), int(counts[1])) if word == "status" else (0, 0)
