"""A busy floor while everything around it breaks: nobody stays stuck, every call has its record."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import gevent
import psutil
import pytest

from callcore.adapters.redisdb.floor import Floor
from callcore.domain.agents import AgentState
from callcore.domain.ids import NodeName
from callcore.ports.stores import StoreError
from callcore.runtime.greenlets import spawn
from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.distributions import Constant, Exponential, Lognormal, Uniform
from callcore.switchsim.legs import Leg
from callcore.switchsim.phones import AgentPhone
from callcore.switchsim.population import Arrivals, Callers, Habits
from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.sounds import Sounds
from callcore.switchsim.switch import SimulatedSwitch
from tests.system.daemon import PASSWORD, Daemon, node, records, settings, until

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(180)]

SPEED = 20.0
SEED = int(os.environ.get("CALLCORE_SOAK_SEED", "7"))
"""Draws the callers, the phones' moods and the order in which things break."""

CALLERS_PER_MINUTE = 18.0
"""Of people's minutes, of which twenty pass in one of ours."""

CALLERS_BETWEEN_FAULTS = 13
LAST_WORDS_MICROS = 50_000
"""What the switch said just before a link broke may have been lost on the way."""

COMPARING_MICROS = 250_000
"""A link that is back is listened to at once, but what was missed is found a little later."""
DEFECTS = ("greenlet_died", "listener_failed", "observer_failed", "frame_skipped")
LOST = "lost with the switch"
AT_REST = frozenset({AgentState.AVAILABLE, AgentState.WRAPPING_UP})


PERSON = AgentPhone(
    ring_seconds=Uniform(1.0, 5.0),
    talk_seconds=Lognormal(20.0, 0.6),
    hold_seconds=Constant(4.0),
)
"""Picks up, and talks a while."""

PHONES = {
    "1001": PERSON,
    "1002": replace(PERSON, hold_chance=0.5),
    "1003": replace(PERSON, miss_chance=0.2),
    "1004": replace(PERSON, busy_chance=0.2),
    "1005": replace(PERSON, refuse_chance=0.2),
    "1006": replace(PERSON, vanish_chance=0.1),
    "1007": replace(PERSON, miss_chance=0.05, busy_chance=0.05, hold_chance=0.2),
    "1008": PERSON,
}


