"""What app_queue does with callers of a queue without members.

callcore knows one such rule: agents are absent when they are logged out or on a break. Members who
are unavailable or paused are those; who talks or wraps up is there.
"""

from __future__ import annotations

from callcore.importing.asterisk import words
from callcore.importing.draft import Block
from callcore.importing.notes import Notes
from callcore.importing.places import Source

_ABSENT = frozenset({"paused", "unavailable", "invalid", "unknown"})
_LOOSE = frozenset({"penalty", "invalid"})
_USUAL = _LOOSE | {"paused"}
_STRICT = _USUAL | {"unavailable"}
_FACTORS = _STRICT | {"inuse", "ringing", "unknown", "wrapup"}


class EmptyQueues:
    """Translates them, one queue after another."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    def translate(self, block: Block, left: dict[str, Source], *, is_served: bool) -> None:
        """Sets who may join without agents, and how long those who wait stay."""
        joining, leaving = left.pop("joinempty", None), left.pop("leavewhenempty", None)
        if joining is not None and self._is_for_absent(joining, is_for_joining=True):
            block.set("admits_without_agents", False, joining)  # noqa: FBT003  a value
        if leaving is not None and self._is_for_absent(leaving, is_for_joining=False):
            block.set("no_agents_grace_seconds", 0, leaving)
        if not is_served and not block.entries.keys() & {
            "admits_without_agents",
            "no_agents_grace_seconds",
        }:
            remark = "nobody serves it in this file: callers wait as long as they may"
            block.set("no_agents_grace_seconds", 3600, remark=remark)

    def _is_for_absent(self, source: Source, *, is_for_joining: bool) -> bool:
        factors = self._factors(source, is_for_joining=is_for_joining)
        about = factors & _ABSENT
        others = ", ".join(sorted(factors - _ABSENT - {"penalty"}))
        if not factors:
            self._notes.nothing_lost(source, "callers may wait without agents")
        elif not about:
            self._notes.not_carried(
                source,
                f"agents are absent who are logged out or on a break, not by {others}"
                if others
                else "penalties make nobody absent",
            )
        elif factors != about or not {"paused", "unavailable"} <= factors:
            self._notes.changed(
                source,
                "agents are absent who are logged out or on a break: as by paused, unavailable; "
                f"there by {', '.join(sorted(factors))}",
            )
        return bool(about)

    def _factors(self, source: Source, *, is_for_joining: bool) -> frozenset[str]:
        """As ``parse_empty_options``: a word for several replaces what stands before it."""
        factors: frozenset[str] = frozenset()
        for option in (source.value or "").split(","):
            word = option.lower()
            if word in _FACTORS:
                factors |= {word}
            elif word == "loose":
                factors = _LOOSE
            elif word == "strict":
                factors = _STRICT
            elif words.is_false(word) if is_for_joining else words.is_true(word):
                factors = _USUAL
            elif words.is_true(word) if is_for_joining else words.is_false(word):
                factors = frozenset()
            else:
                self._notes.not_carried(
                    source.part(source.parameter, option), "unknown to app_queue"
                )
        return factors
