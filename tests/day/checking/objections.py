"""What the checker found against a day."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True)
class Objection:
    """A rule that was not kept."""

    rule: str
    at: int
    text: str

    def __str__(self) -> str:
        instant = datetime.fromtimestamp(self.at / 1e6, tz=UTC)
        return f"{instant:%H:%M:%S.%f} {self.rule}: {self.text}"


@dataclass
class Objections:
    """All of them, and how often each rule was looked at."""

    found: list[Objection] = field(default_factory=list)
    looked: Counter[str] = field(default_factory=Counter)

    def expect(self, rule: str, at: int, text: str, *, holds: bool) -> None:
        """Objects unless it ``holds``."""
        self.looked[rule] += 1
        if not holds:
            self.found.append(Objection(rule, at, text))

    def rules(self) -> Counter[str]:
        """How often each rule was broken."""
        return Counter(one.rule for one in self.found)
