"""YAML as text, lists and mappings, each with its place.

PyYAML would read ``+48123456789`` as a number, ``no`` as false, ``010`` as 8 and ``1:30`` as 90,
and silently keep the last of two equal keys. So only its composer is used, without its rules for
plain words: every scalar stays text until a setting asks for something else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import yaml

from callcore.settings.faults import Path, Place, quoted_key

LARGEST_FILE_BYTES = 4_000_000
LARGEST_VALUE_COUNT = 200_000
"""Counted with every alias written out: aliases of aliases can stand for any number of values."""
DEEPEST_NESTING = 20

_NOTHING = ("", "~", "null")
_TEXT, _LIST, _MAPPING = (f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))

Report = Callable[[Path, Place, str], None]
"""Takes a fault: the way to it, its place, its text."""

_START = Place(1, 1)


class _TextLoader(yaml.SafeLoader):
    """Takes every plain word as text."""

    yaml_implicit_resolvers = {}  # noqa: RUF012  replaces PyYAML's table of the same name


class NotReadableError(Exception):
    """The document cannot be read any further."""

    def __init__(self, text: str, place: Place = _START, path: Path = ()) -> None:
        super().__init__(text)
        self.place = place
        self.path = path


@dataclass(slots=True)
class Document:
    """The values of a file (``dict``, ``list``, ``str`` and ``None``) and where they stand."""

    value: object = None
    values: dict[Path, Place] = field(default_factory=dict)
    keys: dict[Path, Place] = field(default_factory=dict)

    def place(self, path: Path) -> Place:
        """Where the value stands, or if it is missing, what it is missing from."""
        while path not in self.values and path:
            path = path[:-1]
        return self.values.get(path, _START)

    def key_place(self, path: Path) -> Place:
        """Where the key of a value stands; in a list, the value itself."""
        return self.keys.get(path) or self.place(path)


def parse(content: bytes, report: Report) -> Document | None:
    """The document, with faults reported for what is doubled or not understood.

    ``None`` if it is no YAML at all, which is a reported fault too.
    """
    try:
        return _composed(_decoded(content), report)
    except NotReadableError as error:
        report(error.path, error.place, str(error))
        return None


def _decoded(content: bytes) -> str:
    if len(content) > LARGEST_FILE_BYTES:
        raise NotReadableError(f"the file is larger than {LARGEST_FILE_BYTES} bytes")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8")
        raise NotReadableError(
            f"not UTF-8: byte 0x{content[error.start]:02x}", _end_of(before)
        ) from error


def _composed(text: str, report: Report) -> Document:
    document = Document()
    try:
        root = yaml.compose(text, _TextLoader)
    except RecursionError as error:
        raise NotReadableError(f"nested deeper than {DEEPEST_NESTING} levels") from error
    except yaml.reader.ReaderError as error:
        place = _end_of(text[: error.position])
        raise NotReadableError(f"character {error.character:#x} is not allowed", place) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _START if mark is None else _place(mark)
        raise NotReadableError(f"not YAML: {error.problem}", place) from error
    except (ValueError, OverflowError) as error:  # PyYAML lets chr() refuse "\UFFFFFFFF"
        raise NotReadableError(f"not YAML: {error}") from error
    if root is not None:
        document.value = _Walk(document, report).value(root, ())
    return document


class _Walk:
    """Turns nodes into values, once for every alias."""

    def __init__(self, document: Document, report: Report) -> None:
        self._document = document
        self._report = report
        self._count = 0

    def value(self, node: yaml.Node, path: Path) -> object:
        place = _place(node.start_mark)
        self._count += 1
        if self._count > LARGEST_VALUE_COUNT:
            raise NotReadableError(f"more than {LARGEST_VALUE_COUNT} values", place, path)
        if len(path) > DEEPEST_NESTING:
            raise NotReadableError(f"nested deeper than {DEEPEST_NESTING} levels", place)
        self._document.values[path] = place
        if node.tag not in (_TEXT, _LIST, _MAPPING):
            self._report(path, place, f"the tag {quoted_key(str(node.tag))} is not understood")
        match node:
            case yaml.MappingNode():
                return self._mapping(node, path)
            case yaml.SequenceNode():
                return [
                    self.value(item, (*path, position)) for position, item in enumerate(node.value)
                ]
            case yaml.ScalarNode(style=None, value=value) if value in _NOTHING:
                return None
            case _:
                return str(node.value)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, object]:
        values: dict[str, object] = {}
        for key_node, value_node in node.value:
            place = _place(key_node.start_mark)
            if not isinstance(key_node, yaml.ScalarNode):
                self._report(path, place, "a key must be text")
                continue
            key = str(key_node.value)
            key_path = (*path, key)
            if key in values:
                first = self._document.keys[key_path]
                self._report(key_path, place, f"this key is already in line {first.line}")
                continue
            self._document.keys[key_path] = place
            values[key] = self.value(value_node, key_path)
        return values


def _place(mark: yaml.Mark) -> Place:
    return Place(mark.line + 1, mark.column + 1)


def _end_of(text: str) -> Place:
    last = text.rpartition("\n")[2]
    return Place(text.count("\n") + 1, len(last) + 1)
