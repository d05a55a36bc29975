"""Which recordings the switches turned out not to have, known to all calls of this process.

A switch passes over a missing sound in the middle of a sentence, and the caller hears the sentence
with a hole. So what was found missing is not asked for again by any call; but for a while only, so
that a recording that was added comes to be heard.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from callcore.domain.ids import MICROS_PER_SECOND, Micros, NodeName

KNOWN_SECONDS = 600.0
"""So long a sound is taken for missing; then one caller may hear the hole again."""

REMEDY = "run `callcore sounds build`, or put the file there, and `callcore reload`"

MOST_KNOWN = 5000
"""Of one node. Three languages have some five hundred sounds, and an operator's are of that order;
beyond it what was found first is forgotten."""


class MissingSounds:
    """Remembers for a while, node by node, which sounds are not there."""

    def __init__(self) -> None:
        self._until: defaultdict[NodeName, dict[str, Micros]] = defaultdict(dict)
        """In the order of their ends, because each is known for as long as any other."""

    def note(self, node: NodeName, sound: str, now: Micros) -> bool:
        """A sound was found missing; true if that was not known."""
        known = self._until[node]
        if known.get(sound, now) > now:
            return False
        known.pop(sound, None)
        while len(known) >= MOST_KNOWN:
            del known[next(iter(known))]
        known[sound] = Micros(now + round(KNOWN_SECONDS * MICROS_PER_SECOND))
        return True

    def lacks_any(self, node: NodeName, sounds: Iterable[str], now: Micros) -> bool:
        """True if one of them is known to be missing."""
        known = self._until.get(node)
        return known is not None and any(known.get(sound, now) > now for sound in sounds)

    def forget(self, node: NodeName) -> None:
        """All of the node's may be there from now on."""
        self._until.pop(node, None)

    def forget_all(self) -> None:
        """All may be there from now on."""
        self._until.clear()
