"""Extensions that may be dialled in a menu: ``[100-199, "250"]``."""

from __future__ import annotations

import re

from pydantic import TypeAdapter

from callcore.domain.policies import Extensions, PolicyError
from callcore.settings.faults import Path, shown
from callcore.settings.reading import Reading
from callcore.settings.scalars import Text
from callcore.settings.section import UNGIVEN, Section
from callcore.settings.switch_words import DialplanWord

_TEXT: TypeAdapter[str] = TypeAdapter(Text)
_RANGE = re.compile(r"([0-9]+)(?:-([0-9]+))?")
_SOME = (("00", "00"),)
"""Stand in for ranges with faults."""


class ExtensionsSection(Section):
    """Which there are, and whose they are."""

    ranges: list[Text]
    context: DialplanWord | None = UNGIVEN


def extensions(reading: Reading, path: Path, value: object) -> Extensions:
    """What may be dialled, by a list of ranges or by a mapping; ranges with faults are left out."""
    if isinstance(value, dict):
        section = reading.faultless_settings(ExtensionsSection, path, value)
        ranges, context = section.get("ranges"), section.get("context")
        path = (*path, "ranges")
    else:
        ranges, context = reading.items(path, value), None
    found = []
    for position, item in enumerate(ranges or ()):
        text = reading.checked(_TEXT, (*path, position), item)
        one = None if text is None else _range(reading, (*path, position), text)
        found += [] if one is None else [one]
    if not found and not reading.has_faults_at(path):
        reading.report_value(path, "must have at least one extension")
    return Extensions(ranges=tuple(found) or _SOME, context=context)


def _range(reading: Reading, path: Path, text: str) -> tuple[str, str] | None:
    parts = _RANGE.fullmatch(text)
    if parts is None:
        reading.report_value(
            path, f"expected extensions such as 250 or 100-199, found {shown(text)}"
        )
        return None
    ends = (parts[1], parts[2] or parts[1])
    try:
        Extensions(ranges=(ends,))
    except PolicyError as error:
        reading.report_value(path, error.fault)
        return None
    return ends
