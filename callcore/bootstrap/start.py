"""What the command line starts."""

from __future__ import annotations

from contextlib import ExitStack

from callcore.adapters.control.place import ControlSocketError
from callcore.adapters.http.server import HttpAddressError
from callcore.adapters.logs.setup import Level, Log, LogFileError, setup
from callcore.adapters.postgres import migrations
from callcore.adapters.postgres.pool import PostgresUrlError
from callcore.bootstrap.daemon import Daemon
from callcore.bootstrap.settings_file import ConfigFile
from callcore.bootstrap.simulation import SimulationError
from callcore.bootstrap.stores import open_stores
from callcore.embedded import EmbeddedServerError
from callcore.settings import Settings

START_FAULTS: tuple[type[Exception], ...] = (
    ControlSocketError,
    EmbeddedServerError,
    HttpAddressError,
    LogFileError,
    PostgresUrlError,
    SimulationError,
    migrations.MigrationError,
)
"""What keeps callcore from starting and waiting does not mend; each says what to do."""


def run(settings: Settings, *, is_watched: bool, config: ConfigFile | None) -> None:
    """Runs the daemon until a signal; ``config`` is read again on demand. Raises one of
    ``START_FAULTS``.
    """
    log = _log(settings, is_watched=is_watched)
    for warning in settings.warnings:
        log.write(Level.WARNING, "settings_warning", {"text": str(warning)})
    Daemon(settings, log, is_watched=is_watched, config=config).run()


def migrate(settings: Settings) -> list[str]:
    """Brings the schema up to date; the migrations applied. Raises one of ``START_FAULTS``."""
    with ExitStack() as stack:
        urls = open_stores(settings, stack, lambda *_: None)
        return [str(migration) for migration in migrations.migrate(urls.postgres)]


def _log(settings: Settings, *, is_watched: bool) -> Log:
    """The log: in the file the settings name, else beside the data when the terminal shows the
    live view, else on standard error.
    """
    file = settings.log_file
    if file is None and is_watched:
        settings.data_directory.mkdir(parents=True, exist_ok=True)
        file = settings.data_directory / "callcore.log"
    return setup(settings.log_level, file=file)
