"""The part of the file about the switches' own call records, which the last resort reads."""

from __future__ import annotations

import pathlib
from collections.abc import Collection, Mapping
from typing import Annotated, Any

from pydantic import TypeAdapter

from callcore.domain.ids import NodeName
from callcore.settings.faults import guess, shown
from callcore.settings.model import CdrFiles
from callcore.settings.reading import Reading
from callcore.settings.scalars import Text
from callcore.settings.section import Section, one_of

_TEXT: TypeAdapter[str] = TypeAdapter(Text)


class RecordsSection(Section):
    """Call records."""

    cdr_directories: Any = None
    """By node."""
    cdr_files: Annotated[CdrFiles, one_of(CdrFiles)] = CdrFiles.KEEP


def cdr_directories(
    reading: Reading, directory: pathlib.Path, value: object, nodes: Collection[NodeName]
) -> Mapping[NodeName, pathlib.Path]:
    """The directories that the section names, relative ones to that of the file; ``nodes`` are
    those that are known.
    """
    found: dict[NodeName, pathlib.Path] = {}
    path = ("records", "cdr_directories")
    section = value if isinstance(value, dict) else {}
    for name, given in reading.entries(path, section.get("cdr_directories")).items():
        if name not in nodes:
            reading.report_key((*path, name), f"there is no node {shown(name)}{guess(name, nodes)}")
        text = reading.checked(_TEXT, (*path, name), given)
        if text is not None:
            found[NodeName(name)] = directory / text
    return found
