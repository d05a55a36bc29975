"""FreeSWITCH's own records of legs that are over: what is left when no process followed a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from callcore.domain.ids import Micros
from callcore.ports.stores import StoreError
from callcore.ports.switch_events import LegSnapshot


class DetailsUnavailableError(StoreError):
    """Where the switch writes its records cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailRecord:
    """One leg that is over, as the switch wrote it."""

    name: str
    """What it is settled by."""
    leg: LegSnapshot
    """As it was at its end; ``bridged_to`` is its last partner."""
    was_parked: bool
    """True if it waited for callcore at some time."""
    ended_at: Micros
    hangup_cause: str
    is_ended_by_far_end: bool
    """True if whoever was on the line hung up; false if the switch did, for whatever reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableDetail:
    """Something there that is no record, or only half of one."""

    name: str
    reason: str


class DetailRecords(Protocol):
    """The records of one machine's switches. May raise ``DetailsUnavailableError``."""

    def read(self, count: int) -> Sequence[DetailRecord | UnreadableDetail]:
        """Up to ``count`` that are not settled and complete by their age, oldest first; none while
        another process of this machine looks after them.
        """

    def settle(self, names: Sequence[str]) -> None:
        """There is nothing more to be done with these: they are not read again, and go where the
        operator wants them.
        """

    def leave(self, names: Sequence[str]) -> None:
        """These are not read again, and stay where they are for a person to look at."""
