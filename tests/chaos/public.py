"""Everybody who calls one switch, and what each does on the line."""

from __future__ import annotations

import argparse
import time
import uuid
from collections.abc import Callable
from dataclasses import replace

import gevent

from callcore.switchsim.legs import Leg
from callcore.switchsim.switch import CallRefusedError
from tests.chaos import callers, centre
from tests.chaos.journal import Word
from tests.chaos.journalled import JournalledSwitch, is_in_use
from tests.chaos.legs import MUSIC


class Public:
    """Everybody who calls one switch: each caller of the plan whose number leaves ``remainder``
    when it is divided by ``divisor``, from ``first`` on.
    """

    def __init__(self, switch: JournalledSwitch, plan: argparse.Namespace) -> None:
        self.arrived_count = 0
        self._switch = switch
        self._plan = plan
        self._left = plan.callers
        self._index = plan.first * plan.divisor + plan.remainder

    def come(self) -> None:
        """Calls one after another until all have."""
        next_at = time.monotonic()
        while self._left > 0:
            one = callers.person(self._plan.seed, self._index, self._plan.patience)
            self.arrived_count += 1
            self._call(one)
            self._left -= 1
            self._index += self._plan.divisor
            next_at += one.next_after_share / self._plan.rate
            gevent.sleep(max(next_at - time.monotonic(), 0.0))

    def ring_in(self, one: callers.Person) -> None:
        """Calls once more, if the phone is not in use."""
        if not is_in_use(self._switch, one.number):
            leg_id = str(uuid.uuid5(uuid.UUID(one.leg_id), "again"))
            self._switch.journal.write(Word.AGAIN, leg_id)
            self._call(replace(one, leg_id=leg_id, rings_in_seconds=None))

    def _call(self, one: callers.Person) -> None:
        try:
            leg = self._switch.call_in(
                dialled=one.dialled,
                caller_number=one.number,
                caller_name=one.name,
                patience_seconds=one.patience_seconds,
                leg_id=one.leg_id,
            )
        except CallRefusedError:
            self._switch.journal.write(Word.REFUSED, one.leg_id, one.number)
            return
        _Caller(self._switch, leg, one, self.ring_in)


class _Caller:
    """What one caller does on the line."""

    def __init__(
        self,
        switch: JournalledSwitch,
        leg: Leg,
        one: callers.Person,
        ring_in: Callable[[callers.Person], None],
    ) -> None:
        self._switch = switch
        self._leg = leg
        self._one = one
        self._ring_in = ring_in
        self._has_been_asked = False
        self._has_heard_music = False
        self._has_confirmed = False
        leg.channel.when_changed.append(self._hear)

    def _hear(self, what: str) -> None:
        one, word = self._one, what.partition(" ")[0]
        if word == "answer" and one.dialled == centre.MENU_NUMBER and one.menu_key:
            self._later(one.menu_seconds, self._press_in_menu)
        elif word == "bridge" and one.talk_seconds is not None:
            self._later(one.talk_seconds, self._leg.hang_up)
        elif word == "unbridge" or (word == "park" and self._has_talked):
            self._be_asked()
        elif what.startswith(f"play {MUSIC}") and not self._has_heard_music:
            self._has_heard_music = True
            self._want_callback(one.callback_keys)
        elif word == "hangup":
            self._lose_trust()

    @property
    def _has_talked(self) -> bool:
        return any(what.startswith("bridge ") for _, what in self._leg.history)

    def _be_asked(self) -> None:
        if self._has_been_asked:
            return
        self._has_been_asked = True
        one = self._one
        if one.answer:
            self._later(one.answer_seconds, lambda: self._press(one.answer))
        self._later(one.answer_seconds * 3, self._leave)

    def _want_callback(self, keys: str) -> None:
        """Presses one key after another, unless it comes to a talk."""
        if keys:
            self._later(self._one.callback_seconds, lambda: self._press_for_callback(keys))

    def _press_for_callback(self, keys: str) -> None:
        if self._has_talked:
            return
        self._press(keys[0])
        self._has_confirmed = keys[0] == centre.RIGHT_KEY
        self._want_callback(keys[1:])

    def _lose_trust(self) -> None:
        """Was promised a call, perhaps, and calls again after a while."""
        one = self._one
        is_let_go = not self._leg.channel.is_ended_by_far_end and not self._has_talked
        if is_let_go and self._has_confirmed and one.rings_in_seconds is not None:
            self._later(one.rings_in_seconds, lambda: self._ring_in(one))

    def _press_in_menu(self) -> None:
        self._press(self._one.menu_key)

    def _press(self, key: str) -> None:
        if self._leg.channel.is_up and not self._leg.channel.is_talking:
            self._leg.press(key)

    def _leave(self) -> None:
        if self._leg.channel.is_up and not self._leg.channel.is_talking:
            self._leg.hang_up()

    def _later(self, seconds: float, act: object) -> None:
        self._switch.clock.after(seconds / self._switch.speed, act)  # type: ignore[arg-type] # called without arguments
