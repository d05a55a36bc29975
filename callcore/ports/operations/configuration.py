"""The configuration as operators see it and put it in force."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.ids import Micros, QueueName
from callcore.domain.policy_changes import PolicyChange


@dataclass(frozen=True, slots=True, kw_only=True)
class ReloadAnswer:
    """What became of a configuration that was not refused."""

    version: str
    """Of the settings in force from now on."""
    is_changed: bool
    """False if the settings say what they said before."""
    changes: tuple[PolicyChange, ...] = ()
    warnings: tuple[str, ...] = ()
    """What an operator should know of it: a queue with callers that nobody serves any more."""
    needs_restart: tuple[str, ...] = ()
    """Settings that differ and take effect at the next start."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigView:
    """The configuration in force in this worker."""

    version: str
    loaded_at: Micros
    loaded_by: str
    """``BY_START``, or who asked for it."""
    changes: tuple[PolicyChange, ...]
    """From the one before; none at the start."""
    warnings: tuple[str, ...]
    needs_restart: tuple[str, ...]
    retired_queues: tuple[QueueName, ...]
    """Taken out of the settings, and served out."""
    site_version: str | None
    """The one announced to all workers of the site; ``None`` if Redis does not tell."""
