"""A primary, a replica and three Sentinels over them, as an operator would run them."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import redis

from tests.adapters.redisdb import servers
from tests.waiting import wait_until

PRIMARY = "floor"
DEADLINE_SECONDS = 30.0
_DOWN_AFTER_MILLISECONDS = 300


@dataclass(kw_only=True)
class Trio:
    """The servers by port; a Sentinel asks for ``sentinel_password`` if there is one."""

    folder: Path
    executable: str
    password: str
    sentinel_password: str
    data_ports: tuple[int, int] = (0, 0)
    sentinel_ports: tuple[int, ...] = ()
    processes: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """As it stands in the settings."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in self.sentinel_ports)
        return f"sentinel://{hosts}/{PRIMARY}/0"

    def client(self, port: int) -> redis.Redis:
        """Past the adapter, to one of the two."""
        return redis.Redis(port=port, password=self.password, decode_responses=True)

    def primary_port(self) -> int:
        """Which of the two all Sentinels name: after a failover they learn of it one by one."""
        named: set[int] = set()

        def agreed() -> bool:
            named.clear()
            named.update(map(self._named_by, self.sentinel_ports))
            return len(named) == 1

        wait_until(agreed, DEADLINE_SECONDS)
        return named.pop()

    def kill(self, port: int) -> None:
        """Without a word, as if the machine had died."""
        self.processes[port].kill()
        self.processes[port].wait()

    def start(self, port: int, replica_of: int | None = None) -> None:
        """A server of data."""
        lines = [
            f"port {port}",
            "bind 127.0.0.1",
            "save ''",
            f"requirepass {self.password}",
            f"masterauth {self.password}",
            "repl-diskless-sync-delay 0",
        ]
        if replica_of is not None:
            lines.append(f"replicaof 127.0.0.1 {replica_of}")
        self._run(port, lines)
        wait_until(lambda: self._answers(port), DEADLINE_SECONDS)

    def start_sentinel(self, port: int) -> None:
        """One that watches over the primary."""
        name = PRIMARY
        lines = [
            f"port {port}",
            "bind 127.0.0.1",
            f"requirepass {self.sentinel_password}",
            f"sentinel sentinel-pass {self.sentinel_password}",
            f"sentinel monitor {name} 127.0.0.1 {self.data_ports[0]} 2",
            f"sentinel auth-pass {name} {self.password}",
            f"sentinel down-after-milliseconds {name} {_DOWN_AFTER_MILLISECONDS}",
            f"sentinel failover-timeout {name} 2000",
        ]
        self._run(port, lines, "--sentinel")

    def await_agreement(self) -> None:
        """Until every Sentinel knows the other two and the replica."""

        def knows(port: int) -> bool:
            with redis.Redis(port=port, password=self.sentinel_password) as asked:
                try:
                    state = asked.sentinel_master(PRIMARY)
                except redis.exceptions.RedisError:
                    return False
                others, replicas = state["num-other-sentinels"], state["num-slaves"]
                return bool(others == len(self.sentinel_ports) - 1 and replicas == 1)

        wait_until(lambda: all(map(knows, self.sentinel_ports)), DEADLINE_SECONDS)

    def end(self) -> None:
        """Ends all of them."""
        for process in self.processes.values():
            process.kill()
            process.wait()

    def _named_by(self, sentinel_port: int) -> int:
        with redis.Redis(port=sentinel_port, password=self.sentinel_password) as asked:
            return int(asked.sentinel_master(PRIMARY)["port"])

    def _run(self, port: int, lines: list[str], *options: str) -> None:
        home = self.folder / str(port)
        home.mkdir(exist_ok=True)
        settings = home / "settings.conf"
        settings.write_text("\n".join([*lines, f"dir {home}", ""]))
        self.processes[port] = subprocess.Popen(
            [self.executable, str(settings), *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _answers(self, port: int) -> bool:
        with self.client(port) as client:
            try:
                return bool(client.ping())
            except redis.exceptions.RedisError:
                return False


@contextmanager
def running(executable: str, *, password: str, sentinel_password: str) -> Iterator[Trio]:
    """All five, agreed on who is who."""
    with tempfile.TemporaryDirectory(prefix="callcore-") as folder:
        trio = Trio(
            folder=Path(folder),
            executable=executable,
            password=password,
            sentinel_password=sentinel_password,
            data_ports=(servers.free_port(), servers.free_port()),
        )
        try:
            primary, replica = trio.data_ports
            trio.start(primary)
            trio.start(replica, replica_of=primary)
            with trio.client(replica) as client:
                wait_until(
                    lambda: client.info("replication")["master_link_status"] == "up",
                    DEADLINE_SECONDS,
                )
            trio.sentinel_ports = tuple(servers.free_port() for _ in range(3))
            for port in trio.sentinel_ports:
                trio.start_sentinel(port)
            trio.await_agreement()
            yield trio
        finally:
            trio.end()
