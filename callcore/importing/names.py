"""Names of other systems as names callcore takes, no two of them the same."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

_NAME = re.compile(r"[a-z0-9_-]{1,48}")
_LONGEST = 48
_LONGEST_NUMBER = 6
_FORBIDDEN = re.compile(r"[^a-z0-9_-]+")

RULE = "a name is 1 to 48 lower-case letters, digits, '-' or '_'"


def is_name(text: str) -> bool:
    """True for what callcore takes as it is."""
    return _NAME.fullmatch(text) is not None


def renamed(originals: Iterable[str], kind: str) -> dict[str, str]:
    """A name for each; one that is a name already keeps it.

    Of the others ``support@default`` becomes ``support`` where that is nobody else's, else
    ``support-default``, else a number follows. ``kind`` is what one is called of which no
    character is left.
    """
    waiting = list(dict.fromkeys(originals))
    names = {original: original for original in waiting if is_name(original)}
    taken = set(names.values())
    waiting = [original for original in waiting if original not in names]
    locals_ = Counter(_local(original, kind) for original in waiting)
    for original in waiting:
        local = _local(original, kind)
        wished = local if locals_[local] == 1 and local not in taken else _slug(original, kind)
        names[original] = _free(wished, taken)
        taken.add(names[original])
    return names


def _free(wished: str, taken: set[str]) -> str:
    number, name = 1, wished
    while name in taken:
        number += 1
        name = f"{wished[: _LONGEST - _LONGEST_NUMBER]}-{number}"
    return name


def _local(original: str, kind: str) -> str:
    return _slug(original.partition("@")[0], kind)


def _slug(text: str, kind: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _FORBIDDEN.sub("-", plain).strip("-")[:_LONGEST].rstrip("-") or kind
