"""What the pages show and no shell of the tests runs: each kind, why, and which test has its part.

What is neither run nor here is not found by the shell, and fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.system.daemon import PASSWORD


@dataclass(frozen=True, slots=True)
class Untyped:
    """One kind."""

    why: str
    covered: str = ""
    """A file of tests and a word in it, ``tests/a.py: word``; nothing if nothing has it."""


COMMANDS = {
    ("run",): Untyped("stays until it is ended", "tests/system/test_quickstart.py: --env-file"),
    ("run", "--data-directory"): Untyped(
        "starts servers of its own", "tests/system/test_daemon.py: --data-directory"
    ),
    ("run", "--workers"): Untyped(
        "stays until it is ended", "tests/cli/test_running.py: --workers"
    ),
    ("run", "--instance"): Untyped(
        "stays until it is ended", "tests/system/test_workers.py: --instance"
    ),
    ("drain",): Untyped("ends the site of all pages", 'tests/system/test_drained.py: "drain"'),
    ("status", "--live"): Untyped(
        "needs a terminal, and somebody who presses q", "tests/cli/test_live_status.py: --live"
    ),
    ("sounds", "build"): Untyped(
        "works for minutes, with a speech synthesiser", "tests/sounds/test_commands.py: build"
    ),
}
"""Commands of callcore, by the words they begin with; the longest counts."""

_MACHINE = "changes the machine, and needs its rights"
PROGRAMS = {
    "apt": Untyped(_MACHINE, "tests/packaging/test_debian.py: def test_"),
    "apt-get": Untyped(_MACHINE, "tests/packaging/test_debian.py: def test_"),
    "docker": Untyped(
        "not on every machine; `docker exec callcore` runs what follows",
        "tests/packaging/test_container.py: def test_",
    ),
    "editor": Untyped("a person's work"),
    "fs_cli": Untyped("needs FreeSWITCH", "tests/live/test_shown_commands.py: fs_cli"),
    "install": Untyped("runs, but gives files to nobody else: `-o` and `-g` are left out"),
    "journalctl": Untyped("shows the daemon's log: the site has no systemd"),
    "make": Untyped("has tests of its own", "tests/docs/test_make_shown.py: --dry-run"),
    "openssl": Untyped("gives the one password that the site's switch knows"),
    "pg_dump": Untyped("a Postgres client must be as new as the server"),
    "pg_restore": Untyped("a Postgres client must be as new as the server"),
    "pip-audit": Untyped("asks a server on the network"),
    "promtool": Untyped(
        "not on every machine; the file it checks is", "tests/ops/test_alerts.py: prometheus.yml"
    ),
    "psql": Untyped(
        "a Postgres client must be as new as the server", "tests/docs/test_queries_shown.py: sql"
    ),
    "python3": Untyped(
        "makes a virtual environment, from a registry", "tests/packaging/test_wheel.py: venv"
    ),
    "systemctl": Untyped(_MACHINE, "tests/system/test_units.py: def test_"),
    "useradd": Untyped(_MACHINE, "tests/packaging/test_debian.py: def test_"),
}
"""Programs that are functions of the shell, which do nothing but what is said."""

TOOLS = (
    *("cat", "chmod", "cp", "curl", "grep", "gzip", "head", "install", "jq", "ln"),
    *("mv", "tail", "touch"),
)
"""Programs that are run; bash's own words besides."""

BY_PATH = ("/opt/callcore/bin/pip",)
"""Of a virtual environment that is not made: there, and do nothing."""

MAKE = {
    "bench": Untyped("measures for minutes", "tests/bench/__main__.py: main"),
    "bench-estimates": Untyped("simulates for minutes", "tests/bench/estimates/__main__.py: main"),
    "bench-live": Untyped("needs FreeSWITCH"),
    "chaos": Untyped("half an hour", "tests/system/test_chaos.py: chaos"),
    "check": Untyped("is what runs these tests"),
    "dashboards": Untyped("needs Prometheus, and minutes", "tests/ops/look.py: main"),
    "day": Untyped("minutes", "tests/day/test_day.py: CALLCORE_DAY"),
    "deb": Untyped("builds a package with Debian's tools", "tests/packaging/test_debian.py: deb"),
    "dist": Untyped("builds for half a minute", "tests/packaging/test_wheel.py: build"),
    "docs": Untyped("needs mkdocs", "tests/docs/test_site.py: SITE"),
    "fuzz": Untyped("hours", "tests/fuzz/test_settings_loader.py: def test_"),
    "imports": Untyped("a part of `make check`"),
    "live": Untyped("needs FreeSWITCH"),
    "lock": Untyped("asks a registry"),
    "run": Untyped("stays until it is ended", "tests/system/test_daemon.py: --data-directory"),
    "setup": Untyped("made what these tests run with"),
    "stories": Untyped("hours", "tests/conftest.py: CALLCORE_EXAMPLES"),
    "test": Untyped("is what runs these tests"),
}
"""Targets of which only `make --dry-run` is run."""


def command(words: Sequence[str]) -> Untyped | None:
    """Why a command of callcore is not run; ``None`` if it is."""
    told = tuple(words)
    fitting = [
        (len(kind), one)
        for kind, one in COMMANDS.items()
        if told[:1] == kind[:1] and set(kind[1:]) <= set(told)
    ]
    return max(fitting, key=lambda found: found[0])[1] if fitting else None


def functions(log: str) -> str:
    """For the shell: programs that do nothing, and those that have a part here."""
    parts = {
        "docker": 'if [ "$1" = exec ]; then shift 2; "$@"; fi',
        "install": 'local words=("$@"); [ "$2" = -o ] && words=("$1" "${@:6}"); '
        'command install "${words[@]}"',
        "journalctl": f"cat {log}",
        "openssl": f"echo {PASSWORD}",
    }
    return "\n".join(f"{name}() {{ {parts.get(name, ':')}; }}" for name in PROGRAMS)
