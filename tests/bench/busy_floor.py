"""A bare switch whose agents all talk while others wait: after each talk a decision is due."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import gevent

from callcore.runtime.greenlets import spawn
from tests.bench.bare_switch import BareSwitch, Originate

NUMBER = "8001"


@dataclass(frozen=True, slots=True)
class _Talk:
    caller: str
    agent_leg: str
    contact: str


class BusyFloor:
    """Callers come as fast as they are told to; agents pick up at once."""

    def __init__(self, switch: BareSwitch) -> None:
        self._switch = switch
        self._talks: deque[_Talk] = deque()
        self._ended_at: dict[str, float] = {}
        """By contact, when the agent's last talk ended."""
        self._legs: dict[str, Originate] = {}
        self.delays: list[float] = []
        """From the last byte of the end of a talk to the first byte of the agent's next originate;
        seconds."""
        self.callers: list[str] = []
        self._loops = [spawn("rung", self._answer), spawn("joined", self._join)]

    @property
    def talks_count(self) -> int:
        """Agents who talk."""
        return len(self._talks)

    def end(self) -> None:
        """Listens to no command any more."""
        for loop in self._loops:
            loop.kill()

    def come(self) -> None:
        """One more caller."""
        self.callers.append(self._switch.park_caller(NUMBER)[0])

    def next_decision(self) -> None:
        """The oldest talk ends, and another caller comes in place of the one who is served now."""
        talk = self._talks.popleft()
        self._switch.end(talk.caller)
        self._ended_at[talk.contact] = self._switch.end(talk.agent_leg)
        self.come()

    def decide(self, count: int, per_second: float) -> list[float]:
        """So many decisions, evenly in time, and the delay of each."""
        began, first = time.perf_counter(), len(self.delays)
        for number in range(count):
            gevent.sleep(max(0.0, began + number / per_second - time.perf_counter()))
            while not self._talks:
                gevent.sleep(0.001)
            self.next_decision()
        self._until(lambda: not self._ended_at)
        return self.delays[first:]

    def _answer(self) -> None:
        while True:
            rung = self._switch.originates.get()
            ended_at = self._ended_at.pop(rung.contact, None)
            if ended_at is not None:
                self.delays.append(rung.at - ended_at)
            self._legs[rung.leg_id] = rung
            self._switch.park_agent(rung.leg_id)

    def _join(self) -> None:
        while True:
            caller, leg = self._switch.bridges.get()
            self._switch.tell(
                "CHANNEL_BRIDGE",
                caller,
                **{"Bridge-A-Unique-ID": caller, "Bridge-B-Unique-ID": leg},
                **{"Other-Leg-Unique-ID": leg},
            )
            self._talks.append(_Talk(caller, leg, self._legs.pop(leg).contact))

    @staticmethod
    def _until(holds: Callable[[], bool], seconds: float = 30) -> None:
        with gevent.Timeout(seconds):
            while not holds():
                gevent.sleep(0.005)
