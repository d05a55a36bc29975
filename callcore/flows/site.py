"""What every flow needs: the policies and the ports, handed over as one value by the bootstrap."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import CallId, NodeName
from callcore.domain.nodes import Nodes
from callcore.domain.policies import QueuePolicy, SitePolicy
from callcore.domain.serving import Serving
from callcore.domain.staffing import Presence
from callcore.flows.missing_sounds import MissingSounds
from callcore.flows.policies import Policies
from callcore.flows.tenure import Tenure
from callcore.ports.config_versions import ConfigVersions
from callcore.ports.forgetting import Keeper
from callcore.ports.left_ledgers import LeftLedgers, NoLeftLedgers
from callcore.ports.lockouts import Lockouts
from callcore.ports.lookups import Lookups
from callcore.ports.node_drains import NodeDrains, OwnNodeDrains
from callcore.ports.notices import Notices
from callcore.ports.record_spool import RecordSpool
from callcore.ports.records import PendingRecords
from callcore.ports.stores import Roster, WaitingRoom
from callcore.ports.surroundings import Clock, EventSink, IdSource
from callcore.ports.telephony import Switch


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One call centre as one process sees it."""

    policies: Policies
    switches: Mapping[NodeName, Switch]
    waiting_room: WaitingRoom
    roster: Roster
    pending_records: PendingRecords
    config_versions: ConfigVersions
    lockouts: Lockouts
    lookups: Lookups
    notices: Notices
    epoch: Callable[[], str]
    """A random value kept with the floor's data: another one means that they were lost. May raise
    ``StoreUnavailableError``."""
    clock: Clock
    ids: IdSource
    facts: EventSink
    spool: RecordSpool | None = None
    """This machine's disk, for records that the floor does not take; ``None``: memory alone."""
    keeper: Keeper | None = None
    """Who takes people out of the past; ``None`` where there is no history."""
    missing_sounds: MissingSounds = field(default_factory=MissingSounds)
    presence: Presence = field(default_factory=Presence)
    """Who is there and in which queues, as this process saw it last."""
    nodes: Nodes = field(default_factory=Nodes)
    """Which switches take calls, and where phones are registered, as this process knows it."""
    node_drains: NodeDrains = field(default_factory=OwnNodeDrains)
    left_ledgers: LeftLedgers = field(default_factory=NoLeftLedgers)
    tenure: Tenure = field(default_factory=Tenure)
    """Which calls are this worker's to follow; all of them where it is the only one."""

    def is_ours(self, node: NodeName, call_id: CallId) -> bool:
        """True if a call of the floor is this worker's; ``node`` is ``CALLBACKS`` of a promise.

        One of a node that was taken out of the settings is whose promise it would be.
        """
        where = node if node in self.switches else CALLBACKS
        return self.tenure.holds_call(where, call_id)

    @property
    def policy(self) -> SitePolicy:
        """The configuration in force: another one after a reload, so it is read where it is used.

        A queue, agent or menu named by a call that goes on may be gone from it.
        """
        return self.policies.current

    def queue_now(self, kept: QueuePolicy) -> QueuePolicy:
        """The settings of a queue as they are now; those ``kept`` if it is no more."""
        return self.policy.queues.get(kept.name, kept)

    @property
    def serving(self) -> Serving:
        """Who serves which queue by it."""
        return self.policies.serving
