"""The configuration in force."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.events.facts import Fact
from callcore.domain.ids import QueueName

BY_START = "start"
"""Who put a configuration in force when callcore started."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationApplied(Fact):
    """Another configuration is in force."""

    version: str
    by: str
    """``BY_START``, or who asked for it."""
    new_queues: tuple[QueueName, ...] = ()
    changes: tuple[str, ...] = ()
    """The first of them, if there are very many."""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationUnchanged(Fact):
    """The settings were read again and say what they said."""

    version: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationRefused(Fact):
    """The configuration of before stays in force."""

    version: str
    """Of that one."""
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationDiffers(Fact):
    """This worker's configuration is another than the site's, or is the same again."""

    version: str
    """This worker's."""
    site_version: str
    is_different: bool
    remedy: str = ""
