"""What a run is to be like."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.chaos import centre, schedule
from tests.chaos.evidence import Bounds

_SLOWEST_SHARE = 2.0
"""So many times as long as planned a run may take before it is given up."""
_LONGEST_START_AND_REST_SECONDS = 240.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the run is to be like."""

    calls: int
    seed: int
    workers: int
    nodes: int
    rate: float
    calm: bool = False
    details: bool = True
    """The switches' own records of legs are written, and read as the last resort."""
    only: str = ""
    program: str = "callcore"
    log_level: str = "warning"
    faults: tuple[schedule.Planned, ...] | None = None
    """In place of those drawn from the seed; all are done, even if nobody calls any more."""
    patience_seconds: float = 60.0
    """Of people's seconds, the mean: who has less is sooner gone, and costs less."""
    served_share: float = 1.0
    """There are agents for so many of those who call."""
    bounds: Bounds = field(default_factory=Bounds)

    @property
    def node_names(self) -> list[str]:
        """The switches."""
        return [f"fs{number}" for number in range(1, self.nodes + 1)]

    @property
    def agents_count(self) -> int:
        """How many agents there are."""
        return centre.agents_for(self.rate * self.served_share)

    @property
    def longest_seconds(self) -> float:
        """When the run is given up."""
        return _LONGEST_START_AND_REST_SECONDS + _SLOWEST_SHARE * self.calls / self.rate
