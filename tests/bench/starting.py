"""How long the command line and the daemon take to be there, once their modules are compiled."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from callcore.embedded.postgres import start_postgres
from callcore.embedded.valkey import start_valkey
from tests.bench import processes
from tests.bench.figures import Figures
from tests.system.daemon import Daemon, node, settings

TIMES = 7
DAEMON_TIMES = 3
PLAIN = ("-c", "pass")
HELP = ("-m", "callcore", "--help")
IMPORTS = ("-c", "import callcore.bootstrap.daemon")


def measure(figures: Figures) -> None:
    """Beside a Python that does nothing."""
    with tempfile.TemporaryDirectory() as compiled:
        _measure(figures, {"PYTHONPYCACHEPREFIX": compiled, "PYTHONDONTWRITEBYTECODE": ""})


def _measure(figures: Figures, environ: Mapping[str, str]) -> None:
    plain = _median(PLAIN, environ)
    figures.add("plain_python", plain * 1000, "ms")
    for name, arguments in (("help", HELP), ("import_of_the_daemon", IMPORTS)):
        seconds = _median(arguments, environ)
        figures.add(name, seconds * 1000, "ms")
        figures.add(f"{name}_in_plain_pythons", seconds / plain, "ratio")
    with (
        tempfile.TemporaryDirectory() as directory,
        processes.module("tests.bench.crowd", "0", "1") as switch,
    ):
        base = Path(directory)
        with start_valkey(base / "servers") as valkey, start_postgres(base / "servers") as postgres:
            site = settings(
                base,
                nodes=node(processes.port_of(switch)),
                redis={"url": valkey.url},
                postgres={"url": postgres.url},
            )
            ready = [_until_ready(base, site, environ) for _ in range(DAEMON_TIMES)]
    figures.add("daemon_ready_median", statistics.median(ready) * 1000, "ms")
    figures.add("daemon_ready_in_plain_pythons", statistics.median(ready) / plain, "ratio")


def _median(arguments: tuple[str, ...], environ: Mapping[str, str]) -> float:
    """After a first time, which compiles."""
    _seconds_of(arguments, environ)
    return statistics.median(_seconds_of(arguments, environ) for _ in range(TIMES))


def _seconds_of(arguments: tuple[str, ...], environ: Mapping[str, str]) -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments],
        check=True,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **environ},
    )
    return time.perf_counter() - began


def _until_ready(base: Path, site: dict[str, object], environ: Mapping[str, str]) -> float:
    """From the start of the process to the answer that calls may come."""
    began = time.perf_counter()
    daemon = Daemon.configured(base, site, environ)
    try:
        daemon.wait_line("callcore_runs")
        while daemon.page("readyz")[0] != 200:
            time.sleep(0.005)
        return time.perf_counter() - began
    finally:
        daemon.process.kill()
        daemon.process.wait()
