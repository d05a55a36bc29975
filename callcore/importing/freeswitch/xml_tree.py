"""XML as FreeSWITCH reads it: variables in place, other files included, each element with its line.

The files may be anybody's. A document type is refused, and with it every entity that could name
another file or grow without end; what is left is bounded in size, depth and number. Programs that
the preprocessor would run are not run.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from callcore.importing.files import Files, matching
from callcore.importing.freeswitch.variables import Variables
from callcore.importing.notes import Notes
from callcore.importing.places import NotImportableError, Place, Source

MOST_ELEMENTS = 100_000
DEEPEST_ELEMENT = 50

_DECLARATION = re.compile(r"\s*<\?xml[^>]*\?>")
_DIRECTIVE = re.compile(r"<x-pre-process\s([^>]*?)/?>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r'(cmd|data)\s*=\s*"([^"]*)"', re.IGNORECASE)
_PREPROCESSOR = "the preprocessor"
_DOCUMENT_TYPE = "<!DOCTYPE"
_NO_DOCUMENT_TYPE = (
    "a document type (<!DOCTYPE>) is not read, for it can name other files and grow without end: "
    "take it out"
)


@dataclass(slots=True, kw_only=True)
class Element:
    """One element; those of included files stand where they were included."""

    tag: str
    attributes: dict[str, str]
    place: Place
    children: list[Element] = field(default_factory=list)

    def all(self, tag: str) -> Iterator[Element]:
        """Its children of that name."""
        return (child for child in self.children if child.tag == tag)

    def descendants(self) -> Iterator[Element]:
        """Everything below it, in the order of the file."""
        for child in self.children:
            yield child
            yield from child.descendants()


class XmlFiles:
    """Reads a file with what it includes, following the preprocessor's variables."""

    def __init__(self, files: Files, variables: Variables, notes: Notes) -> None:
        self.files = files
        self.variables = variables
        self.notes = notes
        self._count = 0

    def read(self, path: Path) -> Element:
        """Everything in the file, below an element of no name. Raises ``NotImportableError``."""
        root = Element(tag="", attributes={}, place=Place(file=str(path), line=1))
        self.include(path, root, 0, None)
        return root

    def include(self, path: Path, into: Element, depth: int, included_at: Place | None) -> None:
        """Adds what a file holds to an element."""
        text = self.files.text(path, included_at, depth)
        declaration = _DECLARATION.match(text)
        if declaration:  # dropped by FreeSWITCH too; the lines must stay
            text = "\n" * declaration[0].count("\n") + text[declaration.end() :]
        _Reader(self, path, into, depth).read(text)

    def count(self, place: Place) -> None:
        """Counts an element. Raises ``NotImportableError`` for one too many."""
        self._count += 1
        if self._count > MOST_ELEMENTS:
            raise NotImportableError(f"more than {MOST_ELEMENTS} elements", place)


class _Reader:
    """Turns one file into elements."""

    def __init__(self, files: XmlFiles, path: Path, into: Element, depth: int) -> None:
        self._files = files
        self._path = path
        self._depth = depth
        self._open = [into]
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CommentHandler = self._comment

    def read(self, text: str) -> None:
        """Reads it to its end, within an element of our own.

        An included file may have no root; and within an element a document type is no XML.
        """
        try:
            self._parser.Parse("<include>", False)  # noqa: FBT003  expat takes no keyword
            self._parser.Parse(text, False)  # noqa: FBT003
            self._parser.Parse("</include>", True)  # noqa: FBT003
        except expat.ExpatError as error:
            line = text.split("\n")[error.lineno - 1 : error.lineno]
            has_type = any(_DOCUMENT_TYPE in one.upper() for one in line)
            raise NotImportableError(
                _NO_DOCUMENT_TYPE
                if has_type
                else f"not XML: {expat.ErrorString(error.code)}; xmllint shows more of it",
                Place(file=str(self._path), line=error.lineno),
            ) from error
        except (ValueError, LookupError) as error:  # such as a lone surrogate
            raise NotImportableError(f"not XML: {error}", self._place()) from error

    def _place(self) -> Place:
        return Place(file=str(self._path), line=max(self._parser.CurrentLineNumber, 1))

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        place = self._place()
        self._files.count(place)
        if len(self._open) > DEEPEST_ELEMENT:
            raise NotImportableError(f"nested deeper than {DEEPEST_ELEMENT} elements", place)
        expanded = {
            name: self._files.variables.expanded(value, place) for name, value in attributes.items()
        }
        element = Element(tag=tag, attributes=expanded, place=place)
        parent = self._open[-1]
        if tag.lower() == "x-pre-process":
            self._direct(expanded, parent, place)
        elif tag == "include":  # transparent, as in FreeSWITCH
            element = parent
        else:
            parent.children.append(element)
        self._open.append(element)

    def _end(self, _: str) -> None:
        self._open.pop()

    def _comment(self, text: str) -> None:
        """FreeSWITCH's preprocessor goes by lines and follows directives in comments too."""
        place = self._place()
        if text.startswith("#"):
            self._files.notes.not_carried(
                self._source(place, "comment", text.strip()),
                "this old form of a preprocessor line is not followed",
                "write it as <X-PRE-PROCESS cmd=... data=.../>",
            )
        for found in _DIRECTIVE.finditer(text):
            line = place.line + text[: found.start()].count("\n")
            where = Place(file=place.file, line=line)
            attributes = {
                name.lower(): self._files.variables.expanded(value, where)
                for name, value in _ATTRIBUTE.findall(found[1])
            }
            if attributes.get("cmd", "").lower() == "set" or "\n" not in text:
                self._direct(attributes, self._open[-1], where)
                self._files.notes.assumed(
                    "followed although it stands in a comment, as FreeSWITCH does",
                    self._source(where, attributes.get("cmd", ""), attributes.get("data", "")),
                )

    def _direct(self, attributes: dict[str, str], into: Element, place: Place) -> None:
        command, data = attributes.get("cmd", "").lower(), attributes.get("data", "")
        source = self._source(place, command or "X-PRE-PROCESS", data)
        match command:
            case "set":
                name, _, value = data.partition("=")
                self._files.variables.set(name.strip(), value.strip(), place)
            case "include":
                self._include(data, into, source)
            case "exec-set" | "stun-set" | "env-set":
                name = data.partition("=")[0].strip()
                self._files.variables.forget(name)
            case _:
                self._files.notes.not_carried(source, "not run", "put its output into the file")

    def _include(self, pattern: str, into: Element, source: Source) -> None:
        unknown = self._files.variables.unknown_in(pattern)
        if unknown:
            self._files.notes.not_carried(source, *self._files.variables.remedy(unknown))
            return
        found = matching(self._path.parent, pattern)
        if not found:
            self._files.notes.not_carried(source, "no file is there")
        for path in found:
            self._files.include(path, into, self._depth + 1, source.place)

    def _source(self, place: Place, parameter: str, value: str) -> Source:
        return Source(place=place, subject=_PREPROCESSOR, parameter=parameter, value=value)
