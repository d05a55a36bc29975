"""Asterisk's configuration files: sections with templates, additions and included files.

A template and whatever else a section inherits comes before its own lines, so that the last of a
name counts. Programs that ``#exec`` names are not run.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import Path

from callcore.importing.asterisk.comments import without_comments
from callcore.importing.files import Files, matching
from callcore.importing.notes import Notes
from callcore.importing.places import NotImportableError, Place, Source

MOST_SETTINGS = 200_000
"""Inherited ones are counted in every section."""

_HEADER = re.compile(r"\[([^\]]*)\](?:\(([^)]*)\))?(.*)")
_DIRECTIVE = re.compile(r"#(\S+)\s*(.*)")


@dataclass(slots=True, kw_only=True)
class Section:
    """``[name]`` with its settings in their order."""

    name: str
    place: Place
    is_template: bool = False
    settings: list[Source] = field(default_factory=list)
    _last: dict[str, int] = field(default_factory=dict)

    def add(self, setting: Source) -> None:
        """Adds a setting after the others."""
        self._last[setting.parameter.lower()] = len(self.settings)
        self.settings.append(setting)

    def extend_last(self, setting: Source) -> bool:
        """Adds to the value of the last setting of that name; false if there is none."""
        index = self._last.get(setting.parameter.lower())
        if index is None:
            return False
        before = self.settings[index].value or ""
        self.settings[index] = replace(setting, value=f"{before}{setting.value or ''}".strip())
        return True


def read(path: Path, files: Files, notes: Notes) -> list[Section]:
    """The sections of a file, templates left out. Raises ``NotImportableError``."""
    reader = _Reader(path.parent, files, notes)
    reader.read(path, 0, None)
    return [section for section in reader.sections if not section.is_template]


class _Reader:
    """Reads a file and what it includes, one after the other into one list of sections."""

    def __init__(self, directory: Path, files: Files, notes: Notes) -> None:
        self.sections: list[Section] = []
        self._first: dict[str, Section] = {}
        self._directory = directory
        """Where includes are looked for, those of included files too, as in Asterisk."""
        self._files = files
        self._notes = notes
        self._current: Section | None = None
        self._count = 0

    def read(self, path: Path, depth: int, included_at: Place | None) -> None:
        text = self._files.text(path, included_at, depth)
        for number, line in without_comments(text, str(path)):
            place = Place(file=str(path), line=number)
            if line.startswith("["):
                self._open(line, place)
            elif line.startswith("#"):
                self._direct(line, place, depth)
            else:
                self._set(line, place)

    def _open(self, line: str, place: Place) -> None:
        found = _HEADER.fullmatch(line)
        if found is None:
            raise NotImportableError("this section's name has no closing ']': write [name]", place)
        name, options, rest = found[1], found[2], found[3]
        if options is None and rest.startswith("("):
            raise NotImportableError("the '(' has no closing ')': write [name](template)", place)
        section = Section(name=name, place=place)
        adds = False
        for option in (options or "").split(","):
            word = option.strip()
            if word == "!":
                section.is_template = True
            elif word == "+":
                section, adds = self._known(name, place), True
            elif word.startswith("+"):
                raise NotImportableError(
                    f"the filter {word!r} is not understood: write [{name}](+)", place
                )
            elif word:
                self._inherit(section, self._known(word, place))
        if not adds:
            self.sections.append(section)
            self._first.setdefault(name.lower(), section)
        self._current = section

    def _known(self, name: str, place: Place) -> Section:
        """The section of that name before this line."""
        if (section := self._first.get(name.lower())) is not None:
            return section
        raise NotImportableError(
            f"no section [{name}] before this line to take over from: it has to come first", place
        )

    def _inherit(self, section: Section, base: Section) -> None:
        subject = _subject(section.name)
        for setting in base.settings:
            self._add(section, replace(setting, subject=subject))

    def _direct(self, line: str, place: Place, depth: int) -> None:
        found = _DIRECTIVE.fullmatch(line)
        word = "" if found is None else found[1].lower()
        named = "" if found is None else _unquoted(found[2].strip())
        source = Source(place=place, subject="directive", parameter=f"#{word}", value=named)
        if word == "exec":
            self._notes.not_carried(source, "not run", "put its output into the file")
        elif word not in ("include", "tryinclude"):
            self._notes.not_carried(source, "unknown to Asterisk")
        elif not named:
            self._notes.not_carried(source, "names no file")
        else:
            paths = matching(self._directory, named)
            if not paths and word == "include":
                raise NotImportableError(
                    f"no file {named!r} to include in {str(self._directory)!r}: put it there, or "
                    "take the line out",
                    place,
                )
            for path in paths:
                self.read(path, depth + 1, place)

    def _set(self, line: str, place: Place) -> None:
        if self._current is None:
            raise NotImportableError(
                "a setting before the first section: write [queue-name] above it", place
            )
        subject = _subject(self._current.name)
        name, equals, value = line.removeprefix("\\").partition("=")
        source = Source(place=place, subject=subject, parameter=name.strip(), value=value.strip())
        if not equals or not name.strip():
            self._notes.not_carried(source.part(line, None), "Asterisk skips a line without '='")
            return
        if name.endswith("+"):
            source = source.part(name[:-1].strip(), value.strip())
            if self._current.extend_last(source):
                return
        elif value.startswith(">"):
            source = source.part(name.strip(), value[1:].strip())
        self._add(self._current, source)

    def _add(self, section: Section, setting: Source) -> None:
        self._count += 1
        if self._count > MOST_SETTINGS:
            raise NotImportableError(f"more than {MOST_SETTINGS} settings", setting.place)
        section.add(setting)


def _subject(section: str) -> str:
    return "general" if section.lower() == "general" else f"queue {section}"


def _unquoted(text: str) -> str:
    for opening, closing in ('""', "<>"):
        if text[:1] == opening and text[-1:] == closing and len(text) > 1:
            return text[1:-1]
    return text
