"""When something was broken, and until when that may be felt."""

from __future__ import annotations

import bisect
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.chaos.legs import MICROS, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that was done; ``until_at`` is when whatever was broken ran again."""

    at: int
    until_at: int
    kind: str
    target: str = ""


def write(file: Path, fault: Fault) -> None:
    """Adds a fault to the file of a run."""
    with file.open("a", encoding="utf-8") as lines:
        lines.write(f"{json.dumps(asdict(fault))}\n")


def read(file: Path) -> list[Fault]:
    """The faults of a run."""
    if not file.exists():
        return []
    return [Fault(**json.loads(line)) for line in file.read_text().splitlines()]


class Windows:
    """The times in which faults may be felt for so long after they are over."""

    def __init__(
        self, faults: Iterable[Fault], after_seconds: float, before_seconds: float
    ) -> None:
        spans = sorted(
            (
                fault.at - int(before_seconds * MICROS),
                fault.until_at + int(after_seconds * MICROS),
            )
            for fault in faults
        )
        self._spans = list(_merged(spans))
        self._begins = [begin for begin, _ in self._spans]

    def holds(self, at: float) -> bool:
        """True of an instant at which a fault may be felt."""
        place = bisect.bisect_right(self._begins, at) - 1
        return place >= 0 and at <= self._spans[place][1]

    def touches(self, span: tuple[float, float]) -> bool:
        """True of a time in some of which a fault may be felt."""
        place = bisect.bisect_right(self._begins, span[1]) - 1
        return place >= 0 and span[0] <= self._spans[place][1]

    def contains(self, span: tuple[float, float]) -> bool:
        """True of a time in all of which one fault may be felt."""
        place = bisect.bisect_right(self._begins, span[0]) - 1
        return place >= 0 and span[1] <= self._spans[place][1]

    def outside(self, span: Span) -> list[Span]:
        """The parts of a time in which nothing is felt."""
        found, at = [], span[0]
        place = max(bisect.bisect_right(self._begins, span[0]) - 1, 0)
        for begin, end in self._spans[place:]:
            if begin >= span[1]:
                break
            if begin > at:
                found.append((at, begin))
            at = max(at, end)
        if at < span[1]:
            found.append((at, span[1]))
        return found

    def seconds(self) -> float:
        """How long altogether."""
        return sum(end - begin for begin, end in self._spans) / MICROS


def _merged(spans: Sequence[Span]) -> Iterator[Span]:
    begin, end = None, 0
    for one_begin, one_end in spans:
        if begin is not None and one_begin <= end:
            end = max(end, one_end)
            continue
        if begin is not None:
            yield (begin, end)
        begin, end = one_begin, one_end
    if begin is not None:
        yield (begin, end)