class Soak:
    """The switch with its people, the daemon, and all that came of them."""

    def __init__(self, base: Path, seed: int) -> None:
        self.base = base
        self.arrived: list[Leg] = []
        self.in_two_talks: set[str] = set()
        self.daemons: list[Daemon] = []
        self.nobody_lived: list[tuple[int, int]] = []
        self.links_lost_at: list[int] = []
        self.switch = SimulatedSwitch(
            SwitchSettings(
                password=PASSWORD,
                domain="demo",
                seed=seed,
                speed=SPEED,
                dialplan=Dialplan(queues={"8001": "support", "8003": "sales"}),
                sounds=Sounds(streams=frozenset({"moh"})),
                media_timeout_seconds=1.5,
            )
        )
        self._call_in = self.switch.call_in
        self.switch.call_in = self._noted
        self.switch.start()
        for user, manner in PHONES.items():
            self.switch.register(user, manner)
        self.callers = Callers(
            self.switch,
            Arrivals(per_minute=CALLERS_PER_MINUTE),
            Habits(
                numbers={"8001": 2.0, "8002": 1.0, "8003": 1.0},
                patience_seconds=Exponential(120.0),
                talk_seconds=Lognormal(20.0, 0.7),
                hostile_chance=0.05,
            ),
        )

    def _noted(self, **what: Any) -> Leg:
        leg = self._call_in(**what)
        self.arrived.append(leg)
        return leg

    @property
    def daemon(self) -> Daemon:
        """The process that runs now."""
        return self.daemons[-1]

    def start_daemon(self) -> None:
        """Starts callcore on the data of the one before."""
        queue = {
            "wrap_up_seconds": 0.3,
            "ring_timeout_seconds": 2,
            "retry_after_miss_seconds": 0.5,
            "announce_position": {"first_after_seconds": 1, "interval_seconds": 5},
        }
        content = settings(
            self.base,
            nodes=node(self.switch.port),
            numbers={"8002": {"queue": "sales", "priority": 1}},
            queues={"support": queue, "sales": {**queue, "priority": 1}},
            agents={
                user: {
                    "name": f"Agent {user}",
                    "contact": f"user/{user}@demo",
                    "queues": ["support", "sales"] if number % 2 else ["support"],
                    "logged_in_at_start": True,
                }
                for number, user in enumerate(PHONES)
            },
        )
        self.daemons.append(Daemon.configured(self.base, content))

    def kill_daemon(self) -> None:
        """Kills callcore, and its servers with it, whatever it is at; starts it again."""
        killed_at = self.switch.clock.now()
        self.daemon.process.send_signal(signal.SIGKILL)
        self.daemon.process.wait(10)
        self.start_daemon()
        self.daemon.wait_line("link_restored")
        self.nobody_lived.append((killed_at, self.switch.clock.now()))

    def kill_server(self, name: str) -> None:
        """Kills a bundled server; the daemon starts it again."""
        deaths = self.deaths(name)
        until(lambda: self.server(name), f"{name} to run").kill()
        until(lambda: self.deaths(name) > deaths, f"the death of {name} to be noticed")

    def server(self, name: str) -> psutil.Process | None:
        """A bundled server of the process that runs now."""
        children = psutil.Process(self.daemon.process.pid).children()
        return next((child for child in children if name in child.name()), None)

    def deaths(self, name: str) -> int:
        """How many deaths of a server the process that runs now has noticed."""
        return sum(line["server"] == name for line in self.daemon.lines("bundled_server_died"))

    def kill_valkey(self) -> None:
        """The floor is away for a moment."""
        self.kill_server("valkey")

    def kill_postgres(self) -> None:
        """History is away for a moment."""
        self.kill_server("postgres")

    def kill_valkey_and_daemon(self) -> None:
        """callcore dies owing the floor what it could not tell it."""
        self.kill_valkey()
        self.kill_daemon()

    def drop_links(self) -> None:
        """The connections to the switch break; calls go on."""
        self.links_lost_at.append(self.switch.clock.now())
        self.switch.drop_connections()

    def restart_switch(self) -> None:
        """The switch dies with its calls and comes back as another core."""
        self.links_lost_at.append(self.switch.clock.now())
        for leg in self.switch.legs():
            leg.channel.note(LOST)
        self.switch.restart()

    def floor(self) -> Floor:
        """The floor, read from outside."""
        (memory,) = (self.base / "data").rglob("valkey/socket_directory")
        return Floor(f"unix://{memory.read_text().strip()}/valkey.sock?db=0", "system")

    def lines(self, event: str) -> list[dict[str, Any]]:
        """The log lines of every process, of one event."""
        return [line for daemon in self.daemons for line in daemon.lines(event)]

    def end(self) -> None:
        """Ends everything."""
        self.callers.stop()
        for daemon in self.daemons:
            daemon.end()
        self.switch.stop()

    def after(self, callers_count: int, fault: Callable[[], None]) -> None:
        """Lets so many callers come altogether, and then something break."""
        until(lambda: len(self.arrived) >= callers_count, f"{callers_count} callers")
        fault()

    def was_heard(self, leg: Leg) -> bool:
        """True if the caller talked, and somebody could know.

        Nobody can if no process lived when the talk ended, or if the link was down for all of it.
        """
        unheard = self.nobody_lived
        unlinked = self.links_down()
        return any(
            not any(since <= ended_at <= until_at for since, until_at in unheard)
            and not any(since <= at and ended_at <= until_at for since, until_at in unlinked)
            for at, ended_at in talks(leg)
        )

    def links_down(self) -> list[tuple[int, int]]:
        """From when to when nothing the switch told was sure to be heard."""
        back = [
            int(datetime.fromisoformat(line["at"]).timestamp() * 1e6)
            for line in self.lines("link_restored")
        ]
        return [
            (lost_at - LAST_WORDS_MICROS, min(at for at in back if at > lost_at) + COMPARING_MICROS)
            for lost_at in self.links_lost_at
        ]

    def watch_talks(self) -> None:
        """Notes every agent seen in two conversations at once."""
        while True:
            talks = Counter(
                leg.variable("callcore_agent")
                for leg in self.switch.legs()
                if leg.bridged_to and not leg.channel.is_inbound
            )
            self.in_two_talks |= {str(agent) for agent, count in talks.items() if count > 1}
            gevent.sleep(0.05)


