"""The configuration in force: one value for every flow of the process, replaced as a whole."""

from __future__ import annotations

from callcore.domain.policies import SitePolicy
from callcore.domain.serving import Serving


class Policies:
    """What is true now. Whoever decides reads it anew; nobody keeps a copy for later."""

    def __init__(self, configured: SitePolicy, version: str = "") -> None:
        self.replace(configured, configured, version)

    @property
    def current(self) -> SitePolicy:
        """Everything the flows follow from now on."""
        return self._current

    @property
    def configured(self) -> SitePolicy:
        """What the settings said: without the queues that are only served out."""
        return self._configured

    @property
    def serving(self) -> Serving:
        """Who serves which queue now."""
        return self._serving

    @property
    def version(self) -> str:
        """Of the settings."""
        return self._version

    def replace(self, current: SitePolicy, configured: SitePolicy, version: str) -> None:
        """Puts another configuration in force."""
        serving = Serving.of(current.agents)
        self._current, self._configured = current, configured
        self._serving, self._version = serving, version
