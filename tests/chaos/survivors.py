"""What was lost and what was not, by kind of fault: who was there, and what they lived through."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass

from tests.chaos.evidence import Evidence
from tests.chaos.legs import MICROS, Caller, Ring
from tests.chaos.windows import Fault

_LONGEST_CALL_SECONDS = 180.0
_FELT_SECONDS = 5.0
VANISHED = "MEDIA_TIMEOUT"
"""Of a phone that fell silent."""
_HEADINGS = (
    "broken",
    "times",
    "calls then",
    "waited",
    "of them kept",
    "gone with their switch",
    "sent on or turned away",
    "talked",
    "talked on",
    "cut with their switch",
    "cut otherwise",
    "without a record",
)


@dataclass(slots=True, kw_only=True)
class Toll:
    """Sums over all faults of a kind. A place was kept by whoever was served from it, was promised
    a callback, or left by own will; a talk went on that one of both ended.
    """

    kind: str
    times: int = 0
    calls: int = 0
    waited: int = 0
    places_kept: int = 0
    places_gone_with_switch: int = 0
    places_lost: int = 0
    talked: int = 0
    talks_kept: int = 0
    talks_gone_with_switch: int = 0
    talks_cut: int = 0
    unrecorded: int = 0

    def add_talk(self, caller: Caller, partner: Ring | None) -> None:
        """Adds one who talked then, in a talk that was over while the fault may have been felt;
        nobody who is still on the line, or whom one of both left, was cut off.
        """
        has_left = caller.ended_by == "person" or (
            partner is not None and (partner.ended_by == "person" or partner.cause == VANISHED)
        )
        self.talks_kept += has_left
        self.talks_gone_with_switch += not has_left and caller.ended_by == "death"
        self.talks_cut += not has_left and caller.ended_by != "death"

    def add_place(self, caller: Caller, felt_until: float) -> None:
        """Adds one who waited then."""
        is_over = caller.end <= felt_until and not caller.talks
        is_gone = is_over and caller.ended_by == "death"
        is_let_go = is_over and caller.ended_by == "switch" and caller.confirmed_at > caller.end
        is_sent_on = caller.sent_on_at is not None and caller.sent_on_at <= felt_until
        self.places_gone_with_switch += is_gone
        self.places_lost += not is_gone and (is_let_go or is_sent_on)
        self.places_kept += not (is_gone or is_let_go or is_sent_on)

    def cells(self) -> list[str]:
        """A line of the table."""
        return [str(value) for value in asdict(self).values()]


class Survivors:
    """The tolls of a run."""

    def __init__(self, evidence: Evidence) -> None:
        self._callers = sorted(evidence.lives.callers.values(), key=lambda one: one.began_at)
        self._begins = [caller.began_at for caller in self._callers]
        self._rings = evidence.lives.rings
        self._recorded = {str(record["call_id"]) for record in evidence.records}
        self.tolls: dict[str, Toll] = {}
        for fault in evidence.faults:
            self._count(fault)

    def lines(self) -> list[str]:
        """A table in Markdown."""
        rows: Iterable[Sequence[str]] = [
            _HEADINGS,
            ["---"] * len(_HEADINGS),
            *(self.tolls[kind].cells() for kind in sorted(self.tolls)),
            self._altogether().cells(),
        ]
        return [f"| {' | '.join(row)} |" for row in rows]

    def _count(self, fault: Fault) -> None:
        toll = self.tolls.setdefault(fault.kind, Toll(kind=fault.kind))
        toll.times += 1
        felt_until = fault.until_at + _FELT_SECONDS * MICROS
        for caller in self._there(fault.at):
            toll.calls += 1
            toll.unrecorded += caller.leg not in self._recorded
            talk = next((talk for talk in caller.talks if _lasts(talk, fault.at)), None)
            if talk is None and caller.music_at is not None:
                if caller.music_at <= fault.at < caller.wait_end:
                    toll.waited += 1
                    toll.add_place(caller, felt_until)
            elif talk is not None:
                toll.talked += 1
                if talk[1] is None or talk[1] > felt_until:
                    toll.talks_kept += 1
                else:
                    toll.add_talk(caller, self._rings.get(talk[2]))

    def _there(self, at: int) -> Iterator[Caller]:
        first = bisect.bisect_left(self._begins, at - int(_LONGEST_CALL_SECONDS * MICROS))
        for caller in self._callers[first : bisect.bisect_right(self._begins, at)]:
            if caller.end > at:
                yield caller

    def _altogether(self) -> Toll:
        sums = Toll(kind="altogether")
        for toll in self.tolls.values():
            for name, value in asdict(toll).items():
                if name != "kind":
                    setattr(sums, name, getattr(sums, name) + value)
        return sums


def _lasts(talk: tuple[int, int | None, str], at: int) -> bool:
    return talk[0] <= at and (talk[1] is None or talk[1] > at)
