"""The parts of a queue that are mappings of their own and speak of nothing else in the file."""

from __future__ import annotations

from pydantic import TypeAdapter

from callcore.domain.ageing import AgeingPolicy
from callcore.domain.policies import (
    StickyPolicy,
    TierPolicy,
    UnansweredPolicy,
    WaitingPerAgent,
)
from callcore.settings import queue_sections
from callcore.settings.faults import Path
from callcore.settings.reading import Reading
from callcore.settings.scalars import Decimal, Whole

_SECONDS: TypeAdapter[float] = TypeAdapter(Decimal)
_PRIORITY: TypeAdapter[int] = TypeAdapter(Whole)
_SOME_CURVE = ((1.0, 1),)
"""Stands in for one with faults."""


class QueueParts:
    """Reads them; a part that is not there is what the policy has by default."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def waiting_per_agent(self, path: Path, value: object) -> WaitingPerAgent | None:
        """How many may wait, by the agents that are there."""
        section = queue_sections.WaitingPerAgentSection
        return self._reading.part(WaitingPerAgent, section, path, value, ratio=1.0)

    def unanswered(self, path: Path, value: object) -> UnansweredPolicy:
        """How callers wait whose line is not answered."""
        section = queue_sections.UnansweredSection
        return self._reading.part(UnansweredPolicy, section, path, value) or UnansweredPolicy()

    def tiers(self, path: Path, value: object) -> TierPolicy | None:
        """When agents of higher levels may be asked."""
        section = queue_sections.TiersSection
        return self._reading.part(TierPolicy, section, path, value, relax_after_seconds=1.0)

    def sticky_agent(self, path: Path, value: object) -> StickyPolicy | None:
        """How long callers are kept for the agent who knows them; ``{}`` has the defaults."""
        return self._reading.part(StickyPolicy, queue_sections.StickyAgentSection, path, value)

    def ageing(self, path: Path, value: object) -> AgeingPolicy | None:
        """How priority grows with the wait."""
        if value is None:
            return None
        values = self._reading.faultless_settings(queue_sections.AgeingSection, path, value)
        if "curve" in values:
            values["curve"] = self._curve((*path, "curve"), values["curve"])
        return self._reading.policy(AgeingPolicy, path, values, curve=_SOME_CURVE, cap=0)

    def _curve(self, path: Path, value: object) -> tuple[tuple[float, int], ...]:
        """The points that grow from (0, 0) on; the others are faults."""
        entries = self._reading.entries(path, value)
        if value is not None and not isinstance(value, dict):
            return _SOME_CURVE
        points: list[tuple[float, int]] = []
        for key, text in entries.items():
            seconds = self._reading.checked_key(_SECONDS, (*path, key))
            gained = self._reading.checked(_PRIORITY, (*path, key), text)
            if seconds is not None and gained is not None:
                point = (seconds, gained)
                if self._grows((*path, key), points[-1] if points else (0.0, 0), point):
                    points.append(point)
        return tuple(points) if points or not entries else _SOME_CURVE

    def _grows(self, path: Path, before: tuple[float, int], point: tuple[float, int]) -> bool:
        if point[0] <= before[0]:
            self._reading.report_key(
                path, f"must be later than the {before[0]:g} seconds of the point before"
            )
        elif point[1] <= before[1]:
            self._reading.report_value(
                path, f"must be more than the {before[1]} of the point before, found {point[1]}"
            )
        return point[0] > before[0] and point[1] > before[1]
