"""Sounds that switches pass over are told to operators once, and to the calls until they are there.

Switches tell of whatever anybody has them play; callcore's are those below ``sounds.directory``.
"""

from __future__ import annotations

from callcore.domain import sounds
from callcore.domain.events import (
    ConfigurationApplied,
    ConfigurationUnchanged,
    Fact,
    SoundNotFound,
)
from callcore.flows.missing_sounds import REMEDY
from callcore.flows.site import Site
from callcore.ports.switch_events import SoundMissing, SwitchEvent, SwitchRestored


class SoundWatch:
    """Hears of sounds that are not there. Nothing waits."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def hear(self, event: SwitchEvent) -> None:
        """Takes an event of a switch; one that was restarted may have got other sounds."""
        match event:
            case SoundMissing() if self._is_ours(event.path):
                self._passed_over(event)
            case SwitchRestored() if event.is_restarted:
                self._site.missing_sounds.forget(event.node)
            case _:
                pass

    def hear_fact(self, fact: Fact) -> None:
        """Whoever reloads, be the settings changed or not, may have added sounds before."""
        if isinstance(fact, ConfigurationApplied | ConfigurationUnchanged):
            self._site.missing_sounds.forget_all()

    def _is_ours(self, path: str) -> bool:
        directory = self._site.policy.sounds.directory
        return directory is not None and path.startswith(f"{directory}/") and sounds.is_sound(path)

    def _passed_over(self, event: SoundMissing) -> None:
        site = self._site
        now = site.clock.now()
        if site.missing_sounds.note(event.node, event.path, now):
            site.facts.publish(
                SoundNotFound(at=now, node=event.node, path=event.path, remedy=REMEDY)
            )
