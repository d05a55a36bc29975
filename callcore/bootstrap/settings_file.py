"""The settings file of this process: implements ``ports.configuration.ConfigurationSource``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from callcore.adapters.logs.setup import Log
from callcore.bootstrap import settings_reading
from callcore.bootstrap.settings_reading import ReadingError
from callcore.flows.reloading import NoFile
from callcore.ports.configuration import (
    Configuration,
    ConfigurationError,
    ConfigurationSource,
    FaultyFileError,
)
from callcore.settings import Settings, SettingsError
from callcore.settings.comparison import needs_restart, to_be_spoken

Looks = tuple[tuple[int, int, int] | None, ...]


def with_http_port(settings: Settings, port: int | None, offset: int = 0) -> Settings:
    """The settings with ``port`` if there is one, and with ``offset`` added to whatever it is,
    unless any free port is to be taken.
    """
    wanted = settings.http_port if port is None else port
    return replace(settings, http_port=wanted and wanted + offset)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFile:
    """The file named on the command line, and what that says in its place."""

    path: Path
    http_port: int | None = None
    http_offset: int = 0

    def adapted(self, settings: Settings) -> Settings:
        """What was read, with what the command line says."""
        return with_http_port(settings, self.http_port, self.http_offset)


class SettingsFile:
    """The file with which callcore was ``started``; ``applied`` is told what is in force."""

    def __init__(
        self, config: ConfigFile, started: Settings, *, applied: Callable[[Settings], None]
    ) -> None:
        self._config = config
        self._started = started
        self._applied = applied
        self._read = started
        self._seen = _looks(started)

    def read(self) -> Configuration:
        """Reads and checks it anew, while others run."""
        try:
            settings = self._config.adapted(settings_reading.read(self._config.path))
        except SettingsError as error:
            self._seen = _looks(self._read)
            raise FaultyFileError(str(error)) from error
        except ReadingError as error:
            raise ConfigurationError(str(error)) from error
        warnings = (*map(str, settings.warnings), *to_be_spoken(self._read, settings))
        self._read = settings
        self._seen = _looks(settings)
        return Configuration(
            policy=replace(settings.policy, site=self._started.policy.site),
            version=settings.version,
            needs_restart=needs_restart(self._started, settings),
            warnings=warnings,
        )

    def has_changed(self) -> bool:
        """True if one of the files looks another than when last read; cheap."""
        return _looks(self._read) != self._seen

    def applied(self, configuration: Configuration) -> None:  # noqa: ARG002 - the one read last
        """What was read last is in force."""
        self._applied(self._read)


def _looks(settings: Settings) -> Looks:
    return tuple(_look(file) for file in settings.files)


def _look(file: Path) -> tuple[int, int, int] | None:
    """Which file it is, when it was written and how long it is; ``None`` if it is not there."""
    try:
        status = file.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def source_of(settings: Settings, log: Log, config: ConfigFile | None) -> ConfigurationSource:
    """Where the settings may be read again; the log's level follows at once."""
    if config is None:
        return NoFile()
    return SettingsFile(config, settings, applied=lambda read: log.set_level(read.log_level))
