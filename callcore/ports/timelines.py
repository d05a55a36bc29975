"""Where the changes of agents go: a stream in Redis first, Postgres next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from callcore.domain.agents import AgentReason, AgentState, BreakCode, HoldReason
from callcore.domain.ids import AgentId, CallId, Micros, OfferId, QueueName
from callcore.ports.store_faults import StoreError


class ChangesRejectedError(StoreError):
    """Postgres holds the whole batch but the changes in ``reasons``, which it will never take."""

    def __init__(self, reasons: Mapping[str, str], new_count: int) -> None:
        told = "; ".join(f"{entry_id}: {reason}" for entry_id, reason in reasons.items())
        super().__init__(f"{len(reasons)} changes of agents were refused ({told})")
        self.reasons = dict(reasons)
        """By entry id."""
        self.new_count = new_count
        """How many of the others were new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentChange:
    """One line of an agent's timeline: what changed, and how the agent stood afterwards."""

    agent_id: AgentId
    at: Micros
    """By Redis' clock."""
    before: AgentState
    state: AgentState
    """The same as ``before`` where something else changed."""
    reason: AgentReason
    actor: str
    note: str = ""
    break_code: BreakCode | None = None
    """Of the break the agent is on."""
    holds: frozenset[HoldReason] = frozenset()
    queue: QueueName | None = None
    """Of the offer, the talk or the wrap-up."""
    call_id: CallId | None = None
    offer_id: OfferId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingChange:
    """A change that waits for Postgres, with the id it is acknowledged by."""

    entry_id: str
    """``milliseconds-number``, in the order of the changes; may come again once Redis has lost its
    data."""
    change: AgentChange


class PendingChanges(Protocol):
    """Changes that have not reached Postgres, in the order in which they happened. May raise
    ``StoreUnavailableError``.
    """

    def read(self, count: int, wait_seconds: float) -> list[PendingChange]:
        """Up to ``count`` unacknowledged changes, oldest first, waiting up to ``wait_seconds`` (0:
        not at all) for the first. One that cannot be read is set aside and counted.
        """

    def acknowledge(self, entry_ids: Sequence[str]) -> None:
        """Forgets changes that Postgres holds."""

    def set_aside(self, entry_ids: Sequence[str]) -> None:
        """Moves changes that Postgres will never take out of the way, for a person to look at."""

    def count(self) -> int:
        """How many changes wait."""


class Timelines(Protocol):
    """The agents' history in Postgres. May raise ``RecordsUnavailableError``."""

    def write(self, changes: Sequence[PendingChange]) -> int:
        """Writes a batch; a change already there is left as it is. Returns how many were new.

        May also raise ``ChangesRejectedError`` when all is written but changes that Postgres
        refuses: those are to be kept elsewhere.
        """

    def of(self, agent_id: AgentId, count: int) -> list[AgentChange]:
        """The last ``count`` changes of an agent, oldest first."""
