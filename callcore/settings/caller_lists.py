"""Lists of callers: their numbers, in the file itself and in files of their own."""

from __future__ import annotations

from typing import Any

from pydantic import TypeAdapter

from callcore.domain import phone_numbers
from callcore.domain.policies import CallerList
from callcore.settings import music
from callcore.settings.faults import Path, shown
from callcore.settings.named_files import NamedFiles
from callcore.settings.reading import Reading
from callcore.settings.scalars import Account, Language, Sound, Text, Whole
from callcore.settings.section import UNGIVEN, Section
from callcore.settings.skill_rules import SkillRules

_TEXT: TypeAdapter[str] = TypeAdapter(Text)


class CallerListSection(Section):
    """Callers of a kind, and what they have above others."""

    numbers: Any = None
    file: Text | None = None
    priority: Whole = UNGIVEN
    skills: Any = None
    language: Language = UNGIVEN
    music: Sound = UNGIVEN
    account: Account = UNGIVEN


class CallerLists:
    """Reads one list after another."""

    def __init__(self, reading: Reading, files: NamedFiles, rules: SkillRules) -> None:
        self._reading = reading
        self._files = files
        self._rules = rules

    def caller_list(self, path: Path, name: str, value: object) -> CallerList | None:
        """The list, or ``None`` if it has faults."""
        values = self._reading.faultless_settings(CallerListSection, path, value)
        music.warn(self._reading, path, values)
        numbers = self._given((*path, "numbers"), values.pop("numbers", None))
        file = values.pop("file", None)
        if file is not None:
            numbers |= self._from_file((*path, "file"), file)
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

    def _from_file(self, path: Path, name: str) -> frozenset[str]:
        file = self._files.read(path, name)
        if file is None:
            return frozenset()
        numbers = set()
        faults = []
        for line in file.lines:
            number = phone_numbers.normalised(line.text)
            if number:
                numbers.add(number)
            else:
                faults.append((line.place, _no_number(line.text)))
        self._files.report(path, file, faults, "are no number")
        return frozenset(numbers)


def _no_number(text: str) -> str:
    return f"expected a phone number such as +48 22 555 01 01, found {shown(text)}"
