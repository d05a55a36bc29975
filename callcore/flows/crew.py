"""The flows that every call's script works with, handed over as one value."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.ids import CallId
from callcore.domain.ledger import CallLedger
from callcore.domain.serving import Serving
from callcore.flows.agent_freeing import AgentFreeing
from callcore.flows.dispatching import Dispatcher
from callcore.flows.floor_changes import FloorChanges
from callcore.flows.lease_waiting import LeaseWaiting
from callcore.flows.ledger_passing import LedgerPassing
from callcore.flows.policies import Policies
from callcore.flows.queue_sights import QueueSights
from callcore.flows.record_keeping import RecordKeeping
from callcore.flows.standing_lines import StandingLines
from callcore.flows.switchboard import Switchboard
from callcore.flows.waiters import Waiters


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Who does what around a call, in one process."""

    switchboard: Switchboard
    waiters: Waiters
    policies: Policies
    dispatcher: Dispatcher
    freeing: AgentFreeing
    changes: FloorChanges
    keeping: RecordKeeping
    lines: StandingLines
    sights: QueueSights
    passing: LedgerPassing
    lease_waiting: LeaseWaiting
    ledgers: dict[CallId, CallLedger]
    """The notes of the calls followed here."""

    @property
    def serving(self) -> Serving:
        """Who serves which queue now."""
        return self.policies.serving
