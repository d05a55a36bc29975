"""All that runs in a run: servers, switches with their people, links, and callcore."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from tests.chaos import centre
from tests.chaos.callcore_process import Callcore
from tests.chaos.options import Options
from tests.chaos.processes import free_ports
from tests.chaos.surroundings import Links, Servers
from tests.chaos.switch_process import Switch, SwitchPlan


class Stage:
    """Everything there is, in ``base``; ``start`` starts it, and ``end`` ends what was started."""

    def __init__(self, options: Options, base: Path) -> None:
        self._options = options
        self.base = base
        self.servers = Servers(base)
        self.switches: dict[str, Switch] = {}
        self.links: Links
        self.callcore: Callcore
        self._ending = ExitStack()

    def start(self) -> None:
        """Starts all, callcore last, and waits until it can serve calls."""
        self._ending.callback(self.servers.end)
        self.servers.start()
        for place, name in enumerate(self._options.node_names):
            self._start_switch(place, name)
        self.links = Links(
            {
                **{name: str(switch.port) for name, switch in self.switches.items()},
                "redis": self.servers.socket_of_valkey(),
                "postgres": self.servers.socket_of_postgres(),
            }
        )
        self._ending.callback(self.links.end)
        self.callcore = self._callcore()
        self._ending.callback(self.callcore.kill)
        self.callcore.start()
        self.callcore.wait_until_ready()

    def end(self) -> None:
        """Ends everything."""
        self._ending.close()

    @property
    def has_begun(self) -> bool:
        """True once callcore was started."""
        return hasattr(self, "callcore")

    def pids(self) -> Iterator[int]:
        """All that have to be in time."""
        yield from self.servers.pids()
        for switch in self.switches.values():
            if switch.pid is not None:
                yield switch.pid
        if hasattr(self, "links"):
            yield self.links.pid
        if self.has_begun:
            yield from self.callcore.pids()

    @property
    def arrived_count(self) -> int:
        """How many have called."""
        return sum(one.arrived_count for one in self.switches.values())

    @property
    def legs_count(self) -> int:
        """How many lines there are now."""
        return sum(one.legs_count for one in self.switches.values())

    @property
    def details(self) -> Path:
        """Where the switches write their own records of legs, a directory for each."""
        return self.base / "details"

    def _start_switch(self, place: int, name: str) -> None:
        options = self._options
        share = options.calls // options.nodes + (place < options.calls % options.nodes)
        switch = Switch(
            SwitchPlan(
                name=name,
                journal=self.base / f"{name}.journal",
                seed=options.seed,
                callers=share,
                rate=options.rate / options.nodes,
                agents_count=options.agents_count,
                patience_seconds=options.patience_seconds,
                divisor=options.nodes,
                remainder=place,
                details=self._details_of(name),
            )
        )
        self.switches[name] = switch
        self._ending.callback(switch.end)
        switch.start()

    def _details_of(self, name: str) -> Path | None:
        """Where one writes them; callcore reads and deletes them."""
        if not self._options.details:
            return None
        directory = self.details / name
        directory.mkdir(parents=True, exist_ok=True)
        return directory

    def _callcore(self) -> Callcore:
        options, ports = self._options, self.links.ports
        details = {name: self._details_of(name) for name in options.node_names}
        settings = centre.settings(
            details={name: str(where) for name, where in details.items() if where is not None},
            nodes={name: ports[name] for name in options.node_names},
            redis_url=f"redis://127.0.0.1:{ports['redis']}/0",
            postgres_url=f"postgresql://callcore@127.0.0.1:{ports['postgres']}/callcore",
            base=str(self.base),
            agents_count=options.agents_count,
            http_port=free_ports(options.workers + 1),
            log_level=options.log_level,
        )
        return Callcore(self.base, settings, options.workers, options.program)
