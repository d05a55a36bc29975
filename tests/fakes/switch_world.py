"""What the world does with a switch in memory: people call, press, hold, transfer and hang up."""

from __future__ import annotations

import uuid
from functools import partial

from callcore.domain.ids import MICROS_PER_SECOND, LegId, Micros, NodeName
from callcore.domain.transfers import Transfer, TransferKind
from callcore.ports.switch_events import (
    LegHeld,
    LegUnbridged,
    LegUnheld,
)
from tests.fakes.switch_core import FakeLeg
from tests.fakes.switch_legs import ARRIVAL_GUARD, NODE, FakeLegs


class FakeWorld(FakeLegs):
    """Callers, agents at their phones, the network."""

    def call_in(
        self,
        dialled: str = "8001",
        number: str = "+48200100",
        name: str = "Caller",
        queue: str | None = None,
        digit: str = "a",
    ) -> LegId:
        """A caller arrives and is parked by the dialplan, under its dead man's switch."""
        leg_id = LegId(digit + str(uuid.uuid4())[1:])
        leg = FakeLeg(
            leg_id,
            is_inbound=True,
            created_at=self._core.now(),
            number=number,
            name=name,
            dialled=dialled,
        )
        leg.variables["callcore_parked"] = "true"
        if queue is not None:
            leg.variables["callcore_queue"] = queue
        self.legs_by_id[leg_id] = leg
        self._guard(leg, *ARRIVAL_GUARD)
        self._park(leg)
        return leg_id

    def press(self, leg_id: LegId, digits: str) -> None:
        """Somebody presses keys of the leg's phone; what is playing goes on."""
        leg = self.legs_by_id[leg_id]
        for digit in digits:
            self._core.soon(leg, partial(self._tell_digit, leg, digit))

    def hold(self, leg_id: LegId) -> None:
        """The phone of the leg holds its partner."""
        self.legs_by_id[leg_id].is_holding = True
        self._core.tell(LegHeld(node=self.node, at=self._core.now(), leg_id=leg_id))

    def unhold(self, leg_id: LegId) -> None:
        """The phone of the leg goes on talking."""
        self.legs_by_id[leg_id].is_holding = False
        self._core.tell(LegUnheld(node=self.node, at=self._core.now(), leg_id=leg_id))

    def blind_transfer(self, agent_leg_id: LegId, extension: str = "2000") -> LegId:
        """The agent's phone sends the caller elsewhere and hangs up; the caller's leg lives on."""
        agent = self._forget(agent_leg_id, "NORMAL_CLEARING")
        assert agent is not None
        assert agent.bridged_to is not None
        caller = self.legs_by_id[agent.bridged_to]
        caller.bridged_to = None
        caller.dialled = extension
        # The switch keeps the second in which it was made.
        at = Micros(self._core.now() // MICROS_PER_SECOND * MICROS_PER_SECOND)
        caller.transfers.append(
            Transfer(at=at, kind=TransferKind.BLIND, partner=agent_leg_id, to=extension)
        )
        self._core.tell(LegUnbridged(node=self.node, at=self._core.now(), leg_id=caller.leg_id))
        return caller.leg_id

    def park_again(self, leg_id: LegId, dialled: str, queue: str | None = None) -> None:
        """The dialplan hands a leg that lived on to us again."""
        leg = self.legs_by_id[leg_id]
        leg.dialled = dialled
        self._sounds.cut(leg)
        if queue is not None:
            leg.variables["callcore_queue"] = queue
        self._guard(leg, *ARRIVAL_GUARD)
        self._park(leg)

    def register(self, contact: str) -> None:
        """The phone of a contact registers."""
        self._phones.register(contact, is_registered=True)

    def unregister(self, contact: str) -> None:
        """The phone of a contact ends its registration, or is not heard of for too long."""
        self._phones.register(contact, is_registered=False)

    def dial(self, contact: str, dialled: str = "0221234567", queue: str | None = None) -> LegId:
        """The phone calls a number; one of callcore's, if a ``queue`` or the settings say so."""
        leg = self._phones.leg(contact, dialled)
        if queue is not None:
            self.park_again(leg.leg_id, dialled, queue)
        return leg.leg_id

    def call_phone(self, contact: str, peer_offer: str = "", peer_node: NodeName = NODE) -> LegId:
        """Somebody who is none of callcore's calls the phone, and it is picked up; or another node
        of ours does, for an offer.
        """
        peer = {"callcore_peer_offer": peer_offer, "callcore_peer_node": peer_node}
        return self._phones.leg(contact, None, peer if peer_offer else None).leg_id

    def carry_off(self, agent_leg_id: LegId) -> None:
        """Somebody sends an agent's leg elsewhere: the caller is hung up, the leg lives on."""
        agent = self.legs_by_id[agent_leg_id]
        assert agent.bridged_to is not None
        caller = self.legs_by_id[agent.bridged_to]
        agent.bridged_to = caller.bridged_to = None
        self.end(caller.leg_id)
        self._core.tell(LegUnbridged(node=self.node, at=self._core.now(), leg_id=caller.leg_id))

    def lose_link(self) -> None:
        """The event socket goes down; calls go on."""
        self._link.lose()

    def vanish(self, *, is_dead: bool = True) -> None:
        """The switch is not reached for so long that it counts as dead; it is, with all its calls,
        or only the network was.
        """
        if self.is_connected:
            self.lose_link()
        if is_dead:
            self._core.restart()
        self._link.deliver(self._core.gone())

    def restore_link(self, *, is_restarted: bool = False) -> None:
        """The event socket comes up, perhaps of a core without calls; other links to that one are
        lost with it, and come up when they are restored (without ``is_restarted``).
        """
        self._link.restore(is_restarted=is_restarted)
