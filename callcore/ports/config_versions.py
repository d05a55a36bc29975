"""Which configuration a site runs: announced where every worker sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from callcore.domain.ids import Micros


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnouncedVersion:
    """The configuration that a worker of the site has put in force."""

    version: str
    at: Micros
    by: str
    """Who asked for it."""


class ConfigVersions(Protocol):
    """The version of a site. Every method may raise ``StoreUnavailableError``."""

    def announce(self, announced: AnnouncedVersion) -> None:
        """Makes it the site's, in place of the one before."""

    def announced(self) -> AnnouncedVersion | None:
        """The site's; ``None`` if none was announced, or it cannot be read."""
