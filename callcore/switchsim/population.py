"""Callers who call in by themselves: when, with how much patience, and what they do.

Everything is drawn from the switch's one seeded source of chance, and everything people do is as
many times faster as the switch's speed says.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from callcore.switchsim.distributions import Constant, Distribution, Exponential, Lognormal, Uniform
from callcore.switchsim.phones import AgentPhone
from callcore.switchsim.steps import MICROS
from callcore.switchsim.switch import CallRefusedError

if TYPE_CHECKING:
    import random

    from callcore.ports.surroundings import Timer
    from callcore.switchsim.legs import Leg
    from callcore.switchsim.switch import SimulatedSwitch

_HOSTILE_NAMES = (
    "bob\n\napi global_setvar PWNED=yes",
    "eve\nEvent-Name: FORGED",
    "${global_setvar PWNED=yes}",
    "mallory;is_vip=true",
    "%0AEvent-Name: FORGED",
    "<script>alert(1)</script>",
    'Żółć & "q" 100%% {a=b},|d;e',
    "\udcff\udcfe",
)
_FIRST_NAMES = ("Anna", "Борис", "Celina", "Dmitry", "Ewa", "Фёдор", "Grace", "Henryk", "Łucja")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """A Poisson process whose rate may swing like a sine around ``per_minute``.

    ``swing`` is the amplitude as a share of the rate, 0 to 1; ``period_seconds`` its length.
    """

    per_minute: float
    swing: float = 0.0
    period_seconds: float = 3_600.0

    def gap_seconds(self, at_seconds: float, chance: random.Random) -> float:
        """The time from ``at_seconds`` to the next arrival, by thinning."""
        highest = self.per_minute / 60 * (1 + self.swing)
        at = at_seconds
        while True:
            at += chance.expovariate(highest)
            phase = math.sin(2 * math.pi * at / self.period_seconds)
            if chance.random() * (1 + self.swing) <= 1 + self.swing * phase:
                return at - at_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What callers are like.

    ``numbers`` are the dialled numbers by weight. A caller who presses digits does so once,
    ``digit_seconds`` after the line is answered. ``ends_first_chance`` is that of a caller who
    ends the conversation, ``talk_seconds`` after it began.

    ``choices`` are keys by dialled number, for numbers that ask: callers press one of them
    ``choice_seconds`` after the line is answered. When a conversation is over and their line is
    not, they press one of ``answers``, if there are any, in the same time. Of both
    ``silent_chance`` is that of a caller who presses nothing.

    ``callbacks`` are, by dialled number, the keys of those who want to be called back: the first is
    pressed ``callback_seconds`` after the line is answered, each of the others ``choice_seconds``
    after the one before, unless they talk by then. ``callback_chance`` is that of such a caller.
    """

    numbers: Mapping[str, float]
    patience_seconds: Distribution = field(default=Exponential(90.0))
    digit_chance: float = 0.0
    digits: str = "1"
    digit_seconds: Distribution = field(default=Uniform(5.0, 40.0))
    choices: Mapping[str, str] = field(default_factory=dict)
    choice_seconds: Distribution = field(default=Uniform(1.0, 6.0))
    answers: str = ""
    silent_chance: float = 0.2
    callbacks: Mapping[str, str] = field(default_factory=dict)
    callback_chance: float = 0.0
    callback_seconds: Distribution = field(default=Uniform(3.0, 12.0))
    hostile_chance: float = 0.0
    ends_first_chance: float = 0.5
    talk_seconds: Distribution = field(default=Lognormal(20.0, 0.7))


