"""What the file gives names to, and whether a name that is used somewhere is one of them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from callcore.settings.faults import Path, guess, shown
from callcore.settings.reading import Reading
from callcore.settings.scalars import is_name


class Named(StrEnum):
    """What has a name, by the word for one of them."""

    QUEUE = "queue"
    MENU = "menu"
    HOURS = "hours"
    CALLER_LIST = "caller list"
    LOOKUP = "lookup"
    HOOK = "hook"
    SURVEY = "survey"


_PARTS = {
    Named.QUEUE: "queues",
    Named.MENU: "menus",
    Named.HOURS: "hours",
    Named.CALLER_LIST: "caller_lists",
    Named.LOOKUP: "lookups",
    Named.HOOK: "hooks",
    Named.SURVEY: "surveys",
}


class Names:
    """The names of the file, of parts with faults too."""

    def __init__(self, reading: Reading, values: dict[str, Any]) -> None:
        self._reading = reading
        self._known = {named: _keys(values.get(part)) for named, part in _PARTS.items()}

    def check(self, named: Named, path: Path, name: object) -> bool:
        """Is there one of that name? What is no name at all is a fault that is told elsewhere."""
        if not isinstance(name, str) or not is_name(name):
            return False
        if name not in self._known[named]:
            self._reading.report_value(path, self._unknown(named, name))
        return name in self._known[named]

    def check_key(self, named: Named, path: Path) -> bool:
        """The same of the last step of ``path``, a key."""
        name = path[-1]
        if not isinstance(name, str) or not is_name(name):
            return False
        if name not in self._known[named]:
            self._reading.report_key(path, self._unknown(named, name))
        return name in self._known[named]

    def _unknown(self, named: Named, name: str) -> str:
        return f"unknown {named} {shown(name)}{guess(name, self._known[named])}"


def _keys(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, dict) else ()
