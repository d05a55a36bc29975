"""Taking people, and what has become old, out of the past."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from callcore.domain.ids import CallId, Micros, QueueName

IsSame = Callable[[str], bool]
"""True of a number, as it was stored, that is the one meant, in whichever form it was written."""

Counts = Mapping[str, int]
"""How many of each kind: of the rows of tables by their names."""


class FileEnd(StrEnum):
    """What became of a recording's file."""

    REMOVED = "removed"
    GONE = "gone"
    """It was not there any more."""
    OUT_OF_REACH = "out_of_reach"
    """Its directory is on another machine, or not ours to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRecording:
    """A recording that the history knows."""

    call_id: CallId
    recording_number: int
    path: str
    started_at: Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What the history has of one person."""

    numbers: frozenset[str] = frozenset()
    """Each form in which the number was stored."""
    counts: Counts = field(default_factory=dict)
    recordings: tuple[KeptRecording, ...] = ()


class PersonalHistory(Protocol):
    """The records of a site. Every method may raise ``RecordsUnavailableError``."""

    def traces(self, digits: str, is_same: IsSame) -> Traces:
        """What there is of a person whose number ends with ``digits`` and is the same."""

    def make_nobodys(
        self, traces: Traces, removed: Sequence[KeptRecording], *, by: str, subject: str
    ) -> Counts:
        """Takes number, name, account and keys out of the records, and the rows of the ``removed``
        recordings; notes who asked for it. All of it or nothing; what counts is kept.
        """

    def old_recordings(
        self, before: Micros, after: KeptRecording | None, count: int
    ) -> list[KeptRecording]:
        """Up to ``count`` that began before, oldest first, those behind ``after``."""

    def forget_recordings(self, removed: Sequence[KeptRecording]) -> int:
        """Takes away their rows; how many there were."""

    def delete_records(self, before: Micros, count: int) -> int:
        """Deletes up to ``count`` records of calls that ended before, with all that belongs to
        them; how many there were.
        """

    def delete_changes(self, before: Micros, count: int) -> int:
        """Deletes up to ``count`` changes of agents of before; how many there were."""

    def note_retention(self, before: Mapping[str, Micros], counts: Counts) -> None:
        """Notes what was deleted for its age."""

    def last_retention_at(self) -> Micros | None:
        """When that was done last; ``None`` if never."""


class RecordingFiles(Protocol):
    """The files of recordings, as far as this machine has them."""

    def remove(self, path: str) -> FileEnd:
        """Removes one; nothing but a recording of callcore's."""


class PeopleOnFloor(Protocol):
    """What the floor remembers of numbers, and the records that wait on it. Every method may raise
    ``StoreUnavailableError``.
    """

    def remembered(self, queues: Collection[QueueName], number: str) -> Counts:
        """How much it remembers of a number: places dropped, agents talked with, promises."""

    def forget(self, queues: Collection[QueueName], number: str) -> Counts:
        """Forgets it."""

    def pending(self, is_same: IsSame) -> int:
        """How many records of the person wait for Postgres."""

    def forget_set_aside(self, is_same: IsSame) -> int:
        """Deletes what was set aside of the person; how much there was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Who takes people out of the past, and what is old."""

    history: PersonalHistory
    files: RecordingFiles
    floor: PeopleOnFloor


def merged(parts: Iterable[Counts]) -> dict[str, int]:
    """The sums, without what there is none of."""
    sums: dict[str, int] = {}
    for part in parts:
        for name, count in part.items():
            if count:
                sums[name] = sums.get(name, 0) + count
    return sums
