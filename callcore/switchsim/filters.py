"""Which events a connection gets: subscriptions and filters, as ``mod_event_socket`` decides.

Several filters are alternatives; a value that begins with ``-`` excludes; ``/.../`` is a regular
expression; an event that has none of the filtered headers is dropped. What takes filters off
compares their values as they were written, and takes off every one that is the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from callcore.switchsim.event_names import EVENT_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from callcore.switchsim.wire import HeaderValue


class Subscription:
    """The events one connection asked for."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.subclasses: set[str] = set()

    def add(self, words: Iterable[str]) -> bool:
        """Adds event names, and after ``CUSTOM`` subclasses; False if no word named an event."""
        names, subclasses = _sorted_out(words)
        self.names |= names
        self.subclasses |= subclasses
        return bool(names)

    def remove(self, words: Iterable[str]) -> bool:
        """Takes events off; False if no word named an event."""
        names, subclasses = _sorted_out(words)
        if "ALL" in self.names and "ALL" not in names:
            self.names |= EVENT_NAMES
            self.names.discard("ALL")
        self.names = set() if "ALL" in names else self.names - (names - {"CUSTOM"})
        self.subclasses -= subclasses
        return bool(names)

    def clear(self) -> None:
        """Takes every event off."""
        self.names.clear()
        self.subclasses.clear()

    def wants(self, name: str, subclass: str) -> bool:
        """True if the event is among those asked for."""
        if "ALL" in self.names:
            return True
        return name in self.names and (not subclass or subclass in self.subclasses)


class _Rule(NamedTuple):
    header: str
    value: str
    """As it was written."""
    wanted: str
    is_positive: bool
    pattern: re.Pattern[str] | None


class Filters:
    """The filters of one connection, in the order they were added."""

    def __init__(self) -> None:
        self._rules: list[_Rule] = []

    def add(self, header: str, value: str) -> None:
        """Adds an alternative; a pattern that is not a regular expression matches nothing."""
        wanted = value.lstrip("+- ")
        is_positive = "-" not in value[: len(value) - len(wanted)]
        pattern: re.Pattern[str] | None = None
        if value.startswith("/"):
            body, _, flags = wanted[1:].rpartition("/")
            try:
                pattern = re.compile(body, re.IGNORECASE if "i" in flags else 0)
            except re.error:
                pattern = re.compile(r"(?!)")
        self._rules.append(_Rule(header, value, wanted, is_positive, pattern))

    def delete(self, header: str, value: str | None) -> None:
        """Takes off the filters of a header, one value or all; ``all`` takes off everything."""
        if header.lower() == "all":
            self._rules.clear()
            return
        self._rules = [
            rule
            for rule in self._rules
            if rule.header.lower() != header.lower() or (value and rule.value != value)
        ]

    def let_pass(self, headers: Mapping[str, HeaderValue]) -> bool:
        """True if the connection gets an event with these headers."""
        if not self._rules:
            return True
        passes = False
        for header, _, wanted, is_positive, pattern in self._rules:
            value = headers.get(header)
            if value is None or (passes and is_positive):
                continue
            text = value if isinstance(value, str) else value[0]
            matches = pattern.search(text) if pattern else text.lower() == wanted.lower()
            if matches and not is_positive:
                return False
            passes = passes or bool(matches)
        return passes


def _sorted_out(words: Iterable[str]) -> tuple[set[str], set[str]]:
    names: set[str] = set()
    subclasses: set[str] = set()
    for word in words:
        if "CUSTOM" in names:
            subclasses.add(word)
        elif word.upper() in EVENT_NAMES:
            names.add(word.upper())
    return names, subclasses
