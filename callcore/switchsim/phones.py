"""Phones that the switch can call: how they react, and which users are registered."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from callcore.switchsim import holding
from callcore.switchsim.distributions import Constant, Distribution

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from callcore.switchsim.channels import Channel
    from callcore.switchsim.pace import Pace


class Reaction(StrEnum):
    """What a phone does when it is called."""

    PICKS_UP = "picks_up"
    RINGS = "rings"
    BUSY = "busy"
    REFUSES = "refuses"
    UNREACHABLE = "unreachable"
    NOT_FOUND = "not_found"


_CAUSES = {
    Reaction.BUSY: "USER_BUSY",
    Reaction.REFUSES: "CALL_REJECTED",
    Reaction.UNREACHABLE: "NORMAL_TEMPORARY_FAILURE",
    Reaction.NOT_FOUND: "NO_ROUTE_DESTINATION",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPhone:
    """How the person at a phone behaves. Chances are between 0 and 1; the rest picks up.

    ``reaction`` is what happens when no chance decides otherwise. ``talk_seconds`` after the
    bridge this side hangs up; ``None`` leaves that to the other side. A phone that vanishes stops
    answering in the middle of a conversation, and the switch ends its leg by ``MEDIA_TIMEOUT``.
    """

    reaction: Reaction = Reaction.PICKS_UP
    ring_seconds: Distribution = field(default=Constant(0.0))
    talk_seconds: Distribution | None = None
    miss_chance: float = 0.0
    busy_chance: float = 0.0
    refuse_chance: float = 0.0
    hold_chance: float = 0.0
    hold_seconds: Distribution = field(default=Constant(5.0))
    vanish_chance: float = 0.0
    network_seconds: float = 0.02


def reaction(phone: AgentPhone, chance: random.Random) -> Reaction:
    """What the phone does this time."""
    point = chance.random()
    for share, outcome in (
        (phone.miss_chance, Reaction.RINGS),
        (phone.busy_chance, Reaction.BUSY),
        (phone.refuse_chance, Reaction.REFUSES),
    ):
        if point < share:
            return outcome
        point -= share
    return phone.reaction


class Ringing:
    """One call to a phone, until somebody hangs up."""

    def __init__(
        self,
        channel: Channel,
        phone: AgentPhone,
        pace: Pace,
        *,
        hold_music: str,
        media_timeout_seconds: float,
    ) -> None:
        self._channel = channel
        self._phone = phone
        self._pace = pace
        self._hold_music = hold_music
        self._media_timeout_seconds = media_timeout_seconds

    def begin(self) -> None:
        """Delivers the call to the phone."""
        outcome = reaction(self._phone, self._pace.chance)
        if outcome is Reaction.UNREACHABLE:
            self._channel.hang_up(_CAUSES[outcome], by_far_end=True)
            return
        self._pace.clock.after(self._phone.network_seconds, lambda: self._arrive(outcome))

    def _arrive(self, outcome: Reaction) -> None:
        if outcome in (Reaction.BUSY, Reaction.NOT_FOUND):
            self._channel.hang_up(_CAUSES[outcome], by_far_end=True)
            return
        self._channel.ring()
        delay = self._pace.draw(self._phone.ring_seconds)
        if outcome is Reaction.REFUSES:
            self._later(delay, lambda: self._channel.hang_up(_CAUSES[outcome], by_far_end=True))
        elif outcome is Reaction.PICKS_UP:
            self._later(delay, self._pick_up)

    def _pick_up(self) -> None:
        if not self._channel.is_up:
            return
        self._channel.when_changed.append(self._hear)
        self._channel.answer()

    def _hear(self, what: str) -> None:
        if not what.startswith("bridge "):
            return
        self._channel.when_changed.remove(self._hear)
        chance = self._pace.chance
        if chance.random() < self._phone.vanish_chance:
            self._pace.clock.after(
                self._media_timeout_seconds, lambda: self._channel.hang_up("MEDIA_TIMEOUT")
            )
            return
        if self._phone.talk_seconds is None:
            return
        length = self._pace.draw(self._phone.talk_seconds)
        if chance.random() < self._phone.hold_chance:
            self._hold_during(length)
        self._later(length, lambda: self._channel.hang_up(by_far_end=True))

    def _hold_during(self, length: float) -> None:
        begin = length / 3
        end = min(begin + self._pace.draw(self._phone.hold_seconds), length * 0.9)
        self._later(begin, lambda: holding.hold(self._channel, self._hold_music))
        self._later(end, lambda: holding.unhold_by_phone(self._channel, self._pace.clock))

    def _later(self, seconds: float, act: Callable[[], None]) -> None:

        self._pace.clock.after(seconds, act)


class PhoneBook:
    """The phones there are, by user or number, and who of them is registered."""

    def __init__(self, domain: str) -> None:
        self.domain = domain
        self._phones: dict[str, AgentPhone] = {}
        self._registered: dict[str, int] = {}
        self._next_port = 6_100

    def add(self, user: str, phone: AgentPhone) -> None:
        """A phone that can be reached by address, registered or not.

        ``user`` may also be a whole address, ``user@host:port``, which then goes first.
        """
        self._phones[user] = phone

    def register(self, user: str, phone: AgentPhone, port: int | None = None) -> int:
        """Registers a phone; the port it is reached at, if none is given one of its own."""
        self.add(user, phone)
        if user not in self._registered:
            self._next_port += 1
        self._registered[user] = port or self._registered.get(user, self._next_port)
        return self._registered[user]

    def unregister(self, user: str) -> int | None:
        """Ends a registration; the port it had."""
        return self._registered.pop(user, None)

    def phone(self, user: str) -> AgentPhone | None:
        """The phone of a user or number."""
        return self._phones.get(user)

    def port(self, user: str) -> int | None:
        """Where a registered user is reached."""
        return self._registered.get(user)

    def registered(self) -> dict[str, int]:
        """Registered users and their ports."""
        return dict(self._registered)
