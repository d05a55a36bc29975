"""A simulated switch with its people, as a process that may be killed: its journal outlives it.

Says ``ready PORT`` and a line end; ``open`` on standard input lets callers in, and its end ends the
process. A status line follows every half second: callers so far, legs that are there.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

# ruff: noqa: E402 - everything else is imported after patch_all()
import argparse
import signal
import sys
import time
from pathlib import Path

import gevent
from gevent.fileobject import FileObject

from callcore.runtime.greenlets import spawn
from callcore.switchsim.channels import Channel
from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.legs import Leg
from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.sounds import Sounds
from callcore.switchsim.switch import CallRefusedError, SimulatedSwitch
from tests.chaos import callers, centre
from tests.chaos.journal import Journal, Word

_STATUS_SECONDS = 0.5
_PLAIN = {
    "answer": Word.ANSWERED,
    "digit": Word.PRESSED,
    "bridge": Word.BRIDGED,
    "unbridge": Word.PARTED,
    "transfer": Word.SENT_ON,
}
"""What a leg's history says, and the journal says in the same way."""


class JournalledSwitch(SimulatedSwitch):
    """Writes down what every leg lives through."""

    def __init__(self, settings: SwitchSettings, journal: Journal) -> None:
        super().__init__(settings)
        self.journal = journal

    def begin(self, channel: Channel) -> None:
        """Starts a channel's thread, and listens to what it lives through."""
        _Ear(self.journal, channel)
        super().begin(channel)


class _Ear:
    """One leg's."""

    def __init__(self, journal: Journal, channel: Channel) -> None:
        self._journal = journal
        self._channel = channel
        self._sounds = 0
        profile = channel.profile
        if channel.is_inbound:
            self._write(Word.ARRIVED, profile.caller_number, profile.destination)
        else:
            self._write(Word.RANG, profile.destination, profile.caller_number)
        channel.when_changed.append(self._hear)

    def _hear(self, what: str) -> None:
        name, _, rest = what.partition(" ")
        if name in _PLAIN:
            self._write(_PLAIN[name], *([rest] if rest else []))
        elif name == "play":
            self._sounds += 1
            if self._sounds == 1:
                self._write(Word.SOUND, rest)
        elif name == "stop":
            self._sounds -= 1
            if self._sounds == 0:
                self._write(Word.SILENCE)
        elif name == "hangup":
            by = "person" if self._channel.is_ended_by_far_end else "switch"
            self._write(Word.HUNG_UP, rest, by)

    def _write(self, word: Word, *more: str) -> None:
        self._journal.write(word, self._channel.uuid, *more)


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
            one = callers.person(self._plan.seed, self._index)
            self._call(one)
            self._left -= 1
            self._index += self._plan.divisor
            next_at += one.next_after_share / self._plan.rate
            gevent.sleep(max(next_at - time.monotonic(), 0.0))

    def _call(self, one: callers.Person) -> None:
        self.arrived_count += 1
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
        _Caller(self._switch, leg, one)


class _Caller:
    """What one caller does on the line."""

    def __init__(self, switch: JournalledSwitch, leg: Leg, one: callers.Person) -> None:
        self._switch = switch
        self._leg = leg
        self._one = one
        self._has_been_asked = False
        leg.channel.when_changed.append(self._hear)

    def _hear(self, what: str) -> None:
        one, word = self._one, what.partition(" ")[0]
        if word == "answer" and one.dialled == centre.MENU_NUMBER and one.menu_key:
            self._later(one.menu_seconds, self._press_in_menu)
        elif word == "bridge" and one.talk_seconds is not None:
            self._later(one.talk_seconds, self._leg.hang_up)
        elif word == "unbridge" or (word == "park" and self._has_talked):
            self._be_asked()

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


def main() -> None:
    """Runs the switch until standard input ends."""
    plan = _arguments()
    journal = Journal(plan.journal)
    switch = JournalledSwitch(
        SwitchSettings(
            port=plan.port,
            password=centre.PASSWORD,
            domain=centre.DOMAIN,
            hostname=plan.name,
            # Another life draws other ids.
            seed=plan.seed * 1_000_003 + plan.life * 101 + plan.remainder,
            speed=centre.SPEED,
            heartbeat_seconds=5.0,
            sessions=20_000,
            sessions_per_second=5_000,
            dialplan=Dialplan(queues=centre.NUMBERS),
            sounds=Sounds(streams=frozenset({"moh"})),
            media_timeout_seconds=1.5,
            detail_record_directory=plan.details,
        ),
        journal,
    )
    journal.write(Word.BEGAN, plan.name, str(plan.life))
    port = switch.start()
    for agent_id in centre.agent_ids(plan.agents):
        switch.register(agent_id, centre.mood(agent_id))
    public = Public(switch, plan)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _say(f"ready {port}")

    spawn("status", _tell_status, switch, public)
    for line in FileObject(sys.stdin.fileno(), "r", close=False):
        if line.strip() == "open":
            spawn("callers", public.come)
    for leg in switch.legs():
        journal.write(Word.LEFT_OVER, str(leg.leg_id), leg.channel.profile.destination)
    switch.stop()


def _tell_status(switch: JournalledSwitch, public: Public) -> None:
    while True:
        _say(f"status {public.arrived_count} {len(switch.legs())}")
        gevent.sleep(_STATUS_SECONDS)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.switch")
    parser.add_argument("--name", required=True)
    parser.add_argument("--journal", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--callers", type=int, required=True, help="how many come altogether")
    parser.add_argument("--rate", type=float, required=True, help="callers a second")
    parser.add_argument("--agents", type=int, required=True)
    parser.add_argument("--first", type=int, default=0, help="how many came in earlier lives")
    parser.add_argument("--divisor", type=int, default=1)
    parser.add_argument("--remainder", type=int, default=0)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--details", type=Path, help="where its own records of legs go")
    parser.add_argument("--life", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