class Callers:
    """The stream of callers of one switch."""

    def __init__(self, switch: SimulatedSwitch, arrivals: Arrivals, habits: Habits) -> None:
        self.arrived_count = 0
        self.refused_count = 0
        self._switch = switch
        self._arrivals = arrivals
        self._habits = habits
        self._numbers = list(habits.numbers)
        self._weights = list(habits.numbers.values())
        self._began_at = 0
        self._timer: Timer | None = None

    def start(self, at_once: int = 0) -> None:
        """Lets callers come; so many of them have been on their way already."""
        self._began_at = self._switch.clock.now()
        self._plan()
        for _ in range(at_once):
            self._call()

    def stop(self) -> None:
        """Lets no more callers come; those who are there stay."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _plan(self) -> None:
        pace = self._switch.pace
        elapsed = (self._switch.clock.now() - self._began_at) / MICROS * pace.speed
        gap = self._arrivals.gap_seconds(elapsed, pace.chance)
        self._timer = pace.clock.after(gap / pace.speed, self._arrive)

    def _arrive(self) -> None:
        if self._timer is None:
            return
        self._plan()
        self._call()

    def _call(self) -> None:
        chance = self._switch.pace.chance
        habits = self._habits
        number = f"+4820{chance.randrange(1_000_000, 9_999_999)}"
        if chance.random() < habits.hostile_chance:
            name = chance.choice(_HOSTILE_NAMES)
        else:
            name = chance.choice(_FIRST_NAMES)
        try:
            dialled = chance.choices(self._numbers, self._weights)[0]
            leg = self._switch.call_in(
                dialled=dialled,
                caller_number=number,
                caller_name=name,
                patience_seconds=habits.patience_seconds.draw(chance),
            )
        except CallRefusedError:
            self.refused_count += 1
            return
        self.arrived_count += 1
        self._give_habits(leg, habits.choices.get(dialled, ""))
        callback_keys = habits.callbacks.get(dialled, "")
        if callback_keys and chance.random() < habits.callback_chance:
            self._want_callback(leg, callback_keys)

    def _want_callback(self, leg: Leg, keys: str) -> None:
        """The caller asks to be called back, and confirms it."""
        pace, habits = self._switch.pace, self._habits

        def hear(what: str) -> None:
            if what == "answer":
                leg.channel.when_changed.remove(hear)
                pace.clock.after(pace.draw(habits.callback_seconds), lambda: press(keys))

        def press(left: str) -> None:
            if left and leg.channel.is_up and not leg.channel.is_talking:
                leg.press(left[0])
                pace.clock.after(pace.draw(habits.choice_seconds), lambda: press(left[1:]))

        leg.channel.when_changed.append(hear)

    def _give_habits(self, leg: Leg, choices: str) -> None:
        pace = self._switch.pace
        chance = pace.chance
        presses = chance.random() < self._habits.digit_chance
        ends_first = chance.random() < self._habits.ends_first_chance

        def hear(what: str) -> None:
            nonlocal presses, ends_first
            if what == "answer" and presses:
                presses = False
                delay = pace.draw(self._habits.digit_seconds)
                pace.clock.after(delay, lambda: leg.press(self._habits.digits))
            elif what == "answer":
                self._answer(leg, choices)
            elif what.startswith("unbridge "):
                self._answer(leg, self._habits.answers)
            elif what.startswith("bridge ") and ends_first:
                ends_first = False
                pace.clock.after(pace.draw(self._habits.talk_seconds), leg.hang_up)

        leg.channel.when_changed.append(hear)

    def _answer(self, leg: Leg, keys: str) -> None:
        """The caller is asked something, and perhaps presses one of the keys."""
        pace, habits = self._switch.pace, self._habits
        if not keys or pace.chance.random() < habits.silent_chance:
            return
        key = pace.chance.choice(keys)

        def press() -> None:
            if leg.channel.is_up:
                leg.press(key)

        pace.clock.after(pace.draw(habits.choice_seconds), press)


def lively_phone(machine_key: str = "") -> AgentPhone:
    """An agent who mostly picks up, talks a while, and now and then does something else."""
    return AgentPhone(
        ring_seconds=Uniform(1.0, 4.0),
        talk_seconds=Lognormal(22.0, 0.6),
        miss_chance=0.04,
        busy_chance=0.02,
        refuse_chance=0.02,
        hold_chance=0.1,
        hold_seconds=Constant(4.0),
        machine_key=machine_key,
    )


def customers_phone(keys: Mapping[str, float] | None = None) -> AgentPhone:
    """Somebody who was promised a call, or whom a call was sent on to: mostly at home, sometimes
    busy, away or a machine; ``keys`` are pressed on an answered line where nobody talks yet.
    """
    return AgentPhone(
        ring_seconds=Uniform(2.0, 8.0),
        talk_seconds=Lognormal(30.0, 0.5),
        miss_chance=0.08,
        busy_chance=0.06,
        refuse_chance=0.03,
        hasty_chance=0.03,
        machine_chance=0.07,
        keys=keys or {},
        key_seconds=Uniform(2.0, 7.0),
        patience_seconds=Exponential(90.0),
    )
