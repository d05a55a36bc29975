"""What the command line starts."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack

from callcore.adapters.control.place import ControlSocketError
from callcore.adapters.http.server import HttpAddressError
from callcore.adapters.logs.setup import Level, Log, LogFileError, setup
from callcore.adapters.postgres import migrations
from callcore.adapters.postgres.pool import PostgresUrlError
from callcore.bootstrap import supervised
from callcore.bootstrap.daemon import Daemon
from callcore.bootstrap.exit_statuses import DONE, DRAINED
from callcore.bootstrap.instances import Instance, InstanceError
from callcore.bootstrap.settings_file import ConfigFile
from callcore.bootstrap.simulation import SimulationError
from callcore.bootstrap.stores import open_stores
from callcore.bootstrap.supervisor import Supervisor, Worded, WorkersNotStartedError
from callcore.embedded import EmbeddedServerError
from callcore.settings import Settings

THE_ONLY_INSTANCE = Instance()

START_FAULTS: tuple[type[Exception], ...] = (
    ControlSocketError,
    EmbeddedServerError,
    HttpAddressError,
    InstanceError,
    LogFileError,
    PostgresUrlError,
    SimulationError,
    WorkersNotStartedError,
    migrations.MigrationError,
)
"""What keeps callcore from starting and waiting does not mend; each says what to do."""


def run(
    settings: Settings,
    *,
    is_watched: bool,
    config: ConfigFile | None,
    instance: Instance = THE_ONLY_INSTANCE,
) -> int:
    """Runs one worker until a signal, or until it is drained; the exit status. ``config`` is read
    again on demand. Raises one of ``START_FAULTS``.
    """
    log = _log(settings, is_watched=is_watched, worker=instance.name if instance.is_named else None)
    told = instance.supervised
    if told is None:
        _warn(settings, log)
    elif told.has_predecessor and not supervised.await_turn():
        return DONE
    daemon = Daemon(settings, log, is_watched=is_watched, config=config, instance=instance)
    daemon.run()
    return DRAINED if daemon.was_drained else DONE


def supervise(settings: Settings, workers: Sequence[Worded]) -> int:
    """Runs several workers until a signal, or until all are drained; the exit status. Raises one of
    ``START_FAULTS``.
    """
    log = _log(settings, is_watched=False, worker=None)
    _warn(settings, log)
    supervisor = Supervisor(settings, log, workers)
    supervisor.run()
    return DRAINED if supervisor.was_drained else DONE


def _warn(settings: Settings, log: Log) -> None:
    for warning in settings.warnings:
        log.write(Level.WARNING, "settings_warning", {"text": str(warning)})


def migrate(settings: Settings) -> tuple[list[str], list[str]]:
    """Brings the schema up to date, as its owner; the migrations applied, and what was remarked.

    Raises one of ``START_FAULTS``.
    """
    remarks: list[str] = []
    with ExitStack() as stack:
        urls = open_stores(settings, stack, lambda *_: None)
        applied = migrations.migrate(urls.postgres_owner, told=remarks.append)
    return [str(migration) for migration in applied], remarks


def _log(settings: Settings, *, is_watched: bool, worker: str | None) -> Log:
    """The log, each line with the name of the worker if it has one: in the file the settings name,
    else beside the data when the terminal shows the live view, else on standard error.
    """
    file = settings.log_file
    if file is None and is_watched:
        settings.data_directory.mkdir(parents=True, exist_ok=True)
        file = settings.data_directory / "callcore.log"
    return setup(settings.log_level, file=file, bound={} if worker is None else {"worker": worker})
