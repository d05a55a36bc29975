"""The core of the switch in memory: its legs, its clock, and what it tells."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from callcore.domain.ids import LegId, Micros, NodeName
from callcore.domain.phones import Phone
from callcore.domain.transfers import Transfer
from callcore.ports.surroundings import Timer
from callcore.ports.switch_events import (
    LegParked,
    LegSnapshot,
    SwitchEvent,
    SwitchGone,
    SwitchLost,
    SwitchRestored,
)
from tests.fakes.clock import FakeClock

FIRST_CORE = "11111111-1111-4111-8111-111111111111"

STEP_SECONDS = 0.02
"""A leg does what it is told when it reads its next frame of sound."""


@dataclass
class FakeLeg:
    """A channel."""

    leg_id: LegId
    is_inbound: bool
    created_at: Micros
    number: str = ""
    name: str = ""
    dialled: str = ""
    answered_at: Micros | None = None
    has_media: bool = False
    is_parked: bool = False
    bridged_to: LegId | None = None
    joining: LegId | None = None
    variables: dict[str, str] = field(default_factory=dict)
    is_ending: bool = False
    outlives_talks: bool = False
    parks_on_cancel: bool = False
    """True if the leg parks when the one it is being joined with is gone before they have met."""
    kept_seconds: int | None = None
    """How long the leg is kept when its talk is over; ``None`` if it ends with it."""
    is_holding: bool = False
    music: str | None = None
    ordered_music: str | None = None
    announcing: str | None = None
    announced: list[tuple[str, ...]] = field(default_factory=list)
    announcement_timer: Timer | None = None
    orders: deque[Callable[[], None]] = field(default_factory=deque)
    break_count: int = 0
    guarded: tuple[int, str, str] | None = None
    guard_timer: Timer | None = None
    recordings: list[str] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)
    phone: Phone | None = None
    """Of a phone that the switch knows by name."""

    @property
    def is_answered(self) -> bool:
        """True once the line is answered."""
        return self.answered_at is not None

    @property
    def playing(self) -> str | None:
        """The endless sound that is playing or is about to."""
        return self.music or self.ordered_music

    @playing.setter
    def playing(self, path: str | None) -> None:
        self.music, self.ordered_music = path, None

    def kept(self) -> dict[str, str]:
        """The variables callcore sees."""
        return {name: text for name, text in self.variables.items() if name[:9] == "callcore_"}

    def silence_timers(self) -> None:
        """Nothing that was planned for the leg happens any more."""
        for timer in self.timers:
            timer.cancel()


class Link(Protocol):
    """Somebody's event socket."""

    is_connected: bool

    def tell(self, event: SwitchEvent) -> None:
        """Hands on what is wanted there."""

    def lose(self) -> None:
        """Goes down."""


class FakeCore:
    """Holds the legs, and tells every link of them."""

    def __init__(self, clock: FakeClock, node: NodeName) -> None:
        self.node = node
        self.core_uuid = FIRST_CORE
        self.legs_by_id: dict[LegId, FakeLeg] = {}
        self.links: list[Link] = []
        self.owners: dict[str, str] = {}
        self._clock = clock

    def now(self) -> Micros:
        """The instant that events are told with."""
        return self._clock.now()

    def tell(self, event: SwitchEvent) -> None:
        """Every link is told, one after another."""
        for link in tuple(self.links):
            link.tell(event)

    def tell_parked(self, leg: FakeLeg) -> None:
        """A leg waits for callcore's commands."""
        self.tell(
            LegParked(
                node=self.node,
                at=self.now(),
                leg_id=leg.leg_id,
                is_inbound=leg.is_inbound,
                is_line_answered=leg.is_answered,
                caller_number=leg.number,
                caller_name=leg.name,
                dialled_number=leg.dialled,
                variables=leg.kept(),
            )
        )

    def snapshot(self, leg: FakeLeg) -> LegSnapshot:
        """What the switch says of a leg when asked."""
        return LegSnapshot(
            leg_id=leg.leg_id,
            node=self.node,
            is_inbound=leg.is_inbound,
            is_line_answered=leg.is_answered,
            created_at=leg.created_at,
            answered_at=leg.answered_at,
            caller_number=leg.number,
            caller_name=leg.name,
            dialled_number=leg.dialled,
            bridged_to=leg.bridged_to or leg.joining,
            is_parked=leg.is_parked and not (leg.music or leg.announcing or leg.joining),
            variables=leg.kept(),
            is_joining=leg.joining is not None,
        )

    def after(self, seconds: float, act: Callable[[], None]) -> Timer:
        """Does something whether any leg lives then or not."""
        return self._clock.after(seconds, act)

    def later(self, leg: FakeLeg, seconds: float, act: Callable[[], None]) -> Timer:
        """Does something with a leg that still lives then."""
        timer = self._clock.after(seconds, act)
        leg.timers.append(timer)
        return timer

    def soon(self, leg: FakeLeg, act: Callable[[], None]) -> None:
        """Does something at the leg's next frame."""
        self.later(leg, STEP_SECONDS, act)

    def restart(self) -> None:
        """Another core begins, which knows of no call."""
        for leg in self.legs_by_id.values():
            leg.silence_timers()
        self.legs_by_id.clear()
        self.owners.clear()
        self.core_uuid = str(uuid.uuid4())

    def lost(self) -> SwitchLost:
        """What a link tells that goes down."""
        return SwitchLost(node=self.node, at=self.now(), reason="test")

    def gone(self) -> SwitchGone:
        """What a link tells that has been down for too long."""
        return SwitchGone(node=self.node, at=self.now(), reason="test")

    def restored(self, *, is_restarted: bool) -> SwitchRestored:
        """What a link tells that comes up."""
        return SwitchRestored(
            node=self.node, at=self.now(), core_uuid=self.core_uuid, is_restarted=is_restarted
        )
