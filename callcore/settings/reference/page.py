"""The reference as Markdown."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic_core import PydanticUndefined

from callcore.domain.policies import FeatureCode
from callcore.settings.reference import asking
from callcore.settings.reference.parts import PARTS, Part, meanings

_HEAD = """\
# Every setting

What may stand in the settings file, part by part. How the file is read and what is a fault is told
in [configuration.md](configuration.md), how settings work together in [queues.md](queues.md),
[menus.md](menus.md), [callbacks.md](callbacks.md) and the other pages;
[`callcore.example.yaml`](../callcore.example.yaml) shows them all in one file. `NAME`, `ID`, `CODE`
and `NUMBER` stand for words of yours, `[]` for each item of a list.

Numbers whose names end in `_seconds`, `_minutes` or `_days` are lengths in that unit. *Must be
there*: a fault without it. *Nothing*: without it there is nothing of it.

This page is generated: `python -m callcore.settings.reference > docs/settings.md`.
"""

_CODES = """
## feature_codes

The number that agents dial for each, of digits, `*` and `#`; without one there is none
([feature-codes.md](feature-codes.md)).

| setting | kind |
|---|---|
"""


def page() -> str:
    """The reference of every setting as Markdown."""
    known = meanings()
    codes = "".join(f"| `{code.value}` | dialled number or `null` |\n" for code in FeatureCode)
    return "".join([_HEAD, *(_part(part, known[part.path]) for part in PARTS), _CODES, codes])


def _part(part: Part, meaning: Mapping[str, str]) -> str:
    about = f"{meaning['about']}\n\n" if "about" in meaning else ""
    rows = "".join(
        _row(part, name, hint, meaning[name])
        for name, hint in asking.hints(part).items()
        if name in meaning
    )
    return (
        f"\n## {part.path}\n\n{about}"
        "| setting | kind | default | limits | meaning |\n|---|---|---|---|---|\n" + rows
    )


def _row(part: Part, name: str, hint: object, meaning: str) -> str:
    # What a reader of its own takes is told before the meaning: "mapping: when it is told".
    told, _, rest = meaning.partition(": ")
    kind = asking.kind(hint)
    if not kind:
        kind, meaning = told, rest
    if asking.may_be_null(hint):
        kind += " or `null`"
    default = _shown(part, name)
    if asking.may_be_null(hint):
        default = default.replace("nothing", "`null`")
    cells = (f"`{name}`", kind, default, asking.limits(part, name, hint), meaning)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _shown(part: Part, name: str) -> str:
    """The default as the file would have it."""
    match asking.default(part, name):
        case found if found is PydanticUndefined:
            shown = "must be there"
        case None | () | "":
            shown = "nothing"
        case bool() as switch:
            shown = f"`{str(switch).lower()}`"
        case int() | float() as number:
            shown = f"`{number:.15g}`"
        case str() as text:
            shown = f"`{text}`"
        case frozenset() as keys:
            shown = f"`{''.join(sorted(keys))}`"
        case tuple() as prompts:
            shown = f"`[{', '.join(word for word in prompts if isinstance(word, str))}]`"
        case found:
            shown = "its own defaults" if found else "nothing"
    return shown
