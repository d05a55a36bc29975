"""How the bundled Postgres is made and run: on a Unix socket, as somebody who is not root."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import quote

from callcore.embedded import binaries, directory, identity
from callcore.embedded.faults import EmbeddedServerError
from callcore.embedded.identity import Identity
from callcore.embedded.server import Recipe, RunningServer, run_to_end

DATABASE = "callcore"
_PORT = 5432
"""Only a part of the socket's name."""
_UNUSED_DEADLINE_SECONDS = 30.0
_VERSION_SECONDS = 10.0
_FIRST_WITH_BUILTIN_LOCALE = 17
_STATUS_LINE = 7
"""``postmaster.pid``, counted from 0: the line that says ``ready`` (PostgreSQL's pidfile.h)."""


def start_postgres(data_directory: Path) -> RunningServer:
    """Starts Postgres on the data in ``data_directory/postgres``, made at the first start.

    The URL leads to an empty database of which the user is the owner and a superuser.

    Raises:
        EmbeddedServerError: it cannot be started, or another callcore uses the directory.
    """
    programs = binaries.postgres_directory()
    somebody = identity.unprivileged()
    home = data_directory.absolute() / "postgres"
    data = home / "data"
    log = home / "postgres.log"
    with ExitStack() as stack:
        stack.enter_context(directory.held(home))
        sockets = stack.enter_context(directory.socket_directory(home))
        _hand_over(somebody, home, sockets, programs)
        _make_data(data, log, programs, somebody)
        recipe = Recipe(
            title="PostgreSQL",
            url=_url(sockets),
            command=(str(programs / "postgres"), *_options(data, sockets)),
            log=log,
            prepare=lambda: _prepare(data),
            is_ready=lambda pid: _is_ready(data, pid),
            # fast shutdown, immediate shutdown, none (PostgreSQL: Shutting Down the Server)
            stop_signals=((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)),
            identity=somebody,
        )
        return RunningServer(recipe, stack.pop_all())


def running_url(data_directory: Path) -> str | None:
    """Where the Postgres listens that some callcore runs on the data in ``data_directory``;
    ``None`` if none does.
    """
    try:
        sockets = Path(
            (data_directory.absolute() / "postgres" / directory.MEMORY).read_text().strip()
        )
    except OSError:
        return None
    return _url(sockets) if (sockets / f".s.PGSQL.{_PORT}").is_socket() else None


def _url(sockets: Path) -> str:
    return f"postgresql://{DATABASE}@/{DATABASE}?host={quote(str(sockets))}&port={_PORT}"


def _options(data: Path, sockets: Path) -> tuple[str, ...]:
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "port": str(_PORT),
        "max_connections": "50",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "logging_collector": "off",
    }
    return (
        "-D",
        str(data),
        *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
    )


def _make_data(data: Path, log: Path, programs: Path, somebody: Identity) -> None:
    """Makes the cluster and its database under another name first: whole, or not there."""
    version = _version_of(programs)
    made_by = _made_by(data, somebody)
    if made_by == version:
        return
    if made_by is not None:
        raise EmbeddedServerError(
            f"{data} was made by PostgreSQL {made_by}, and {programs} is PostgreSQL {version}: "
            f"name programs of version {made_by} in {binaries.POSTGRES_VARIABLE}, or move the data"
        )
    unfinished = data.with_name("data.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    locale = (
        ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        if version >= _FIRST_WITH_BUILTIN_LOCALE
        else ("--locale=C.UTF-8",)
    )
    run_to_end(
        (
            str(programs / "initdb"),
            f"--pgdata={unfinished}",
            f"--username={DATABASE}",
            "--encoding=UTF8",
            *locale,
            "--auth=trust",  # who may enter the directory of the socket may connect
        ),
        log=log,
        identity=somebody,
        title="initdb",
    )
    run_to_end(
        (str(programs / "postgres"), "--single", "-D", str(unfinished), "template1"),
        log=log,
        identity=somebody,
        title=f"making the database {DATABASE}",
        text=f"CREATE DATABASE {DATABASE};\n",
    )
    unfinished.rename(data)


def _made_by(data: Path, somebody: Identity) -> int | None:
    """The major version that made the data; ``None`` if there is none yet."""
    try:
        if not any(data.iterdir()):
            data.rmdir()
            return None
        owner = data.stat().st_uid
        if owner != somebody.owner_id:
            raise EmbeddedServerError(
                f"{data} belongs to user id {owner}, and PostgreSQL would run as "
                f"{somebody.owner_id}: start callcore as the same user as before"
            )
        return int((data / "PG_VERSION").read_text())
    except FileNotFoundError as error:
        if not data.exists():
            return None
        raise EmbeddedServerError(
            f"{data} is no PostgreSQL data directory: move it away"
        ) from error
    except (OSError, ValueError) as error:
        raise EmbeddedServerError(f"cannot read {data}: {error}") from error


def _version_of(programs: Path) -> int:
    try:
        answer = subprocess.run(
            [str(programs / "postgres"), "--version"],
            check=True,
            capture_output=True,
            timeout=_VERSION_SECONDS,
        ).stdout.decode(errors="replace")
    except (OSError, subprocess.SubprocessError) as error:
        raise EmbeddedServerError(f"cannot run {programs / 'postgres'}: {error}") from error
    found = re.search(r"PostgreSQL\) (\d+)", answer)
    if found is None:
        raise EmbeddedServerError(f"{programs / 'postgres'} does not tell its version: {answer!r}")
    return int(found[1])


def _hand_over(somebody: Identity, home: Path, sockets: Path, programs: Path) -> None:
    """Lets an account that is not ours into its directories, and checks that it gets there."""
    account = somebody.account
    if account is None:
        return
    for path in (home, sockets):
        os.chown(path, account.pw_uid, account.pw_gid)
    for test, path in (("-w", home), ("-x", programs / "postgres")):
        trial = subprocess.run(
            ["test", test, str(path)],  # noqa: S607  coreutils, wherever they are
            check=False,
            preexec_fn=somebody.take,
        )
        if trial.returncode != 0:
            raise EmbeddedServerError(
                f"PostgreSQL does not run as root, user namespaces are off, and the account "
                f"{account.pw_name} cannot get at {path}: put it where that account may enter, "
                "start callcore as an ordinary user, or set postgres.url"
            )


def _prepare(data: Path) -> None:
    """Clears the way for a start after a crash.

    Postgres trusts the process id in ``postmaster.pid``, which may be a zombie's or, after a
    restart of the machine, a stranger's, and refuses to start. Whether anybody works in the
    directory is known better here, so a file that nobody stands behind goes.
    """
    directory.wait_until_unused(data, "postgres", _UNUSED_DEADLINE_SECONDS)
    (data / "postmaster.pid").unlink(missing_ok=True)


def _is_ready(data: Path, pid: int) -> bool:
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except (OSError, ValueError):
        return False
    return (
        len(lines) > _STATUS_LINE
        and lines[0] == str(pid)
        and lines[_STATUS_LINE].strip() == "ready"
    )
