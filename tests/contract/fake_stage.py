"""The fake switch on its clock, as a stage."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from callcore.domain.ids import LegId
from callcore.ports.switch_events import SwitchEvent
from tests.contract.stages import (
    ANSWERING,
    BUSY,
    DOMAIN,
    ELSEWHERE,
    MISSING,
    PATIENCE_SECONDS,
    QUEUES,
    REFUSING,
    SILENT,
    UNREGISTERED,
    Colleague,
    Stage,
)
from tests.fakes import switch as fakes
from tests.fakes.clock import FakeClock, settle
from tests.fakes.switch import FakeSwitch


class FakeStage(Stage):
    """The fake; time passes when the test waits."""

    def __init__(self) -> None:
        super().__init__()
        self._clock = FakeClock()
        self.fake = FakeSwitch(self._clock)
        self.fake.missing_sounds.add(MISSING)
        self.fake.deliver_to(self.heard.append)
        self.fake.act_while(lambda: self.may_act)
        self.switch = self.fake

    def until(self, holds: Callable[[], Any]) -> None:
        settle()
        ends_at = self._clock.now() + PATIENCE_SECONDS * 1e6
        while not holds():
            assert self._clock.now() < ends_at, f"waited in vain; heard {self.heard}"
            self._clock.advance(0.01)

    def pass_time(self, seconds: float) -> None:
        self._clock.advance(seconds)

    def phone(self, user: str, manner: str) -> str:
        contact = f"user/{user}@{DOMAIN}"
        self.fake.phones[contact] = {
            ANSWERING: fakes.ANSWERING,
            SILENT: fakes.SILENT,
            BUSY: fakes.BUSY,
            REFUSING: fakes.REFUSING,
            UNREGISTERED: fakes.UNREGISTERED,
        }[manner]
        return contact

    def call_in(
        self,
        dialled: str = "8001",
        number: str = "+48200100",
        name: str = "Ann",
        digit: str | None = None,
    ) -> LegId:
        queue = QUEUES.get(dialled)
        return self.fake.call_in(dialled, number, name, queue=queue, digit=digit or "a")

    def colleague(self) -> Colleague:
        other = self.fake.another_link()
        heard: list[SwitchEvent] = []
        other.deliver_to(heard.append)
        return Colleague(other, heard)

    def put_down(self, leg_id: LegId) -> None:
        self.fake.end(leg_id)

    def press(self, leg_id: LegId, digits: str) -> None:
        self.fake.press(leg_id, digits)

    def hold(self, leg_id: LegId) -> None:
        self.fake.hold(leg_id)

    def unhold(self, leg_id: LegId) -> None:
        self.fake.unhold(leg_id)

    def transfer_blind(self, leg_id: LegId, extension: str) -> None:
        self.fake.blind_transfer(leg_id, extension)

    def comes(self, user: str) -> None:
        self.fake.register(f"user/{user}@{DOMAIN}")

    def goes(self, user: str) -> None:
        self.fake.unregister(f"user/{user}@{DOMAIN}")

    def dials(self, user: str) -> None:
        self.fake.dial(f"user/{user}@{DOMAIN}", ELSEWHERE)

    def is_called(self, user: str) -> None:
        self.fake.call_phone(f"user/{user}@{DOMAIN}")

    def lose_link(self) -> None:
        self.fake.lose_link()

    def restore_link(self) -> None:
        self.fake.restore_link()

    def lose_core(self) -> None:
        self.fake.lose_link()

    def restart_core(self) -> None:
        self.fake.restore_link(is_restarted=True)

    def close(self) -> None:
        self.fake.deliver_to(lambda _: None)
