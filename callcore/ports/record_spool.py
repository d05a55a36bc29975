"""Where call records wait while the floor takes none: files of this machine, which outlive us."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from callcore.domain.records import CallRecord
from callcore.ports.stores import StoreError


class SpoolUnavailableError(StoreError):
    """The disk does not take or give what is asked: full, read-only, failing."""


class RecordSpool(Protocol):
    """Records in parts, each in the order in which it was appended.

    A part belongs to one process at a time; those of processes that have died come to whoever asks
    first. Every method may raise ``SpoolUnavailableError``. None lets other greenlets run but
    ``sync``.
    """

    def append(self, records: Sequence[CallRecord]) -> None:
        """Adds records to the part that is open. They outlive the process; nothing was added if an
        error is raised.
        """

    def sync(self) -> None:
        """Has all that was appended outlive the machine.

        If it raises, what was appended since the last time may be lost, and the open part is left
        as it is: append it again.
        """

    def close_part(self) -> str | None:
        """Ends the open part and returns its name; ``None`` if it holds nothing."""

    def parts(self) -> Sequence[str]:
        """The names of all closed parts that are ours by now, oldest first of each process."""

    def read(self, part: str) -> Iterator[CallRecord | str]:
        """The records of a closed part in their order; in place of what cannot be read, a sentence
        that says where it is.
        """

    def remove(self, part: str) -> None:
        """Deletes a closed part; one with something that cannot be read is put aside instead."""

    @property
    def length(self) -> int:
        """How many bytes our parts have, the open one included."""
