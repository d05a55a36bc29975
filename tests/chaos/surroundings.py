"""What callcore is connected to: Valkey, Postgres, and the links between."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass, field
from pathlib import Path

from callcore import embedded
from callcore.embedded import RunningServer
from tests.chaos.processes import Module, until


@dataclass
class Servers:
    """Valkey and Postgres, and how each is started again."""

    base: Path
    valkey: RunningServer = field(init=False)
    postgres: RunningServer = field(init=False)

    def start(self) -> None:
        """Starts both."""
        self.valkey = embedded.start_valkey(self.base / "servers")
        self.postgres = embedded.start_postgres(self.base / "servers")

    def socket_of_valkey(self) -> str:
        """Where it listens."""
        return self.valkey.url.removeprefix("unix://").partition("?")[0]

    def socket_of_postgres(self) -> str:
        """Where it listens."""
        memory = self.base / "servers" / "postgres" / "socket_directory"
        return f"{memory.read_text().strip()}/.s.PGSQL.5432"

    def pids(self) -> list[int]:
        """Of those that were started."""
        return [getattr(self, name).pid for name in ("valkey", "postgres") if hasattr(self, name)]

    def kill(self, name: str) -> None:
        """Kills one of them."""
        server: RunningServer = getattr(self, name)
        os.kill(server.pid, signal.SIGKILL)
        server.wait()

    def restart(self, name: str) -> None:
        """Starts one again that was killed."""
        server: RunningServer = getattr(self, name)
        server.restart()

    def end(self) -> None:
        """Ends both."""
        for name in ("postgres", "valkey"):
            if hasattr(self, name):
                getattr(self, name).stop()


class Links:
    """The proxy."""

    def __init__(self, upstreams: dict[str, str]) -> None:
        self._module = Module(
            "tests.chaos.proxy", *(f"{name}={where}" for name, where in upstreams.items())
        )
        until(lambda: len(self._module.lines) == len(upstreams), "the links")
        self.ports = {line.split()[1]: int(line.split()[2]) for line in self._module.lines}

    def do(self, command: str) -> None:
        """Makes a link bad or good."""
        self._module.tell(command)

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._module.process.pid

    def end(self) -> None:
        """Ends the proxy."""
        self._module.end()
