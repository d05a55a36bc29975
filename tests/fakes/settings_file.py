"""A settings file without a file: what a test writes is read at the next reload."""

from __future__ import annotations

from callcore.domain.policies import SitePolicy
from callcore.ports.configuration import Configuration, ConfigurationError


class FakeSettingsFile:
    """``ports.configuration.ConfigurationSource``."""

    def __init__(self, policy: SitePolicy, version: str = "v1") -> None:
        self.fault: ConfigurationError | None = None
        self.in_force: list[str] = []
        """The versions that were put in force, in order."""
        self.reads_count = 0
        self._written_count = 1
        self.write(policy, version)

    def write(self, policy: SitePolicy, version: str = "", **more: tuple[str, ...]) -> None:
        """Somebody edits the file; a version nobody has named is a new one."""
        self._written_count += 1
        version = version or f"v{self._written_count}"
        self._written = Configuration(policy=policy, version=version, **more)
        self._is_read = False

    def read(self) -> Configuration:
        self.reads_count += 1
        self._is_read = True
        if self.fault is not None:
            raise self.fault
        return self._written

    def has_changed(self) -> bool:
        return not self._is_read

    def applied(self, configuration: Configuration) -> None:
        self.in_force.append(configuration.version)
