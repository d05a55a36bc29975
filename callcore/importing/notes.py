"""What is told of an import besides the settings it gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from callcore.importing.places import Source


class Kind(StrEnum):
    """What became of a parameter that does not simply stand in the settings."""

    NOT_CARRIED = "not carried"
    CHANGED = "carried with a difference"
    ASSUMED = "assumed"
    NOTHING_LOST = "nothing to carry"
    """It says what callcore does anyway, or had no effect where it was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing the operator should know."""

    kind: Kind
    source: Source | None
    """``None`` for what no parameter says."""
    reason: str
    instead: str = ""
    """What to do, where there is something."""

    def __str__(self) -> str:
        about = "" if self.source is None else f"{self.source}: "
        instead = f"; instead: {self.instead}" if self.instead else ""
        return f"{about}{self.kind}: {self.reason}{instead}"


@dataclass(slots=True)
class Notes:
    """Gathers them."""

    _notes: list[Note] = field(default_factory=list)

    def __iter__(self) -> Iterator[Note]:
        """By kind, in the order of the files' lines; what is about no line last of its kind."""
        kinds = list(Kind)

        def order(note: Note) -> tuple[int, bool, str, int]:
            place = None if note.source is None else note.source.place
            if place is None:
                return (kinds.index(note.kind), True, "", 0)
            return (kinds.index(note.kind), False, place.file, place.line)

        return iter(sorted(dict.fromkeys(self._notes), key=order))

    def count(self, kind: Kind) -> int:
        """How many there are of a kind."""
        return sum(note.kind is kind for note in self)

    def not_carried(self, source: Source, reason: str, instead: str = "") -> None:
        """Something is lost."""
        self._note(Kind.NOT_CARRIED, source, reason, instead)

    def changed(self, source: Source, reason: str, instead: str = "") -> None:
        """Something is carried, and not exactly so."""
        self._note(Kind.CHANGED, source, reason, instead)

    def assumed(self, reason: str, source: Source | None = None, instead: str = "") -> None:
        """Something the files do not say had to be decided."""
        self._note(Kind.ASSUMED, source, reason, instead)

    def nothing_lost(self, source: Source, reason: str) -> None:
        """A parameter needs no setting."""
        self._note(Kind.NOTHING_LOST, source, reason, "")

    def _note(self, kind: Kind, source: Source | None, reason: str, instead: str) -> None:
        self._notes.append(Note(kind=kind, source=source, reason=reason, instead=instead))
