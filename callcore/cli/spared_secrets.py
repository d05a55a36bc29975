"""Settings for commands that ask neither a switch nor another web system: no password of theirs is
needed, and who types the command may not know it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from callcore.cli.statuses import USAGE_FAULT, fail
from callcore.settings import Settings, SettingsError, load

_SPARED = re.compile(r"CALLCORE_(NODE_.+_PASSWORD|(LOOKUP|HOOK)_.+_TOKEN|API_TOKEN)", re.DOTALL)
_FILE = "_FILE"


class SparedSecrets(Mapping[str, str]):
    """An environment with something in place of each of those, whatever it says of them."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ

    def __getitem__(self, variable: str) -> str:
        """Raises ``KeyError``."""
        if _SPARED.fullmatch(variable):
            return "unneeded-by-this-command"
        if _SPARED.fullmatch(variable.removesuffix(_FILE)):
            raise KeyError(variable)
        return self._environ[variable]

    def __iter__(self) -> Iterator[str]:
        return iter(self._environ)

    def __len__(self) -> int:
        return len(self._environ)


def settings_of(config: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of a file; their faults end the command."""
    try:
        return load(config, SparedSecrets(environ))
    except SettingsError as error:
        fail(str(error), USAGE_FAULT)
