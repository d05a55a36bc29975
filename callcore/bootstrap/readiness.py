"""Is this process fit to take calls? Asked by ``/readyz``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from callcore.domain.ids import NodeName
from callcore.ports.stores import StoreUnavailableError
from callcore.ports.telephony import Switch

UP = "up"
"""The word of a part that works, as the pages expect it."""


class Readiness:
    """Knows the parts; a part that has not been started yet is not ready.

    Postgres is told of, but its absence does not make the process unfit: calls go on and their
    records wait.
    """

    def __init__(self) -> None:
        self._ping: Callable[[], None] | None = None
        self._switches: Mapping[NodeName, Switch] = {}
        self._reasons: dict[NodeName, Callable[[], str]] = {}
        self._postgres = "starting"
        self._is_draining = False

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

    def draining(self) -> None:
        """No new calls are taken any more."""
        self._is_draining = True

    def parts(self) -> Mapping[str, str]:
        """Each part and ``up``, or what is wrong with it."""
        return {
            "redis": self._redis(),
            "postgres": self._postgres,
            **{f"link:{node}": self._link(node) for node in self._switches},
        }

    def _link(self, node: NodeName) -> str:
        if self._is_draining:
            return "draining: takes no new calls"
        if self._switches[node].is_connected:
            return UP
        return self._reasons[node]() or "connecting"

    def _redis(self) -> str:
        if self._ping is None:
            return "starting"
        try:
            self._ping()
        except StoreUnavailableError as error:
            return str(error)
        return UP
