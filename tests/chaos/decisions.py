"""How quickly agents were called: from when a caller waited and the agent was free to the ring."""

from __future__ import annotations

import bisect
from collections.abc import Iterator

from tests.chaos import centre
from tests.chaos.evidence import Evidence
from tests.chaos.legs import MICROS, Ring
from tests.chaos.windows import Fault

_AFTER_MICROS = 5 * MICROS
_CALM = "while all was well"


class Decisions:
    """Delays, by what was being done to callcore."""

    def __init__(self, evidence: Evidence) -> None:
        self._faults = sorted([*evidence.faults, *evidence.busy], key=lambda one: one.at)
        self._begins = [fault.at for fault in self._faults]
        self._free_at: dict[str, float] = {}
        for rings in evidence.lives.phones().values():
            free_at = 0.0
            for ring in rings:
                self._free_at[ring.leg] = free_at
                rest = centre.WRAP_UP_SECONDS if ring.talks else centre.RETRY_SECONDS
                free_at = max(free_at, ring.end + rest * MICROS)
        self._delays: dict[str, list[float]] = {}
        for at, delay in self._measured(evidence):
            self._delays.setdefault(self._kind(at), []).append(delay)

    def lines(self) -> list[str]:
        """A table."""
        lines = ["seconds from a caller waiting and the agent being free to the ring"]
        width = max(map(len, self._delays), default=0)
        for kind, delays in sorted(self._delays.items(), key=lambda one: one[0] != _CALM):
            delays.sort()
            lines.append(
                f"  {kind:{width}}  {len(delays):6} rings  median {_share(delays, 0.5):6.3f}"
                f"  99 % {_share(delays, 0.99):6.3f}  longest {delays[-1]:6.3f}"
            )
        return lines

    def figures(self) -> dict[str, dict[str, float]]:
        """The same as numbers."""
        return {
            kind: {
                "rings": len(delays),
                "median": _share(sorted(delays), 0.5),
                "99 %": _share(sorted(delays), 0.99),
                "longest": max(delays),
            }
            for kind, delays in self._delays.items()
        }

    def _measured(self, evidence: Evidence) -> Iterator[tuple[int, float]]:
        for caller in evidence.lives.callers.values():
            former: Ring | None = None
            for ring in caller.rings:
                waits_since = caller.began_at if former is None else former.end
                if former is None and caller.is_asked_first:
                    waits_since = caller.music_at or ring.began_at
                since = max(waits_since, self._free_at[ring.leg])
                yield ring.began_at, max(ring.began_at - since, 0.0) / MICROS
                former = ring

    def _kind(self, at: int) -> str:
        place = bisect.bisect_right(self._begins, at) - 1
        fault: Fault | None = self._faults[place] if place >= 0 else None
        if fault is None or at > fault.until_at + _AFTER_MICROS:
            return _CALM
        return fault.kind


def _share(ordered: list[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
