"""What a switch in memory knows of phones: which are registered, who calls and who is called."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass, replace

from callcore.domain.ids import LegId, NodeName
from callcore.domain.phones import Phone, phone_of
from callcore.ports.switch_events import PhoneCallBegan, PhoneRegistered, PhoneUnregistered
from callcore.ports.telephony import PhoneLeg
from tests.fakes.switch_core import FakeCore, FakeLeg


@dataclass(frozen=True)
class Habit:
    """How an agent's phone takes a call: rings, and after a while answers or fails.

    One that is busy says so without ringing.
    """

    is_ringing: bool = True
    answers_after_seconds: float | None = 2.0
    fails_after_seconds: float = 0.5
    fails_with: str = "USER_BUSY"
    is_registered: bool = True


ANSWERING = Habit()
BUSY = Habit(answers_after_seconds=None, is_ringing=False)
REFUSING = Habit(answers_after_seconds=None, fails_with="CALL_REJECTED")
SILENT = Habit(answers_after_seconds=None, fails_after_seconds=1e6)
UNREGISTERED = Habit(is_registered=False)


class FakePhones:
    """The phones by contact; one that no test speaks of is registered and picks up."""

    def __init__(self, core: FakeCore) -> None:
        self.habits: dict[str, Habit] = {}
        self._core = core

    def habit(self, contact: str) -> Habit:
        """How the phone takes a call."""
        return self.habits.get(contact, ANSWERING)

    def register(self, contact: str, *, is_registered: bool) -> None:
        """A phone comes or goes, and the switch tells of it."""
        self.habits[contact] = replace(self.habit(contact), is_registered=is_registered)
        kind = PhoneRegistered if is_registered else PhoneUnregistered
        self._core.tell(kind(node=self._core.node, at=self._core.now(), phone=_phone(contact)))

    def registered(self, phones: Collection[Phone]) -> frozenset[Phone]:
        """Those that could be called."""
        return frozenset(one for one in phones if self.habit(f"user/{one}").is_registered)

    def leg(self, contact: str, dialled: str | None, peer: dict[str, str] | None = None) -> FakeLeg:
        """A phone dials, or is called by somebody else and picks up; callcore has no part in it but
        that it may be another node of ours, for an offer.
        """
        leg = FakeLeg(
            LegId(str(uuid.uuid4())),
            is_inbound=dialled is not None,
            created_at=self._core.now(),
            number=_phone(contact).partition("@")[0],
            dialled=dialled or "",
            answered_at=self._core.now(),
            has_media=True,
            variables=dict(peer or {}),
        )
        self.begin(leg, contact)
        return leg

    def begin(self, leg: FakeLeg, contact: str) -> None:
        """A leg to or from a phone comes to be."""
        self._core.legs_by_id[leg.leg_id] = leg
        leg.phone = phone_of(contact)
        if leg.phone is not None:
            self._core.tell(
                PhoneCallBegan(
                    node=self._core.node,
                    at=self._core.now(),
                    phone=leg.phone,
                    leg_id=leg.leg_id,
                    is_offer=_is_offer(leg),
                    offer_id=_offer(leg),
                    from_node=_node(leg),
                )
            )

    def legs_of(self, phones: Collection[Phone]) -> dict[LegId, PhoneLeg]:
        """The legs to and from those."""
        return {
            leg.leg_id: PhoneLeg(
                phone=leg.phone,
                is_offer=_is_offer(leg),
                offer_id=_offer(leg),
                from_node=_node(leg),
            )
            for leg in self._core.legs_by_id.values()
            if leg.phone is not None and leg.phone in phones and not leg.is_ending
        }


def _phone(contact: str) -> Phone:
    phone = phone_of(contact)
    assert phone is not None
    return phone


def _is_offer(leg: FakeLeg) -> bool:
    """For an offer: called from here, or from another node through this one."""
    return "callcore_offer" in leg.variables or bool(_offer(leg))


def _offer(leg: FakeLeg) -> str:
    return leg.variables.get("callcore_peer_offer", "")


def _node(leg: FakeLeg) -> NodeName | None:
    return NodeName(leg.variables.get("callcore_peer_node", "")) or None
