"""One run: everything is started, broken in turn, brought to rest, and judged."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gevent

from callcore.adapters.redisdb.floor import Floor
from callcore.domain.agents import AgentState
from callcore.domain.ids import NodeName
from callcore.ports.stores import StoreError
from callcore.runtime.greenlets import spawn
from tests.chaos import centre, checker, keeping, records, schedule
from tests.chaos.breaking import Breaking
from tests.chaos.callcore_process import Callcore
from tests.chaos.evidence import Bounds
from tests.chaos.machine import Machine
from tests.chaos.processes import free_ports, until
from tests.chaos.report import Report
from tests.chaos.surroundings import Links, Servers
from tests.chaos.switch_process import Switch, SwitchPlan

SETTLE_SECONDS = 2.0
"""In which workers that start at once have shared out what there is."""
FIRST_CALM_SECONDS = 3.0
REST_SECONDS = 90.0
DETAILS_SECONDS = 180.0
"""callcore looks at the switches' own records once they are a minute old."""
_TELL_SECONDS = 10.0
_FEW = 50
_SLOWEST_SHARE = 4.0
"""So many times as long as planned a run may take before it is given up."""
_LONGEST_START_SECONDS = 180.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What the run is to be like."""

    calls: int
    seed: int
    workers: int
    nodes: int
    rate: float
    calm: bool = False
    details: bool = True
    """The switches' own records of legs are written, and read as the last resort."""
    only: str = ""
    program: str = "callcore"
    log_level: str = "warning"
    faults: tuple[schedule.Planned, ...] | None = None
    """In place of those drawn from the seed."""
    bounds: Bounds = field(default_factory=Bounds)

    @property
    def node_names(self) -> list[str]:
        """The switches."""
        return [f"fs{number}" for number in range(1, self.nodes + 1)]

    @property
    def longest_seconds(self) -> float:
        """When the run is given up."""
        return _LONGEST_START_SECONDS + _SLOWEST_SHARE * self.calls / self.rate


