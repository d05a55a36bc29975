"""Phones that the switch can call: how they react, and which users are registered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from callcore.switchsim.distributions import Constant, Distribution

if TYPE_CHECKING:
    import random


class Reaction(StrEnum):
    """What a phone does when it is called."""

    PICKS_UP = "picks_up"
    RINGS = "rings"
    BUSY = "busy"
    REFUSES = "refuses"
    UNREACHABLE = "unreachable"
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPhone:
    """How the person at a phone, an agent's or a customer's, behaves. Chances are between 0 and 1;
    the rest picks up.

    ``reaction`` is what happens when no chance decides otherwise. ``talk_seconds`` after the
    bridge this side hangs up; ``None`` leaves that to the other side. A phone that vanishes stops
    answering in the middle of a conversation, and the switch ends its leg by ``MEDIA_TIMEOUT``.

    Of those picked up ``hasty_chance`` is that of a person who hangs up at once, and
    ``machine_chance`` that of an answering machine, which presses nothing and ends the call after
    ``machine_seconds``, talked to or not. While nobody talks to a person who has picked up, one of
    ``keys`` is pressed after ``key_seconds`` (by weight; the empty one is none), and the line ended
    after ``patience_seconds``. Who talks with a machine presses ``machine_key`` a while later.
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
    hasty_chance: float = 0.0
    machine_chance: float = 0.0
    machine_seconds: Distribution = field(default=Constant(20.0))
    keys: Mapping[str, float] = field(default_factory=dict)
    key_seconds: Distribution = field(default=Constant(3.0))
    patience_seconds: Distribution | None = None
    machine_key: str = ""
    machine_key_seconds: Distribution = field(default=Constant(4.0))


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
