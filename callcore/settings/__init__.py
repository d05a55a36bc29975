"""Reads the operator's YAML file and the secrets beside it into one checked value.

Nothing in the file means something else than it looks like: no text becomes a number, a date or
a boolean unless the setting is one, and every fault is told at once with its place.

Modules are imported when they are first asked for: who only wants to know where data are
(``locating``) needs none of those that check settings.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from callcore.settings.demonstration import demo
    from callcore.settings.environment_file import EnvironmentFileError
    from callcore.settings.faults import Fault, SettingsError
    from callcore.settings.loading import load
    from callcore.settings.model import LogLevel, NodeSettings, Settings
    from callcore.settings.passwords import PasswordError

__all__ = [
    "EnvironmentFileError",
    "Fault",
    "LogLevel",
    "NodeSettings",
    "PasswordError",
    "Settings",
    "SettingsError",
    "demo",
    "load",
]

_HOMES = {
    "EnvironmentFileError": "environment_file",
    "Fault": "faults",
    "LogLevel": "model",
    "NodeSettings": "model",
    "PasswordError": "passwords",
    "Settings": "model",
    "SettingsError": "faults",
    "demo": "demonstration",
    "load": "loading",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    found: object = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
