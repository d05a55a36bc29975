"""A simulated switch with as many callers as are wanted at a time, as a process of its own.

``python -m tests.bench.rush <agents> <waiting> <talk seconds>`` says ``ready <port>``. From when
somebody listens to its events, as many callers as there are agents are on the line and ``waiting``
more: who hangs up is followed by somebody else at once. Agents' phones are picked up at once.
"""

from __future__ import annotations

import gc
import signal
import sys

import gevent
from gevent.event import Event

from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.distributions import Constant
from callcore.switchsim.phones import AgentPhone
from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.sounds import Sounds
from callcore.switchsim.switch import SimulatedSwitch

NUMBER = "8001"
PASSWORD = "correct"
DOMAIN = "rush"
FIRST_AGENT = 1001
AT_ONCE = 20
"""So many callers come in one go at the beginning; then others get their turn."""


class Crowd:
    """Callers who wait until an agent has talked with them."""

    def __init__(self, switch: SimulatedSwitch, size: int) -> None:
        self._switch = switch
        self._size = size
        self._number = 0

    def come(self) -> None:
        """As many as are missing, and from then on whenever one hangs up."""
        while len(self._inbound()) < self._size:
            for _ in range(min(AT_ONCE, self._size - len(self._inbound()))):
                self._call()
            gevent.sleep(0.02)

    def _inbound(self) -> list[str]:
        return [channel.uuid for channel in self._switch.channels() if channel.is_inbound]

    def _call(self) -> None:
        self._number += 1
        leg = self._switch.call_in(dialled=NUMBER, caller_number=f"+4820{self._number:07}")
        leg.channel.when_changed.append(self._changed)

    def _changed(self, what: str) -> None:
        if what.startswith("hangup"):
            gevent.spawn_later(0.0, self._call)


def run(agents_count: int, waiting_count: int, talk_seconds: float) -> None:
    """Serves until SIGTERM; never stops to collect garbage, as a switch does not."""
    gc.disable()
    size = agents_count + waiting_count
    switch = SimulatedSwitch(
        SwitchSettings(
            password=PASSWORD,
            heartbeat_seconds=5.0,
            domain=DOMAIN,
            sessions=10 * size,
            sessions_per_second=10 * size,
            dialplan=Dialplan(queues={NUMBER: "support"}, context="public"),
            sounds=Sounds(streams=frozenset({"moh"}), unknown_file_seconds=1.0),
        )
    )
    phone = AgentPhone(talk_seconds=Constant(talk_seconds))
    for user in range(FIRST_AGENT, FIRST_AGENT + agents_count):
        switch.register(str(user), phone)
    stopping = Event()
    gevent.signal_handler(signal.SIGTERM, stopping.set)
    sys.stdout.write(f"ready {switch.start()}\n")
    sys.stdout.flush()
    while not switch.is_listened_to and not stopping.wait(0.1):
        pass
    Crowd(switch, size).come()
    stopping.wait()
    switch.stop()


if __name__ == "__main__":
    run(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
