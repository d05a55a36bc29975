"""What the switches have told of agents' phones: where each is registered, and its legs.

Kept while a link is down: what cannot be known now is not taken for its opposite. Phones that no
agent's contact names are not kept at all, nor legs that another worker follows by now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from callcore.domain.ids import LegId, Micros, NodeName
from callcore.domain.phones import Phone
from callcore.domain.sharding import Shard, shard_of_leg
from callcore.flows.tenure import Tenure
from callcore.ports.telephony import PhoneLeg


@dataclass(slots=True, kw_only=True)
class KnownLeg:
    """A leg to or from a phone."""

    node: NodeName
    phone: Phone
    is_offer: bool
    offer_id: str
    """Of the offer, if that is known."""
    from_node: NodeName | None
    """Where callcore has it called, if that is another node."""
    is_doubted: bool = False
    """True of a leg callcore called for an offer that has had the time to end with it."""


class PhoneKnowledge:
    """Knows nothing of a phone on a node before it was told or has asked."""

    def __init__(
        self, tenure: Tenure, registered: dict[NodeName, dict[Phone, bool]] | None = None
    ) -> None:
        """``registered`` is where it is kept who is registered at which node."""
        self._tenure = tenure
        self._compared: dict[Shard, int | None] = {}
        """Those whose legs were asked for, with the token under which they were held then."""
        self._registered = {} if registered is None else registered
        self._told_at: dict[tuple[NodeName, Phone], Micros] = {}
        self._legs: dict[LegId, KnownLeg] = {}
        self._legs_by_phone: dict[Phone, set[LegId]] = {}

    def is_told(self, node: NodeName, phone: Phone) -> bool:
        """True once it is known whether the phone is registered at the node."""
        return phone in self._registered.get(node, {})

    def is_registered(self, phone: Phone, connected: Iterable[NodeName]) -> bool | None:
        """True if any node has it registered, false if all who have told have not; ``None`` while
        one that is connected has yet to tell, or none has.
        """
        if any(told.get(phone, False) for told in self._registered.values()):
            return True
        return False if self.is_complete(phone, connected) else None

    def is_complete(self, phone: Phone, connected: Iterable[NodeName]) -> bool:
        """True if some node has told of the phone, and every connected one has."""
        return all(self.is_told(node, phone) for node in connected) and any(
            phone in told for told in self._registered.values()
        )

    def registers(self, node: NodeName, phone: Phone, at: Micros, *, is_registered: bool) -> bool:
        """The node tells so; true if it is news."""
        self._told_at[node, phone] = at
        return self._note(node, phone, is_registered=is_registered)

    def answered(
        self, node: NodeName, asked: Collection[Phone], registered: Collection[Phone], since: Micros
    ) -> list[Phone]:
        """The node was asked; of whom it is news. What it has told ``since`` is newer than its
        answer.
        """
        return [
            phone
            for phone in asked
            if self._told_at.get((node, phone), Micros(0)) < since
            and self._note(node, phone, is_registered=phone in registered)
        ]

    def begins(self, node: NodeName, leg_id: LegId, leg: PhoneLeg) -> bool:
        """A leg of the phone exists; true if it is news."""
        if leg_id in self._legs:
            return False
        self._legs[leg_id] = KnownLeg(
            node=node,
            phone=leg.phone,
            is_offer=leg.is_offer,
            offer_id=leg.offer_id,
            from_node=leg.from_node,
        )
        self._legs_by_phone.setdefault(leg.phone, set()).add(leg_id)
        return True

    def ends(self, leg_id: LegId) -> KnownLeg | None:
        """The leg is over; what was known of it."""
        leg = self._legs.pop(leg_id, None)
        if leg is not None:
            of_phone = self._legs_by_phone[leg.phone]
            of_phone.discard(leg_id)
            if not of_phone:
                del self._legs_by_phone[leg.phone]
        return leg

    def shard_of(self, leg_id: LegId) -> Shard:
        """The shard of a leg that is known."""
        return shard_of_leg(self._legs[leg_id].node, leg_id)

    def compared(self, shards: Mapping[Shard, int | None]) -> None:
        """All legs in these shards, held by these tokens, are known from now on."""
        self._compared.update(shards)

    def is_compared(self, shard: Shard) -> bool:
        """True if what there is in a shard is this worker's to tell, and known."""
        if self._tenure.is_alone:
            return True
        is_held = self._tenure.holds(shard) and shard in self._compared
        return is_held and self._compared[shard] == self._tenure.held.get(shard)

    def forget_others(self) -> None:
        """Forgets the legs that are another worker's to follow."""
        if self._tenure.is_alone:
            return
        for leg_id, leg in list(self._legs.items()):
            if not self._tenure.holds_leg(leg.node, leg_id):
                self.ends(leg_id)

    def leg(self, leg_id: LegId) -> KnownLeg | None:
        """What is known of a leg."""
        return self._legs.get(leg_id)

    def legs_of(self, phone: Phone) -> Mapping[LegId, KnownLeg]:
        """The phone's legs."""
        return {leg_id: self._legs[leg_id] for leg_id in self._legs_by_phone.get(phone, ())}

    def legs_on(self, node: NodeName) -> dict[LegId, KnownLeg]:
        """The legs of all phones on a node."""
        return {leg_id: leg for leg_id, leg in self._legs.items() if leg.node == node}

    def legs_from(self, node: NodeName) -> dict[LegId, KnownLeg]:
        """The legs on other nodes by which ``node`` has phones called."""
        return {leg_id: leg for leg_id, leg in self._legs.items() if leg.from_node == node}

    def keep_only(self, phones: Collection[Phone]) -> None:
        """Forgets every phone but these."""
        for told in self._registered.values():
            for phone in told.keys() - phones:
                del told[phone]
        for node, phone in list(self._told_at):
            if phone not in phones:
                del self._told_at[node, phone]
        for leg_id, leg in list(self._legs.items()):
            if leg.phone not in phones:
                self.ends(leg_id)

    def _note(self, node: NodeName, phone: Phone, *, is_registered: bool) -> bool:
        told = self._registered.setdefault(node, {})
        is_news = told.get(phone) is not is_registered
        told[phone] = is_registered
        return is_news
