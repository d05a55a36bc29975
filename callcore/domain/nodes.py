"""The switches that share the queues, as this process knows them: which take calls, which are dead,
where phones are registered and how they are reached from elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from callcore.domain import phones
from callcore.domain.ids import Micros, NodeName
from callcore.domain.phones import Phone

USER_PLACE = "{user}"
"""What a contact through another switch, or at a registrar, has in place of the phone's user."""


class LinkState(StrEnum):
    """How a worker reaches a node."""

    UP = "up"
    DOWN = "down"
    """Its calls go on, for all that is known."""
    GONE = "gone"
    """It counts as dead: its calls were closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drain:
    """A node is to be emptied: it takes no new calls."""

    since: Micros
    by: str


class Nodes:
    """What holds of the nodes now; told by the switches, and by what workers share of drains."""

    def __init__(self, peer_contacts: Mapping[NodeName, str] | None = None) -> None:
        """``peer_contacts`` say how others reach the phones that are registered with a node."""
        self._peer_contacts = dict(peer_contacts or {})
        self._drains: Mapping[NodeName, Drain] = {}
        self._gone: dict[NodeName, Micros] = {}
        self._registered: dict[NodeName, dict[Phone, bool]] = {}
        self._ran_at: dict[NodeName, Micros] = {}
        self._restarted_at: dict[NodeName, Micros] = {}

    @property
    def drains(self) -> Mapping[NodeName, Drain]:
        """The nodes that are being emptied."""
        return self._drains

    @property
    def gone(self) -> Mapping[NodeName, Micros]:
        """The nodes that count as dead, and since when."""
        return self._gone

    @property
    def registered(self) -> dict[NodeName, dict[Phone, bool]]:
        """Of each node that has told, which phones are registered there, and which are not."""
        return self._registered

    def is_drained(self, node: NodeName) -> bool:
        """True if the node is to take no new calls."""
        return node in self._drains

    def note_drains(self, drains: Mapping[NodeName, Drain]) -> None:
        """These are being emptied, and no others."""
        self._drains = dict(drains)

    def is_gone(self, node: NodeName) -> bool:
        """True if the node counts as dead."""
        return node in self._gone

    def vanished(self, node: NodeName, at: Micros) -> None:
        """The node counts as dead: no phone is registered there any more, as far as is known."""
        self._gone[node] = at
        self._registered.pop(node, None)

    def came_back(self, node: NodeName) -> None:
        """It is reached again."""
        self._gone.pop(node, None)

    def restarted(self, node: NodeName, at: Micros) -> None:
        """The node's core is another one than before, and was begun by then."""
        self._restarted_at[node] = self._ran_at[node] = at

    def ran(self, node: NodeName, at: Micros) -> None:
        """The node's core of now ran at that instant, unless it has been restarted since."""
        earliest = min(at, self._ran_at.get(node, at))
        self._ran_at[node] = max(earliest, self._restarted_at.get(node, earliest))

    def has_run_since(self, node: NodeName, at: Micros) -> bool:
        """True if the node's core is known to have run from that instant on: whatever has ended
        since has not ended with it.
        """
        return node not in self._gone and self._ran_at.get(node, Micros(at + 1)) <= at

    def in_order(self, nodes: Collection[NodeName]) -> list[NodeName]:
        """Those from which somebody may be called now: none that is being emptied."""
        return [node for node in nodes if node not in self._drains]

    def way_to(self, contact: str, node: NodeName, registrar_contact: str | None = None) -> Way:
        """How ``node`` reaches the phone of an agent's contact.

        By itself if the phone is registered there, or if that is not known; else through the node
        where it is, or at the registrar.
        """
        phone = phones.phone_of(contact)
        if phone is None or self._registered.get(node, {}).get(phone, False):
            return Way(contact=contact)
        for other, told in self._registered.items():
            template = self._peer_contacts.get(other)
            if other != node and template is not None and told.get(phone, False):
                return Way(contact=with_user(template, phone), through=other)
        if registrar_contact is not None and not self.is_registered_anywhere(phone):
            return Way(contact=with_user(registrar_contact, phone))
        return Way(contact=contact)

    def is_registered_anywhere(self, phone: Phone) -> bool:
        """True if some node has told so."""
        return any(told.get(phone, False) for told in self._registered.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """What a node dials to reach a phone; ``through`` the node where that is registered, if it is
    another one.
    """

    contact: str
    through: NodeName | None = None


def with_user(template: str, phone: Phone) -> str:
    """The template with the phone's user, which holds letters, digits and ``_.+*#-`` alone."""
    return template.replace(USER_PLACE, phones.user_of(phone))
