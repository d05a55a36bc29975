"""Which configuration it is: a short hash of everything that was read for it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

VERSION_LENGTH = 12
"""Of the hash's 64 digits: enough to tell the versions of a site apart."""


def version_of(content: bytes, named: Mapping[str, bytes]) -> str:
    """The version of a settings file with the files it names, by their names in it.

    The same on every machine that has the same files, wherever they lie.
    """
    whole = hashlib.sha256()
    for part in (content, *(part for name in sorted(named) for part in _named(name, named[name]))):
        # With its length, so that no byte can pass from one part to the next unnoticed.
        whole.update(b"%d:" % len(part))
        whole.update(part)
    return whole.hexdigest()[:VERSION_LENGTH]


def _named(name: str, content: bytes) -> tuple[bytes, bytes]:
    return name.encode(errors="surrogateescape"), content
