"""What every switch tells of phones, and answers when it is asked, whatever it is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from callcore.domain.ids import LegId
from callcore.domain.phones import Phone
from callcore.ports.switch_events import (
    LegEnded,
    LegRinging,
    PhoneCallBegan,
    PhoneRegistered,
    PhoneUnregistered,
    SwitchEvent,
    SwitchRestored,
)
from callcore.ports.telephony import LegRequest, PhoneLeg, Switch

USER, OTHER = "1001", "1002"

T = TypeVar("T", bound=SwitchEvent)


class PhoneStage(Protocol):
    """A switch and the people at its phones."""

    switch: Switch
    heard: list[SwitchEvent]

    def hear(self, kind: type[T], leg_id: LegId | None = None) -> T: ...
    def until(self, holds: Callable[[], Any]) -> None: ...
    def comes(self, user: str) -> None: ...
    def goes(self, user: str) -> None: ...
    def dials(self, user: str) -> None: ...
    def is_called(self, user: str) -> None: ...
    def put_down(self, leg_id: LegId) -> None: ...
    def lose_link(self) -> None: ...
    def restore_link(self) -> None: ...


def comes_and_goes(stage: PhoneStage, domain: str) -> None:
    """It is told when a phone registers and when it does no more, and found so when asked."""
    phone, other = Phone(f"{USER}@{domain}"), Phone(f"{OTHER}@{domain}")
    stage.goes(OTHER)
    stage.comes(USER)
    stage.until(lambda: phone in [one.phone for one in _told(stage, PhoneRegistered)])
    assert stage.switch.registered({phone, other}) == {phone}
    assert stage.switch.registered(set()) == frozenset()
    stage.goes(USER)
    stage.until(lambda: phone in [one.phone for one in _told(stage, PhoneUnregistered)])
    assert stage.switch.registered([phone, other]) == frozenset()


def is_on_a_call(stage: PhoneStage, domain: str, act: Callable[[str], None]) -> None:
    """It is told when the phone dials or is called, and found while it lasts; then its end."""
    phone = Phone(f"{USER}@{domain}")
    stage.comes(USER)
    act(USER)
    began = _began(stage, phone)
    assert not began.is_offer
    legs = {began.leg_id: PhoneLeg(phone=phone, is_offer=False)}
    stage.until(lambda: stage.switch.legs_of({phone}) == legs)
    assert stage.switch.legs_of({Phone(f"{OTHER}@{domain}")}) == {}
    assert began.leg_id not in {leg.leg_id for leg in stage.switch.legs()}
    stage.put_down(began.leg_id)
    stage.hear(LegEnded, began.leg_id)
    assert stage.switch.legs_of({phone}) == {}


def is_offered(stage: PhoneStage, domain: str, request: LegRequest) -> None:
    """A leg that callcore calls for an offer is told of as such, before the phone rings."""
    phone = Phone(f"{USER}@{domain}")
    stage.comes(USER)
    stage.switch.originate(request)
    stage.hear(LegRinging, request.leg_id)
    kinds = [type(event) for event in stage.heard]
    assert kinds.index(PhoneCallBegan) < kinds.index(LegRinging)
    began = stage.hear(PhoneCallBegan)
    assert (began.leg_id, began.phone, began.is_offer) == (request.leg_id, phone, True)
    legs = {request.leg_id: PhoneLeg(phone=phone, is_offer=True)}
    stage.until(lambda: stage.switch.legs_of([phone]) == legs)
    stage.switch.hang_up(request.leg_id, "ORIGINATOR_CANCEL")
    stage.hear(LegEnded, request.leg_id)


def acts_unheard(stage: PhoneStage, domain: str) -> None:
    """What happens while the link is down is found by asking when it is back."""
    phone = Phone(f"{USER}@{domain}")
    stage.comes(USER)
    stage.dials(USER)
    began = _began(stage, phone)
    stage.lose_link()
    stage.until(lambda: not stage.switch.is_connected)
    stage.goes(USER)
    stage.heard.clear()
    stage.restore_link()
    stage.hear(SwitchRestored)
    assert stage.switch.registered({phone}) == frozenset()
    stage.until(lambda: stage.switch.legs_of({phone}).keys() == {began.leg_id})
    stage.put_down(began.leg_id)
    stage.hear(LegEnded, began.leg_id)


def _began(stage: PhoneStage, phone: Phone) -> PhoneCallBegan:
    """The phone's leg; whoever calls it may have one besides."""

    def told() -> list[PhoneCallBegan]:
        return [one for one in _told(stage, PhoneCallBegan) if one.phone == phone]

    stage.until(told)
    return told()[0]


def _told(stage: PhoneStage, kind: type[T]) -> list[T]:
    return [event for event in stage.heard if isinstance(event, kind)]
