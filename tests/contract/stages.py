"""The stage on which both switches are held to one contract, ``fake_stage`` and ``real_stage``.

A stage is the switch as callcore sees it, what it told so far, and what the people at the phones
can do. Callers who dial 8001 are parked for callcore with the queue ``support``; whoever is sent to
4000 hears music there that is none of callcore's business.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from callcore.domain.ids import LegId
from callcore.ports.switch_events import LegEvent, SwitchEvent
from callcore.ports.telephony import Switch

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
