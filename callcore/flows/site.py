"""What every flow needs: the policy and the ports, handed over as one value by the bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from callcore.domain.ids import NodeName
from callcore.domain.policies import SitePolicy
from callcore.ports.records import PendingRecords
from callcore.ports.stores import Roster, WaitingRoom
from callcore.ports.surroundings import Clock, EventSink, IdSource
from callcore.ports.telephony import Switch


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One call centre as one process sees it."""

    policy: SitePolicy
    switches: Mapping[NodeName, Switch]
    waiting_room: WaitingRoom
    roster: Roster
    pending_records: PendingRecords
    epoch: Callable[[], str]
    """A random value kept with the floor's data: another one means that they were lost. May raise
    ``StoreUnavailableError``."""
    clock: Clock
    ids: IdSource
    facts: EventSink
