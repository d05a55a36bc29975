"""Reads the operator's YAML file and the secrets beside it into one checked value.

Nothing in the file means something else than it looks like: no text becomes a number, a date or
a boolean unless the setting is one, and every fault is told at once with its place.
"""

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
