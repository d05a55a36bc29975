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
from pathlib import Path

import gevent
from gevent.fileobject import FileObject

from callcore.runtime.greenlets import spawn
from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.sounds import Sounds
from tests.chaos import centre
from tests.chaos.journal import Journal, Word
from tests.chaos.journalled import JournalledSwitch
from tests.chaos.public import Public

_STATUS_SECONDS = 0.5


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
            unknown_phone=centre.CUSTOMER,
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
    parser.add_argument("--patience", type=float, default=60.0, help="the callers' mean")
    parser.add_argument("--first", type=int, default=0, help="how many came in earlier lives")
    parser.add_argument("--divisor", type=int, default=1)
    parser.add_argument("--remainder", type=int, default=0)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--details", type=Path, help="where its own records of legs go")
    parser.add_argument("--life", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
