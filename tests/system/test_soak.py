"""A busy floor while everything around it breaks: nobody stays stuck, every call has its record."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from callcore.adapters.redisdb.floor import Floor
from callcore.domain.agents import AgentState
from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.distributions import Constant, Exponential, Lognormal, Uniform
from callcore.switchsim.legs import Leg
from callcore.switchsim.phones import AgentPhone
from callcore.switchsim.population import Arrivals, Callers, Habits
from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.sounds import Sounds
from callcore.switchsim.switch import SimulatedSwitch
from tests.system.daemon import PASSWORD, Daemon, node, settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

SPEED = 20.0
SEED = 7
CALLERS_PER_MINUTE = 16.0
"""Of people's minutes, of which twenty pass in one of ours."""

FALLBACK_CAUSE = "NORMAL_TEMPORARY_FAILURE"
AT_REST = frozenset({AgentState.AVAILABLE, AgentState.WRAPPING_UP})
AGENTS = tuple(f"10{number:02}" for number in range(1, 9))


def phone(**oddities: float) -> AgentPhone:
    """A person who mostly picks up and talks a while."""
    return AgentPhone(
        ring_seconds=Uniform(1.0, 5.0),
        talk_seconds=Lognormal(20.0, 0.6),
        hold_seconds=Constant(4.0),
        **oddities,
    )


PHONES = {
    "1001": phone(),
    "1002": phone(hold_chance=0.5),
    "1003": phone(miss_chance=0.2),
    "1004": phone(busy_chance=0.2),
    "1005": phone(refuse_chance=0.2),
    "1006": phone(vanish_chance=0.1),
    "1007": phone(miss_chance=0.05, busy_chance=0.05, refuse_chance=0.05, hold_chance=0.2),
    "1008": phone(),
}


class Soak:
    """The switch with its people, the daemon, and all that came of them."""

    def __init__(self, base: Path, seed: int) -> None:
        self.base = base
        self.arrived: list[Leg] = []
        self.lost_with_core: set[str] = set()
        self.daemons: list[Daemon] = []
        self.switch = SimulatedSwitch(
            SwitchSettings(
                password=PASSWORD,
                domain="demo",
                seed=seed,
                speed=SPEED,
                dialplan=Dialplan(queues={"8001": "support", "8003": "sales"}),
                sounds=Sounds(streams=frozenset({"moh"})),
                media_timeout_seconds=1.5,
                hold_music="tone_stream://%(200,100,620)",
            )
        )
        self._call_in = self.switch.call_in
        self.switch.call_in = self._noted  # type: ignore[method-assign]
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
                for number, user in enumerate(AGENTS)
            },
        )
        self.daemons.append(Daemon.configured(self.base, content))

    def kill_daemon(self) -> None:
        """Kills callcore, and its servers with it, and starts it again."""
        self.daemon.process.send_signal(signal.SIGKILL)
        self.daemon.process.wait(10)
        self.start_daemon()

    def kill_server(self, name: str) -> None:
        """Kills a bundled server."""
        for child in psutil.Process(self.daemon.process.pid).children():
            if name in child.name():
                child.kill()
                return
        raise AssertionError(f"no {name}")

    def restart_switch(self) -> None:
        """The switch dies with its calls and comes back as another core."""
        self.lost_with_core |= {leg.leg_id for leg in self.arrived if leg.is_alive}
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


@pytest.fixture
def soak(tmp_path: Path) -> Iterator[Soak]:
    soak = Soak(tmp_path, SEED)
    yield soak
    soak.end()