def was_taken(leg: Leg) -> bool:
    """True if callcore answered the caller: by then the caller had a place on the floor.

    Of a caller who arrived while no callcore was there nothing is known if the caller hung up, or
    the dead man's switch fired, before one came: there may be no record.
    """
    for _, what in leg.history:
        if what.startswith("transfer"):
            return False
        if what == "answer":
            return True
    return False


def talks(leg: Leg) -> list[tuple[int, int]]:
    """When the caller began and ended to talk."""
    begun = [at for at, what in leg.history if what.startswith("bridge ")]
    ended = [at for at, what in leg.history if what.startswith(("unbridge ", "hangup ", LOST))]
    return [(at, min(end for end in ended if end >= at)) for at in begun]


def is_at_rest(floor: Floor) -> bool:
    """True if nobody waits, talks, rings or is reserved, and every record is in Postgres."""
    try:
        return (
            all(agent.state in AT_REST for agent in floor.roster.agents())
            and not floor.waiting_room.calls(NodeName("fs1"))
            and floor.pending_records.count() == 0
        )
    except StoreError:
        return False


@pytest.fixture
def soak(tmp_path: Path) -> Iterator[Soak]:
    soak = Soak(tmp_path, SEED)
    watch = spawn("watch talks", soak.watch_talks)
    yield soak
    watch.kill()
    soak.end()


def test_everything_breaks_and_nobody_is_lost(soak: Soak) -> None:
    """Links drop, Valkey, Postgres, callcore and the switch are killed: all comes to rest.

    Every agent is free again, no call is left on the floor, no leg at the switch. Every caller
    callcore took has one record and no more, at whatever moment it was killed; and the record says
    served if there was a talk of which somebody could know, and only if there was one.
    """
    faults = [
        *[soak.drop_links] * 3,
        *[soak.kill_valkey] * 3,
        *[soak.kill_daemon] * 2,
        soak.kill_valkey_and_daemon,
        soak.kill_postgres,
        soak.restart_switch,
    ]
    random.Random(SEED).shuffle(faults)
    soak.start_daemon()
    soak.daemon.wait_line("link_restored")
    soak.callers.start()
    for number, fault in enumerate(faults, start=1):
        soak.after(number * CALLERS_BETWEEN_FAULTS, fault)
    soak.after((len(faults) + 1) * CALLERS_BETWEEN_FAULTS, soak.callers.stop)

    until(lambda: not soak.switch.legs(), "every leg to end")
    floor = soak.floor()
    until(lambda: is_at_rest(floor), "the floor to come to rest")
    assert {agent.agent_id for agent in floor.roster.agents()} == set(PHONES)
    floor.close()

    rows = records(soak.base)
    by_call = {str(row["call_id"]): row for row in rows}
    callers = {str(leg.leg_id): leg for leg in soak.arrived}
    assert len(by_call) == len(rows)
    assert by_call.keys() <= callers.keys()
    assert {call_id for call_id, leg in callers.items() if was_taken(leg)} <= by_call.keys()
    served = {call_id for call_id, row in by_call.items() if row["outcome"] == "served"}
    assert served <= {call_id for call_id, leg in callers.items() if talks(leg)}
    assert {call_id for call_id, leg in callers.items() if soak.was_heard(leg)} <= served
    assert soak.in_two_talks == set()
    assert [line for word in DEFECTS for line in soak.lines(word)] == []
    assert soak.daemon.stop() == 0
