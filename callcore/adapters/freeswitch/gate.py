"""The way of every command to the switch: open while this worker may act."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from callcore.adapters.freeswitch.command_bytes import Command
from callcore.adapters.freeswitch.link import Link
from callcore.adapters.freeswitch.replies import Reply, TakeReply
from callcore.domain.ids import NodeName
from callcore.ports.telephony import SwitchUnavailableError


class Gate:
    """Hands commands to the link. Every method raises ``SwitchUnavailableError`` while the worker
    may not act: somebody else may follow its calls by now, and two must not command one leg.
    """

    def __init__(self, link: Link, node: NodeName, may_act: Callable[[], bool] | None) -> None:
        self._link = link
        self._node = node
        self._may_act = may_act

    def ask(self, command: Command) -> Reply:
        """Sends a command and waits.

        Raises ``CommandTimedOutError``, ``SwitchUnavailableError``.
        """
        self._check()
        return self._link.ask(command)

    def ask_all(self, several: Sequence[Command]) -> list[Reply]:
        """Sends several commands at once and waits for each reply; raises as ``ask`` does."""
        self._check()
        return self._link.ask_all(several)

    def post(self, command: Command, take: TakeReply | None = None) -> None:
        """Sends a command without waiting. Raises ``SwitchUnavailableError``."""
        self._check()
        self._link.post(command, take)

    def _check(self) -> None:
        if self._may_act is not None and not self._may_act():
            raise SwitchUnavailableError(
                f"{self._node}: this worker's leases have lapsed, so others may follow its calls: "
                "it commands nothing until it knows what it still holds"
            )
