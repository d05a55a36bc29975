"""What is counted of the configuration."""

from __future__ import annotations

from callcore.adapters.prom.families import Families
from callcore.domain.ids import MICROS_PER_SECOND, Micros

RELOADS = ("applied", "unchanged", "refused")
"""What may become of a reload."""


class ConfigFamilies:
    """Families of the configuration in force in this worker."""

    def __init__(self, families: Families) -> None:
        self._version: str | None = None
        self._info = families.gauges(
            "callcore_config_info",
            "1; the label tells which version of the settings is in force: a hash of the file and "
            "of those it names.",
            "version",
            across="count",
        )
        self._loaded_at = families.gauges(
            "callcore_config_loaded_timestamp_seconds",
            "When that version was put in force, in seconds since 1970.",
            across="min",
        )
        self.reloads = families.counters(
            "callcore_config_reloads_total",
            "Reloads of the settings: `applied`, `unchanged`, or `refused` for their faults.",
            "result",
        )
        self.drift = families.gauges(
            "callcore_config_drift",
            "1 while this worker's version is another than the site's, which it cannot follow: the "
            "log says why.",
        )
        self.drift.set(0)
        for result in RELOADS:
            self.reloads.add(result, amount=0.0)

    def applied(self, version: str, at: Micros) -> None:
        """A version is in force, in place of the one before."""
        if self._version is not None and self._version != version:
            self._info.remove(self._version)
        self._version = version
        self._info.set(1, version)
        self._loaded_at.set(at / MICROS_PER_SECOND)
