"""A draft as YAML that people can read: every value with a comment on where it came from."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from callcore.importing.draft import Block, Draft, Entry, Scalar
from callcore.importing.places import shown

_PLAIN = re.compile(r"[A-Za-z0-9_/+][A-Za-z0-9_/+.@=-]*(?:://?[A-Za-z0-9_/.-]+)?")
_NOT_TEXT = ("null",)
"""Plain words that callcore reads as nothing."""
_COMMENT_COLUMN = 44


def written(draft: Draft) -> str:
    """The file; the same draft gives the same text."""
    lines = [_comment(heading) for heading in draft.top.headings]
    for key, entry in draft.top.entries.items():
        lines += ["", *_entry(key, entry, "", "")]
        if key == "agents":
            lines += [f"  {_comment(line)}" for line in draft.left_out]
    return "\n".join(lines) + "\n"


def _block(block: Block, indent: str, origin: str) -> Iterator[str]:
    for heading in block.headings:
        yield indent + _comment(heading)
    for key, entry in block.entries.items():
        yield from _entry(key, entry, indent, origin)


def _entry(key: str, entry: Entry, indent: str, origin_above: str) -> Iterator[str]:
    start = f"{indent}{_text(key)}:"
    origin = _origin(entry)
    # What the line above a block says holds for all of it.
    parts = (origin if origin != origin_above else "", entry.remark)
    comment = ": ".join(part for part in parts if part)
    match entry.value:
        case Block() as block:
            yield _line(start if block.entries else f"{start} {{}}", comment)
            yield from _block(block, f"{indent}  ", origin or origin_above)
        case list() as blocks:
            yield _line(start, comment)
            for item in blocks:
                yield from _item(item, f"{indent}  ", origin or origin_above)
        case tuple() as items:
            yield _line(f"{start} [{', '.join(map(_text, items))}]", comment)
        case scalar:
            yield _line(f"{start} {_scalar(scalar)}", comment)


def _item(block: Block, indent: str, origin: str) -> Iterator[str]:
    first, *rest = _block(block, f"{indent}  ", origin)
    yield f"{indent}- {first.lstrip()}"
    yield from rest


def _line(start: str, comment: str) -> str:
    return f"{start:<{_COMMENT_COLUMN - 1}} {_comment(comment)}" if comment else start


def _origin(entry: Entry) -> str:
    sources = [one for one in (entry.source, *entry.also) if one is not None]
    return ", ".join(f"{one.place.brief} {shown(one.parameter)}" for one in sources)


def _comment(text: str) -> str:
    return f"# {text}".rstrip()


def _scalar(value: Scalar) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int() | float():
            return f"{value:.12g}"
        case str():
            return _text(value)


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text not in _NOT_TEXT:
        return text
    return json.dumps(text, ensure_ascii=False)
