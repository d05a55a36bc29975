"""The two switches held to one contract: the fake on its clock, and the real adapter over a socket.

A stage is the switch as callcore sees it, what it told so far, and what the people at the phones
can do. Callers who dial 8001 are parked for callcore with the queue ``support``; whoever is sent to
4000 hears music there that is none of callcore's business.
"""

from __future__ import annotations

import time
import uuid
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import gevent

from callcore.adapters.freeswitch.link import Retry
from callcore.adapters.freeswitch.switch import FreeSwitch
from callcore.domain.ids import LegId, NodeName
from callcore.domain.policies import NodePolicy
from callcore.ports.switch_events import LegEvent, SwitchEvent, SwitchRestored
from callcore.ports.telephony import Switch
from callcore.runtime.clock import SystemClock
from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.distributions import Constant
from callcore.switchsim.legs import Leg
from callcore.switchsim.phones import AgentPhone, Reaction
from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.sounds import Sounds
from callcore.switchsim.switch import SimulatedSwitch
from tests.adapters.freeswitch.scripted_switch import RecordingObserver
from tests.fakes import switch as fakes
from tests.fakes.clock import FakeClock, settle
from tests.fakes.switch import FakeSwitch

MUSIC = "local_stream://moh"
MISSING = "local_stream://nosuch"
PROMPTS = ("/sounds/one.wav", "/sounds/two.wav")
PROMPT_SECONDS = 0.3
QUEUES = {"8001": "support"}
ELSEWHERE = "4000"
"""An extension that keeps the caller."""

ANSWERING, SILENT, BUSY, REFUSING, UNREGISTERED = (
    "answering", "silent", "busy", "refusing", "unregistered",
)  # fmt: skip

DOMAIN = "test"
PATIENCE_SECONDS = 10.0

T = TypeVar("T", bound=SwitchEvent)


class Stage(ABC):
    """A switch and the world around it."""

    switch: Switch

    def __init__(self) -> None:
        self.heard: list[SwitchEvent] = []
        self.may_act = True

    def told(self, kind: type[T], leg_id: LegId | None = None) -> list[T]:
        """What the switch told of one kind, perhaps of one leg."""
        return [
            event
            for event in self.heard
            if isinstance(event, kind)
            and (leg_id is None or (isinstance(event, LegEvent) and event.leg_id == leg_id))
        ]

    def told_of(self, *leg_ids: LegId) -> list[tuple[str, LegId]]:
        """The kinds of what the switch told of legs, in order."""
        return _of_legs(self.heard, leg_ids)

    def hear(self, kind: type[T], leg_id: LegId | None = None) -> T:
        """Waits until the switch has told of a kind; the first."""
        self.until(lambda: self.told(kind, leg_id))
        return self.told(kind, leg_id)[0]

    @abstractmethod
    def until(self, holds: Callable[[], Any]) -> None:
        """Lets time pass until something holds; fails if it does not in time."""

    @abstractmethod
    def pass_time(self, seconds: float) -> None:
        """Lets time pass in which something must not happen."""

    @abstractmethod
    def phone(self, user: str, manner: str) -> str:
        """Makes a phone that takes calls in this manner; its contact."""

    @abstractmethod
    def call_in(
        self,
        dialled: str = "8001",
        number: str = "+48200100",
        name: str = "Ann",
        digit: str | None = None,
    ) -> LegId:
        """Somebody calls; the leg, whose id begins with the digit if one is given."""

    @abstractmethod
    def colleague(self) -> Colleague:
        """Another worker's link to the same switch, which is up."""

    @abstractmethod
    def put_down(self, leg_id: LegId) -> None:
        """The person at the leg's phone hangs up."""

    @abstractmethod
    def press(self, leg_id: LegId, digits: str) -> None:
        """The person at the leg's phone presses keys."""

    @abstractmethod
    def hold(self, leg_id: LegId) -> None:
        """The person at the leg's phone holds the partner."""

    @abstractmethod
    def unhold(self, leg_id: LegId) -> None:
        """The person at the leg's phone goes on talking."""

    @abstractmethod
    def transfer_blind(self, leg_id: LegId, extension: str) -> None:
        """The person at the leg's phone sends the partner elsewhere."""

    @abstractmethod
    def comes(self, user: str) -> None:
        """The phone of ``user`` registers."""

    @abstractmethod
    def goes(self, user: str) -> None:
        """The phone ends its registration."""

    @abstractmethod
    def dials(self, user: str) -> None:
        """The phone dials a number that is none of callcore's."""

    @abstractmethod
    def is_called(self, user: str) -> None:
        """Somebody calls the phone, without callcore's having a part in it."""

    @abstractmethod
    def lose_link(self) -> None:
        """The event socket is lost and stays so; calls go on."""

    @abstractmethod
    def restore_link(self) -> None:
        """The event socket works again."""

    @abstractmethod
    def lose_core(self) -> None:
        """The switch dies."""

    @abstractmethod
    def restart_core(self) -> None:
        """A switch that died is started again."""

    @abstractmethod
    def close(self) -> None:
        """Ends what the stage began."""


