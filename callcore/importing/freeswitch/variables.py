"""FreeSWITCH's global variables, ``$${name}``, as far as files and options tell them."""

from __future__ import annotations

import re

from callcore.importing.places import NotImportableError, Place

LONGEST_VALUE = 10_000
_VARIABLE = re.compile(r"\$\$\{([^{}$]*)\}")


class Variables:
    """The variables known so far."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self._fixed: set[str] = set()

    def fix(self, name: str, value: str) -> None:
        """Sets a variable to what no file changes any more."""
        self._values[name] = value
        self._fixed.add(name)

    def set(self, name: str, value: str, place: Place) -> None:
        """Sets a variable, unless it is fixed. Raises ``NotImportableError`` for one too long."""
        if len(value) > LONGEST_VALUE:
            raise NotImportableError(
                f"the variable has more than {LONGEST_VALUE} characters", place
            )
        if name not in self._fixed:
            self._values[name] = value

    def forget(self, name: str) -> None:
        """Makes a variable unknown: only a running FreeSWITCH knows it."""
        if name not in self._fixed:
            self._values.pop(name, None)

    def expanded(self, text: str, place: Place) -> str:
        """The text with what is known; the rest stays. Raises ``NotImportableError``."""
        if "$${" not in text:
            return text
        expanded = _VARIABLE.sub(lambda found: self._values.get(found[1], found[0]), text)
        if len(expanded) > LONGEST_VALUE:
            raise NotImportableError(
                f"with its variables it has more than {LONGEST_VALUE} characters", place
            )
        return expanded

    def unknown_in(self, expanded: str) -> tuple[str, ...]:
        """The variables that are left in a text."""
        return tuple(dict.fromkeys(_VARIABLE.findall(expanded)))

    def remedy(self, unknown: tuple[str, ...]) -> tuple[str, str]:
        """What is told of unknown variables: why it is lost, and what would help."""
        named = " and ".join(f"$${{{name}}}" for name in unknown)
        helps = "give a file that sets it with --vars"
        if unknown == ("domain",):
            helps = "give it with --domain, or a file that sets it with --vars"
        return f"{named} is not known here", helps
