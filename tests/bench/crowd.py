"""A simulated switch full of callers who wait for ever, as a process of its own.

``python -m tests.bench.crowd <callers> <a second>`` says ``ready <port>`` and lets the callers come
as soon as somebody listens to its events.
"""

from __future__ import annotations

import gc
import signal
import sys

import gevent
from gevent.event import Event

from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.sounds import Sounds
from callcore.switchsim.switch import SimulatedSwitch

NUMBER = "8001"
PASSWORD = "correct"
WORD_SECONDS = 1.0
"""How long each part of an announcement lasts."""


def run(callers_count: int, per_second: float) -> None:
    """Serves until SIGTERM; never stops to collect garbage, as a switch does not."""
    gc.disable()
    switch = SimulatedSwitch(
        SwitchSettings(
            password=PASSWORD,
            heartbeat_seconds=5.0,
            sessions=callers_count,
            sessions_per_second=callers_count,
            dialplan=Dialplan(queues={NUMBER: "support"}, context="public"),
            sounds=Sounds(streams=frozenset({"moh"}), unknown_file_seconds=WORD_SECONDS),
        )
    )
    stopping = Event()
    gevent.signal_handler(signal.SIGTERM, stopping.set)
    sys.stdout.write(f"ready {switch.start()}\n")
    sys.stdout.flush()
    while not switch.is_listened_to and not stopping.wait(0.1):
        pass
    began, arrived_count = switch.clock.now(), 0
    while arrived_count < callers_count and not stopping.wait(0.02):
        due_count = min(round((switch.clock.now() - began) / 1e6 * per_second), callers_count)
        for number in range(arrived_count, due_count):
            switch.call_in(
                dialled=NUMBER, caller_number=f"+4820{number:07}", caller_name=f"Caller {number}"
            )
        arrived_count = max(arrived_count, due_count)
    stopping.wait()
    switch.stop()


if __name__ == "__main__":
    run(int(sys.argv[1]), float(sys.argv[2]))
