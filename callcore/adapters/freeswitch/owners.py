"""Who follows the legs of which digit, kept by the switch itself as global variables.

They live as long as its process does; a switch that was restarted knows of no owner, and of no leg.
"""

from __future__ import annotations

from callcore.adapters.freeswitch import hostile, link_commands
from callcore.adapters.freeswitch.cleaning import cleaned
from callcore.adapters.freeswitch.link import Link
from callcore.domain.ids import NodeName
from callcore.domain.sharding import DIGITS
from callcore.ports.telephony import CommandRefusedError

NOTHING_KEPT = "-ERR no reply"
"""What the event socket says in place of an answer without text."""

SHOWN_LIMIT = 128


class Owners:
    """The marks of one site on one node; raised is what ``Link.ask`` raises."""

    def __init__(self, link: Link, node: NodeName, site: str) -> None:
        self._link = link
        self._node = node
        self._site = hostile.site(site)

    def mark(self, digits: str, owner: str) -> None:
        """Marks the digits as the owner's (asked). Raises ``CommandRefusedError`` too."""
        value = hostile.owner(owner)
        several = [
            link_commands.set_global(self._name(digit), value) for digit in hostile.digits(digits)
        ]
        for reply in self._link.ask_all(several):
            if reply.is_error:
                raise CommandRefusedError(f"{self._node}: global_setvar: {reply.text[:200]}")

    def marks(self) -> dict[str, str]:
        """The owners by digit (asked). Raises ``CommandRefusedError`` too."""
        found = {}
        replies = self._link.ask_all(
            [link_commands.ask_global(self._name(digit)) for digit in DIGITS]
        )
        for digit, reply in zip(DIGITS, replies, strict=True):
            if reply.text == NOTHING_KEPT or not reply.text:
                continue
            if reply.is_error:
                raise CommandRefusedError(f"{self._node}: global_getvar: {reply.text[:200]}")
            found[digit] = cleaned(reply.text, SHOWN_LIMIT)
        return found

    def _name(self, digit: str) -> str:
        return f"callcore_owner_{self._site}_{digit}"
