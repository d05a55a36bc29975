"""Recordings that the operator gave and that no prompt takes: a name was mistaken."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from callcore.domain.ids import Language
from callcore.domain.speech import grammar


def faults(directory: Path, keys: Mapping[Language, Collection[str]]) -> Iterator[str]:
    """A line for each file below ``directory`` that is no recording of the languages in ``keys``.

    The directories of other languages are not looked at.
    """
    for path in sorted(directory.rglob("*")):
        inner = path.relative_to(directory)
        if not path.is_file() or any(part.startswith(".") for part in inner.parts):
            continue
        if path.suffix != ".wav":
            yield f"{path}: is not taken: recordings are .wav files"
            continue
        wanted = _wanted(inner, keys)
        if wanted is None:
            continue
        name, known = wanted
        if name not in known:
            near = difflib.get_close_matches(name, sorted(known), 1)
            meant = f"; did you mean {near[0]}?" if near else ""
            yield f"{path}: no prompt is named {name}{meant}"


def _wanted(
    inner: Path, keys: Mapping[Language, Collection[str]]
) -> tuple[str, Collection[str]] | None:
    """What a file is named for, and what there is; ``None`` for one of another language."""
    first = Language(inner.parts[0])
    name = inner.with_suffix("").as_posix()
    if len(inner.parts) > 1 and first in keys:
        return name.partition("/")[2], keys[first]
    if len(inner.parts) > 1 and first in grammar.CATALOGUED:
        return None
    return name, {key for known in keys.values() for key in known}