@dataclass(frozen=True)
class Colleague:
    """Another worker's link, and what it was told."""

    switch: Switch
    heard: list[SwitchEvent]

    def told_of(self, *leg_ids: LegId) -> list[tuple[str, LegId]]:
        """The kinds of what it was told of legs, in order."""
        return _of_legs(self.heard, leg_ids)


def _of_legs(heard: list[SwitchEvent], leg_ids: tuple[LegId, ...]) -> list[tuple[str, LegId]]:
    return [
        (type(event).__name__, event.leg_id)
        for event in heard
        if isinstance(event, LegEvent) and event.leg_id in leg_ids
    ]


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


class RealStage(Stage):
    """The real adapter, connected to a simulated switch."""

    def __init__(self) -> None:
        super().__init__()
        self._simulated = SimulatedSwitch(
            SwitchSettings(
                domain=DOMAIN,
                dialplan=Dialplan(
                    queues=QUEUES,
                    extensions={ELSEWHERE: (("answer", ""), ("playback", MUSIC))},
                ),
                sounds=Sounds(
                    streams=frozenset({"moh"}),
                    seconds_by_path=dict.fromkeys(PROMPTS, PROMPT_SECONDS),
                ),
            )
        )
        self._simulated.start()
        self._adapters: list[FreeSwitch] = []
        self.switch = self._linked(self.heard, lambda: self.may_act)

    def colleague(self) -> Colleague:
        heard: list[SwitchEvent] = []
        return Colleague(self._linked(heard), heard)

    def _linked(
        self, heard: list[SwitchEvent], may_act: Callable[[], bool] | None = None
    ) -> FreeSwitch:
        adapter = FreeSwitch(
            NodePolicy(name=NodeName("fs1"), host="127.0.0.1", port=self._simulated.port),
            self._simulated.settings.password,
            clock=SystemClock(),
            deliver=heard.append,
            observe=RecordingObserver(),
            may_act=may_act,
            retry=Retry(first_seconds=0.01, longest_seconds=0.02),
        )
        self._adapters.append(adapter)
        adapter.start()
        self.until(lambda: heard)
        assert isinstance(heard.pop(), SwitchRestored)
        return adapter

    def until(self, holds: Callable[[], Any]) -> None:
        ends_at = time.monotonic() + PATIENCE_SECONDS
        while not holds():
            assert time.monotonic() < ends_at, f"waited in vain; heard {self.heard}"
            gevent.sleep(0.002)

    def pass_time(self, seconds: float) -> None:
        gevent.sleep(seconds)

    def phone(self, user: str, manner: str) -> str:
        self._simulated.register(
            user,
            {
                ANSWERING: AgentPhone(ring_seconds=Constant(0.05)),
                SILENT: AgentPhone(reaction=Reaction.RINGS),
                BUSY: AgentPhone(reaction=Reaction.BUSY),
                REFUSING: AgentPhone(reaction=Reaction.REFUSES, ring_seconds=Constant(0.05)),
                UNREGISTERED: AgentPhone(),
            }[manner],
        )
        if manner == UNREGISTERED:
            self._simulated.unregister(user)
        return f"user/{user}@{DOMAIN}"

    def call_in(
        self,
        dialled: str = "8001",
        number: str = "+48200100",
        name: str = "Ann",
        digit: str | None = None,
    ) -> LegId:
        leg = self._simulated.call_in(
            dialled=dialled,
            caller_number=number,
            caller_name=name,
            leg_id=None if digit is None else digit + str(uuid.uuid4())[1:],
        )
        assert leg.wait_until(lambda leg: leg.is_parked)
        return leg.leg_id

    def put_down(self, leg_id: LegId) -> None:
        self._leg(leg_id).hang_up()

    def press(self, leg_id: LegId, digits: str) -> None:
        self._leg(leg_id).press(digits)

    def hold(self, leg_id: LegId) -> None:
        self._leg(leg_id).hold()

    def unhold(self, leg_id: LegId) -> None:
        self._leg(leg_id).unhold()

    def transfer_blind(self, leg_id: LegId, extension: str) -> None:
        self._leg(leg_id).transfer_blind(extension)

    def comes(self, user: str) -> None:
        self._simulated.register(user, AgentPhone(ring_seconds=Constant(0.05)))

    def goes(self, user: str) -> None:
        self._simulated.unregister(user)

    def dials(self, user: str) -> None:
        self._simulated.dial(user, ELSEWHERE)

    def is_called(self, user: str) -> None:
        self._simulated.call_phone(user)

    def calls_as(self, number: str, domain: str | None) -> None:
        """Somebody calls with that number, as a user of a domain or as anybody."""
        leg = self._simulated.call_in(dialled=ELSEWHERE, caller_number=number, domain=domain)
        assert leg.wait_until(lambda leg: leg.is_answered)

    def lose_link(self) -> None:
        self._simulated.stall()
        self._simulated.drop_connections()

    def restore_link(self) -> None:
        self._simulated.resume()

    def lose_core(self) -> None:
        self._simulated.kill()

    def restart_core(self) -> None:
        self._simulated.restart()

    def close(self) -> None:
        for adapter in self._adapters:
            adapter.stop()
        self._simulated.stop()

    def _leg(self, leg_id: LegId) -> Leg:
        leg = self._simulated.leg(leg_id)
        assert leg is not None
        return leg
