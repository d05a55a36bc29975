"""Is this process fit to take calls? Asked by ``/readyz``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from callcore.domain.callbacks import CALLBACKS
from callcore.domain.ids import NodeName
from callcore.domain.nodes import Nodes
from callcore.domain.sharding import Duty
from callcore.flows.tenure import Tenure
from callcore.ports.stores import StoreUnavailableError
from callcore.ports.telephony import Switch

UP = "up"
"""The word of a part that works, as the pages expect it."""


class Readiness:
    """Knows the parts; a part that has not been started yet is not ready.

    Postgres is told of, but its absence does not make the process unfit: calls go on and their
    records wait.
    """

    def __init__(self, tenure: Tenure) -> None:
        self._tenure = tenure
        self._ping: Callable[[], None] | None = None
        self._switches: Mapping[NodeName, Switch] = {}
        self._reasons: dict[NodeName, Callable[[], str]] = {}
        self._postgres = "starting"
        self._is_draining = False
        self._trouble: Callable[[], str] = str
        self._nodes = Nodes()

    def watch_nodes(self, nodes: Nodes) -> None:
        """Tells of nodes that take no calls, or count as dead, from now on."""
        self._nodes = nodes

    def watch_load(self, trouble: Callable[[], str]) -> None:
        """Tells from now on of callers who are turned away."""
        self._trouble = trouble

    def watch_redis(self, ping: Callable[[], None]) -> None:
        """Asks Redis from now on."""
        self._ping = ping

    def watch_switches(self, switches: Mapping[NodeName, Switch]) -> None:
        """Asks the links from now on."""
        self._switches = switches

    def explain(self, node: NodeName, reason: Callable[[], str]) -> None:
        """Says who knows why a node's link is down."""
        self._reasons[node] = reason

    def postgres(self, state: str) -> None:
        """Notes how Postgres fares: ``up`` or what is wrong."""
        self._postgres = state

    def draining(self, *, is_so: bool = True) -> None:
        """No new calls are taken any more; or if not ``is_so``, again."""
        self._is_draining = is_so

    def parts(self) -> Mapping[str, str]:
        """Each part and ``up``, or what is wrong with it."""
        return {
            "redis": self._redis(),
            "lease": UP if self._tenure.is_valid else "not renewed: acts for nobody",
            "postgres": self._postgres,
            "load": self._trouble() or UP,
            **{f"link:{node}": self._link(node) for node in self._switches},
        }

    def worker(self) -> Mapping[str, object]:
        """Which worker this is, whose calls it follows, and who follows the others."""
        digits = {node: self._tenure.digits_of(node) for node in (*self._switches, CALLBACKS)}
        return {
            "worker": self._tenure.worker_id,
            "shards": {str(node).removeprefix("@"): held for node, held in digits.items()},
            "duties": [duty for duty in Duty if self._tenure.has_duty(duty)],
            "colleagues": sorted(self._tenure.colleagues),
            "draining": sorted(self._nodes.drains),
            "gone": sorted(self._nodes.gone),
        }

    def _link(self, node: NodeName) -> str:
        if self._is_draining:
            return "draining: takes no new calls"
        if self._switches[node].is_connected:
            return UP
        reason = self._reasons[node]() or "connecting"
        return f"counts as dead: {reason}" if self._nodes.is_gone(node) else reason

    def _redis(self) -> str:
        if self._ping is None:
            return "starting"
        try:
            self._ping()
        except StoreUnavailableError as error:
            return str(error)
        return UP
