"""Where a worker's configuration comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from callcore.domain.policies import SitePolicy


class ConfigurationError(Exception):
    """There is no configuration to be had; the message says why."""


class NoFileError(ConfigurationError):
    """callcore was started without a settings file."""


class FaultyFileError(ConfigurationError):
    """The settings file has faults; the message tells all of them, one a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What was read, whole and without faults."""

    policy: SitePolicy
    version: str
    """Of the content of the file and of those it names: the same on every machine."""
    needs_restart: tuple[str, ...] = ()
    """The settings that differ from what this process was started with and cannot be changed while
    it runs; ``policy`` is as if they did not."""
    warnings: tuple[str, ...] = ()
    """What keeps nothing from working, and yet an operator should know."""


class ConfigurationSource(Protocol):
    """The settings file of a process."""

    def read(self) -> Configuration:
        """Reads and checks it anew, while others run. Raises ``ConfigurationError``."""

    def has_changed(self) -> bool:
        """True if the file, or one it named, looks another than when last read; cheap."""

    def applied(self, configuration: Configuration) -> None:
        """What was read is in force from now on: whatever else depends on it follows."""