class Run:
    """Everything there is, from its start to its end."""

    def __init__(
        self,
        options: Options,
        base: Path,
        say: Callable[[str], None] = print,
    ) -> None:
        self._options = options
        self._base = base
        self._say = say
        self._began_at = time.monotonic()
        self._agents_count = centre.agents_for(options.rate)
        self._deaths: dict[str, list[int]] = {name: [] for name in options.node_names}
        self._faults_file = base / keeping.FAULTS
        self._left_at_end: list[str] = []
        self._servers = Servers(base)
        self._machine = Machine()
        self._switches: dict[str, Switch] = {}

    def play(self) -> Report:
        """Plays it to its end, and judges."""
        self._tell(f"files are in {self._base}")
        with ExitStack() as stack, gevent.Timeout(self._options.longest_seconds):
            stack.callback(spawn("machine", self._machine.watch).kill)
            stack.callback(self._servers.end)
            self._servers.start()
            self._start_switches(stack)
            links = self._links()
            stack.callback(links.end)
            callcore = self._callcore(links)
            stack.callback(callcore.kill)
            callcore.start()
            callcore.wait_until_ready()
            gevent.sleep(SETTLE_SECONDS)
            for switch in self._switches.values():
                switch.open()
            breaking = Breaking(
                callcore=callcore,
                servers=self._servers,
                switches=self._switches,
                links=links,
                deaths=self._deaths,
                noted_in=self._faults_file,
            )
            teller = spawn("tell", self._tell_progress)
            stack.callback(teller.kill)
            self._break(breaking)
            self._rest()
            rows = records.read(self._servers.postgres.url)
            status = callcore.stop()
            if status != 0:
                self._left_at_end.append(f"callcore ended with status {status}")
            for switch in self._switches.values():
                switch.end()
        return self._judge(rows, breaking, callcore)

    def _start_switches(self, stack: ExitStack) -> None:
        options = self._options
        for place, name in enumerate(options.node_names):
            share = options.calls // options.nodes + (place < options.calls % options.nodes)
            switch = Switch(
                SwitchPlan(
                    name=name,
                    journal=self._base / f"{name}.journal",
                    seed=options.seed,
                    callers=share,
                    rate=options.rate / options.nodes,
                    agents_count=self._agents_count,
                    divisor=options.nodes,
                    remainder=place,
                    details=self._details(name),
                )
            )
            self._switches[name] = switch
            stack.callback(switch.end)
            switch.start()

    def _details(self, name: str) -> Path | None:
        """Where a switch writes its own records of legs; read by callcore, which deletes them."""
        directory = self._base / "details" / name
        if not self._options.details:
            return None
        directory.mkdir(parents=True, exist_ok=True)
        return directory

    def _links(self) -> Links:
        return Links(
            {
                **{name: str(switch.port) for name, switch in self._switches.items()},
                "redis": self._servers.socket_of_valkey(),
                "postgres": self._servers.socket_of_postgres(),
            }
        )

    def _callcore(self, links: Links) -> Callcore:
        ports = links.ports
        details = {name: self._details(name) for name in self._options.node_names}
        settings = centre.settings(
            details={name: str(where) for name, where in details.items() if where is not None},
            nodes={name: ports[name] for name in self._options.node_names},
            redis_url=f"redis://127.0.0.1:{ports['redis']}/0",
            postgres_url=f"postgresql://callcore@127.0.0.1:{ports['postgres']}/callcore",
            base=str(self._base),
            agents_count=self._agents_count,
            http_port=free_ports(self._options.workers + 1),
            log_level=self._options.log_level,
        )
        return Callcore(self._base, settings, self._options.workers, self._options.program)

    def _break(self, breaking: Breaking) -> None:
        """Breaks one thing after another until all have called."""
        options = self._options
        gevent.sleep(FIRST_CALM_SECONDS)
        if not options.calm:
            drawn = schedule.schedule(
                options.seed, workers=options.workers, nodes=options.node_names
            )
            for planned in drawn if options.faults is None else options.faults:
                if self._have_all_called():
                    break
                if options.only not in planned.name:
                    continue
                self._tell(f"{planned.name} {planned.seconds or ''}")
                breaking.do(planned)
                gevent.sleep(planned.calm_seconds)
        until(self._have_all_called, "all calls", options.longest_seconds)

    def _have_all_called(self) -> bool:
        return sum(one.arrived_count for one in self._switches.values()) >= self._options.calls

    def _rest(self) -> None:
        """Waits for the last calls to end, and for callcore to have nothing left to do."""
        self._until_none_is_left(self._legs, REST_SECONDS)
        if self._options.details:
            self._tell("waiting until the switches' own records have been read")
            self._until_none_is_left(self._details_left, DETAILS_SECONDS)
        floor = Floor(self._servers.valkey.url, centre.SITE)
        self._until_none_is_left(lambda: self._unrest(floor), REST_SECONDS)
        floor.close()

    def _until_none_is_left(self, left: Callable[[], list[str]], seconds: float) -> None:
        try:
            until(lambda: not left(), "rest", seconds)
        except TimeoutError:
            self._left_at_end += left()

    def _legs(self) -> list[str]:
        count = self._legs_count()
        return [f"{count} legs"] if count else []

    def _details_left(self) -> list[str]:
        """One that the death of its switch cut short is left for a person to look at."""
        files = list((self._base / "details").rglob("*.json"))
        if len(files) <= _FEW:
            files = [file for file in files if _is_whole(file)]
        return [f"{len(files)} of the switches' own records"] if files else []

    def _unrest(self, floor: Floor) -> list[str]:
        """What the floor still has to do."""
        try:
            busy = [
                f"{one.agent_id} is {one.state}"
                for one in floor.roster.agents()
                if one.state is not AgentState.AVAILABLE
            ]
            calls = [
                f"{call.call_id} is on the floor, {call.state}"
                for name in self._options.node_names
                for call in floor.waiting_room.calls(NodeName(name))
            ]
            pending = floor.pending_records.count()
        except StoreError as error:
            return [str(error)]
        return [*busy, *calls, *([f"{pending} records are pending"] if pending else [])]

    def _legs_count(self) -> int:
        return sum(one.legs_count for one in self._switches.values())

    def _judge(self, rows: list[dict[str, Any]], breaking: Breaking, callcore: Callcore) -> Report:
        self._tell("judging")
        keeping.keep(
            self._base,
            records=rows,
            busy=self._machine.busy,
            deaths=self._deaths,
            left_at_end=self._left_at_end,
            has_details=self._options.details,
        )
        evidence = keeping.evidence(self._base)
        return Report(
            evidence=evidence,
            violations=checker.check(evidence, self._options.bounds),
            counts=breaking.counts,
            log=callcore,
            seconds=time.monotonic() - self._began_at,
            busy_seconds=self._machine.busy_seconds,
        )

    def _tell_progress(self) -> None:
        while True:
            gevent.sleep(_TELL_SECONDS)
            arrived = sum(one.arrived_count for one in self._switches.values())
            self._tell(f"{arrived} calls, {self._legs_count()} legs")

    def _tell(self, text: str) -> None:
        self._say(f"{time.monotonic() - self._began_at:7.1f} s  {text}")


def _is_whole(file: Path) -> bool:
    try:
        json.loads(file.read_bytes())
    except (FileNotFoundError, ValueError):
        return False
    return True
