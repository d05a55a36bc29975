"""What the switchboard needs of the workers that follow other calls."""

from __future__ import annotations

from typing import Protocol, TypeGuard, get_args

from callcore.domain.ids import LegId, NodeName
from callcore.domain.sharding import WorkerId
from callcore.flows.messages import Message
from callcore.flows.messages.between import Forwarded, Travelling

_TRAVELLING: tuple[type, ...] = get_args(Travelling)


class Elsewhere(Protocol):
    """What other workers follow, and how they are told."""

    def send(self, worker_id: WorkerId, forwarded: Forwarded) -> None:
        """Tells the worker; does not wait."""

    def keep(self, forwarded: Forwarded) -> bool:
        """Keeps what is meant for a call of ours that is about to be followed; false if none is."""

    def hear(self, node: NodeName, leg_id: LegId) -> None:
        """Has the switch tell of a leg of another worker too; does not wait."""

    def unhear(self, node: NodeName, leg_id: LegId) -> None:
        """Ends that."""


class Nowhere:
    """``Elsewhere`` of a worker without colleagues."""

    def send(self, worker_id: WorkerId, forwarded: Forwarded) -> None:
        """There is none."""

    def keep(self, forwarded: Forwarded) -> bool:  # noqa: ARG002 - of Elsewhere
        """No call is about to be followed that was another's."""
        return False

    def hear(self, node: NodeName, leg_id: LegId) -> None:
        """Every leg is heard."""

    def unhear(self, node: NodeName, leg_id: LegId) -> None:
        """Every leg is heard."""


def is_travelling(message: Message) -> TypeGuard[Travelling]:
    """True if the message may be sent to a call of another worker."""
    return isinstance(message, _TRAVELLING)
