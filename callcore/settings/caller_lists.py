"""Lists of callers: their numbers, in the file itself and in files of their own."""

from __future__ import annotations

import pathlib
from typing import Any

from pydantic import TypeAdapter

from callcore.domain import phone_numbers
from callcore.domain.policies import CallerList
from callcore.settings.document import LARGEST_FILE_BYTES
from callcore.settings.faults import Path, Place, shown
from callcore.settings.reading import Reading
from callcore.settings.scalars import Text, Whole
from callcore.settings.section import UNGIVEN, Section
from callcore.settings.skill_rules import SkillRules

MOST_LINES_TOLD = 20
"""A file that is no list at all does not bury the other faults."""

_TEXT: TypeAdapter[str] = TypeAdapter(Text)


class CallerListSection(Section):
    """Callers of a kind, and what they have above others."""

    numbers: Any = None
    file: Text | None = None
    priority: Whole = UNGIVEN
    skills: Any = None


class CallerLists:
    """Reads one list after another; files are below ``directory``."""

    def __init__(self, reading: Reading, directory: pathlib.Path, rules: SkillRules) -> None:
        self._reading = reading
        self._directory = directory
        self._rules = rules

    def caller_list(self, path: Path, name: str, value: object) -> CallerList | None:
        """The list, or ``None`` if it has faults."""
        values = self._reading.faultless_settings(CallerListSection, path, value)
        numbers = self._given((*path, "numbers"), values.pop("numbers", None))
        file = values.pop("file", None)
        if file is not None:
            numbers |= self._from_file((*path, "file"), self._directory / file)
        elif isinstance(value, dict) and not value.keys() & {"numbers", "file"}:
            self._reading.report_value(path, "has no callers: give numbers or file")
        values["skills"] = self._rules.demand((*path, "skills"), values.get("skills"))
        return self._reading.policy(CallerList, path, {"name": name, "numbers": numbers, **values})

    def _given(self, path: Path, value: object) -> frozenset[str]:
        numbers = set()
        for position, item in enumerate(self._reading.items(path, value)):
            text = self._reading.checked(_TEXT, (*path, position), item)
            if text is None:
                continue
            number = phone_numbers.normalised(text)
            if number:
                numbers.add(number)
            else:
                self._reading.report_value((*path, position), _no_number(text))
        return frozenset(numbers)

    def _from_file(self, path: Path, file: pathlib.Path) -> frozenset[str]:
        try:
            with file.open("rb") as opened:
                content = opened.read(LARGEST_FILE_BYTES + 1)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            self._reading.report_value(path, f"{file} cannot be read: {reason}")
            return frozenset()
        if len(content) > LARGEST_FILE_BYTES:
            self._reading.report_value(path, f"{file} is larger than {LARGEST_FILE_BYTES} bytes")
            return frozenset()
        numbers = set()
        unusable = []
        # What is not UTF-8 is no number either; in a comment it does no harm.
        for index, line in enumerate(content.decode("utf-8-sig", errors="replace").split("\n")):
            text = line.partition("#")[0].strip()
            number = phone_numbers.normalised(text)
            if number:
                numbers.add(number)
            elif text:
                unusable.append((Place(index + 1, line.index(text) + 1), text))
        for place, text in unusable[:MOST_LINES_TOLD]:
            self._reading.report_in(str(file), place, path, _no_number(text))
        if len(unusable) > MOST_LINES_TOLD:
            more = len(unusable) - MOST_LINES_TOLD
            place = unusable[MOST_LINES_TOLD][0]
            self._reading.report_in(str(file), place, path, f"{more} more lines are no number")
        return frozenset(numbers)


def _no_number(text: str) -> str:
    return f"expected a phone number such as +48 22 555 01 01, found {shown(text)}"
