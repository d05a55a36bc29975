"""How many complete queued calls a second one worker carries, and two: a caller comes, is answered,
joins, hears music, is offered to an agent who picks up, they talk, hang up, and the record is
written.

The simulated switch is a process of its own, Valkey and Postgres are too. Nobody is announced
anything. As many callers as are wanted wait at any time; who hangs up is followed by the next.
Where there are fewer processors than processes that work, what a call costs each of them says how
far they would grow: ``calls_of_a_core``.
"""

from __future__ import annotations

import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import gevent
import psutil

from tests.bench import processes, rush
from tests.bench.figures import Figures
from tests.system.daemon import Daemon, node, settings, until

WAITING_COUNT = 20
SETTLING_SECONDS = 5.0
PATIENCE_SECONDS = 120.0
MEASURED_SECONDS = 20.0
TALK_SECONDS = 2.0
CALM_AGENTS = 30
"""Some 15 calls a second: what a call costs while there is time for everything."""
RUSH_AGENTS = 400
"""More than one worker can keep busy."""
HALF_OF_THE_RUSH = RUSH_AGENTS // 2
"""What each of two workers has of it. A call costs a worker less the more it has at once, so two
beside each other compare with one that is as busy as each of them."""
CALLS = "callcore_queue_talk_seconds_count"
COUNTED = {
    "redis": "callcore_store_seconds_count",
    "commands": "callcore_link_commands_total",
    "events": "callcore_link_events_total",
}
SERVERS = {"valkey": "valkey-server", "postgres": "postgres"}


def measure(figures: Figures) -> None:
    """With time for everything, then with more callers than can be served; by one and by two."""
    _measure(figures, "calm", CALM_AGENTS, workers_count=1)
    _measure(figures, "rush", RUSH_AGENTS, workers_count=1)
    alone = _measure(figures, "half_of_the_rush", HALF_OF_THE_RUSH, workers_count=1)
    beside = _measure(figures, "rush_of_two", RUSH_AGENTS, workers_count=2)
    figures.add("two_workers_carry", 2 * alone / beside, "times one as busy")


@dataclass(slots=True)
class _Sight:
    """What was used and counted up to an instant."""

    pages: Sequence[str]
    watched: Mapping[str, Sequence[psutil.Process]]
    at: float = field(default_factory=time.perf_counter)
    samples: dict[str, float] = field(default_factory=dict)
    used: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for page in self.pages:
            self._read(page)
        for name, group in self.watched.items():
            self.used[name] = sum(map(_cpu_seconds, group))

    def _read(self, page: str) -> None:
        with urllib.request.urlopen(page, timeout=processes.PATIENCE_SECONDS) as answer:
            for line in answer.read().decode().splitlines():
                if not line.startswith("#"):
                    name, _, value = line.rpartition(" ")
                    family = name.partition("{")[0]
                    self.samples[family] = self.samples.get(family, 0.0) + float(value)


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _measure(figures: Figures, name: str, agents_count: int, *, workers_count: int) -> float:
    """Tells all figures; returns what a call costs the workers, in seconds of a processor."""
    crowd = (str(agents_count), str(WAITING_COUNT), str(TALK_SECONDS))
    with (
        tempfile.TemporaryDirectory() as base,
        processes.module("tests.bench.rush", *crowd) as switch,
    ):
        content = site(Path(base), processes.port_of(switch), agents_count)
        options = () if workers_count == 1 else ("--workers", str(workers_count))
        daemon = Daemon.configured(Path(base), content, options=options)
        try:
            runs = until(
                lambda: len(lines := daemon.lines("callcore_runs")) == workers_count and lines,
                "all workers run",
            )
            pages = [line["metrics"] for line in runs]
            _wait_for_talks(pages, agents_count)
            watched = {"switch": [psutil.Process(switch.pid)], **_processes_of(daemon)}
            before = _Sight(pages, watched)
            gevent.sleep(MEASURED_SECONDS)
            return _tell(figures, name, before, _Sight(pages, watched))
        finally:
            daemon.end()


def _processes_of(daemon: Daemon) -> dict[str, list[psutil.Process]]:
    """The workers, with the supervisor of several, and the servers bundled with them."""
    children = daemon.children()
    found = {
        name: [child for child in children if child.name() == program]
        for name, program in SERVERS.items()
    }
    servers = [child for group in found.values() for child in group]
    others = [child for child in children if child not in servers]
    return {"worker": [psutil.Process(daemon.process.pid), *others], **found}


def _wait_for_talks(pages: Sequence[str], count: int) -> None:
    """Until every agent may have talked, and what the beginning was is over."""
    with gevent.Timeout(PATIENCE_SECONDS):
        while _Sight(pages, {}).samples.get(CALLS, 0.0) < count:
            gevent.sleep(0.5)
    gevent.sleep(SETTLING_SECONDS)


def _tell(figures: Figures, name: str, before: _Sight, after: _Sight) -> float:
    def grown(sample: str) -> float:
        return after.samples.get(sample, 0.0) - before.samples.get(sample, 0.0)

    seconds, calls = after.at - before.at, grown(CALLS)
    used = {who: after.used[who] - before.used[who] for who in after.used}
    figures.add(f"throughput_{name}", calls / seconds, "calls/s")
    for who, cpu in used.items():
        figures.add(f"throughput_{name}_{who}_cpu", cpu / seconds, "cores")
        figures.add(f"{who}_cpu_of_a_call_{name}", cpu / calls * 1000, "ms")
        figures.add(f"calls_of_a_core_of_{who}_{name}", calls / max(cpu, 0.01), "calls/s")
    for what, sample in COUNTED.items():
        figures.add(f"{what}_of_a_call_{name}", grown(sample) / calls, what)
    return used["worker"] / calls


def site(base: Path, port: int, agents_count: int) -> dict[str, object]:
    """One queue with music, and agents without wrap-up."""
    queue = {
        "announce_position": False,
        "wrap_up_seconds": 0,
        "retry_after_miss_seconds": 0,
        "maximum_waiting": 100_000,
        "maximum_wait_seconds": 36_000,
    }
    agents = {
        str(number): {
            "name": f"Agent {number}",
            "contact": f"user/{number}@{rush.DOMAIN}",
            "queues": ["support"],
            "logged_in_at_start": True,
        }
        for number in range(rush.FIRST_AGENT, rush.FIRST_AGENT + agents_count)
    }
    return settings(
        base,
        nodes=node(port),
        log={"level": "info"},
        overload={"enabled": False},
        numbers={rush.NUMBER: {"queue": "support"}},
        queues={"support": queue},
        agents=agents,
    )
