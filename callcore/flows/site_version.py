"""Is the configuration of this worker the one that the site runs?"""

from __future__ import annotations

from callcore.domain.events import BY_START, ConfigurationDiffers
from callcore.flows.site import Site
from callcore.ports.config_versions import AnnouncedVersion


class SiteVersion:
    """Announces this worker's version, and compares it with what others have announced.

    Every method but ``differs`` may raise ``StoreError``.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._owed: AnnouncedVersion | None = None
        self._differs_from: str | None = None

    def announce(self, by: str) -> None:
        """Makes this worker's version the site's; what Redis takes no note of is owed."""
        site = self._site
        self._owed = AnnouncedVersion(version=site.policies.version, at=site.clock.now(), by=by)
        self.other()

    def other(self) -> AnnouncedVersion | None:
        """The site's version if it is not this worker's.

        Announces what is owed first, and where Redis knows of none, its data being lost, ours.
        """
        versions, ours = self._site.config_versions, self._site.policies.version
        announced = versions.announced() if self._owed is None else None
        if announced is None:
            owed = self._owed or AnnouncedVersion(
                version=ours, at=self._site.clock.now(), by=BY_START
            )
            versions.announce(owed)
            self._owed = None
        elif announced.version != ours:
            return announced
        self._agrees()
        return None

    def differs(self, other: AnnouncedVersion, remedy: str) -> None:
        """This worker cannot follow the site; told once of each version."""
        if self._differs_from != other.version:
            self._differs_from = other.version
            self._publish(other.version, is_different=True, remedy=remedy)

    def _agrees(self) -> None:
        if self._differs_from is not None:
            self._differs_from = None
            self._publish(self._site.policies.version, is_different=False, remedy="")

    def _publish(self, site_version: str, *, is_different: bool, remedy: str) -> None:
        self._site.facts.publish(
            ConfigurationDiffers(
                at=self._site.clock.now(),
                version=self._site.policies.version,
                site_version=site_version,
                is_different=is_different,
                remedy=remedy,
            )
        )
