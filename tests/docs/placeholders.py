"""What stands on the pages for something else, and what it stands for in the tests' site."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from tests.docs.site import CLEO, Site

WORDS = {
    "AGENT": "1001",
    "CODE": "lunch",
    "LANGUAGE": "pl",
    "LENGTH": "30m",
    "N": "3",
    "NAME": "Anna",
    "NODE": "fs1",
    "NUMBER": "+48201234502",
    "QUEUE": "support",
    "SECONDS": "60",
    "TEXT": "phones down",
    "WHEN": "+1h",
}
"""By the word in capitals. ``CALL`` is a call of its own each time."""
OF_NOTES = ("ready", "extend")
"""Changes of a wrap-up: the one who has calls is meant, whoever is named."""

_WORD = re.compile(r"[A-Z]{1,}")
_CALL = re.compile(r"CALL|[0-9a-f]{4}")
_OTHER = {"support": "sales", "sales": "support"}


class Meant:
    """What the words of one block stand for: the same id the same call in all its lines."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._calls: dict[str, str] = {}

    def words(self, words: Sequence[str]) -> list[str]:
        """A command's words as the site has them. Raises ``KeyError`` for one nobody knows."""
        told = list(words)
        if tuple(words[:2]) == ("call", "move") and len(words) > 3:
            queue = WORDS.get(words[3], words[3])
            told[2] = self._call(words[2], lambda: self._site.wait_in(_OTHER[queue]))
        elif tuple(words[:2]) == ("callback", "withdraw"):
            told[2] = self._call(words[2], self._site.promise)
        elif words[0] in ("call", "explain"):
            place = 1 if words[0] == "explain" else 2
            if len(words) > place:
                told[place] = self._call(words[place], lambda: self._site.wait_in("support"))
        elif words[0] == "agent" and words[1] in OF_NOTES and words[2] in ("AGENT", "1001"):
            told[2] = CLEO
        return [WORDS[word] if _WORD.fullmatch(word) else word for word in told]

    def _call(self, word: str, make: Callable[[], str]) -> str:
        if not _CALL.fullmatch(word):
            return word
        if word == "CALL":
            return make()
        if word not in self._calls:
            self._calls[word] = make()
        return self._calls[word]
