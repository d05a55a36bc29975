"""Whether what a page shows below a command has the shape of what is answered.

Names, numbers and instants are the page's own. The words are callcore's.
"""

from __future__ import annotations

import json
import re

from tests.docs.untyped import Untyped

ELSEWHERE = {
    "(umask 077; callcore agent pin 1001 >> agents.pins)": Untyped(
        "asks on a terminal only", "tests/cli/test_pin.py: PIN of agent"
    ),
    "callcore agent unlock 1001": Untyped(
        "nobody of the site has given a wrong PIN",
        "tests/cli/test_agent_commands.py: may use feature codes again",
    ),
    "callcore drain --wait 3600": Untyped(
        "would end the site of all pages",
        "tests/cli/test_status_command.py: ended after the last call",
    ),
}
"""What is answered otherwise here, and which test has the page's words."""

_OF_THE_DAY = re.compile(
    r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{12}\b"
    r"|\b(?:[A-Z][a-z]{2} (?:\d\d? [A-Z][a-z]{2} )?)?\d\d:\d\d(:\d\d)?\b|\+?\d+(…\d+)?"
    r"|(?<=\bby )\w+|\.\.\."
)
_CELLS = re.compile(r"\s{2,}")
_LABEL = re.compile(r"^ {2}([a-z][a-z ]*?) {2,}\S", re.MULTILINE)


def fault(line: str, shown: str, stdout: str, stderr: str = "") -> str | None:
    """What does not fit; ``None`` if all does, or nothing is shown."""
    if not shown.strip() or line in ELSEWHERE:
        return None
    answered = stdout if stdout.strip() else stderr
    if shown.lstrip().startswith(("{", '"')):
        return _of_json(shown, answered)
    if _heads(shown):
        return _of_tables(shown, answered)
    if "\n\n" in shown and _LABEL.search(shown):
        return _of_paragraphs(shown, answered)
    return _of_lines(shown, answered)


def _of_json(shown: str, answered: str) -> str | None:
    """The same keys; of what is no object the same value."""
    try:
        wanted, found = json.loads(shown), json.loads(answered)
    except ValueError as error:
        return f"no JSON: {error}: {answered or 'nothing'}"
    if isinstance(wanted, dict):
        wanted, found = sorted(wanted), sorted(found)
    return None if wanted == found else f"{wanted} is shown, {found} is answered"


def _of_tables(shown: str, answered: str) -> str | None:
    """The same columns, of which the answer may have more: some are there for some only."""
    found = _heads(answered)
    for wanted in _heads(shown):
        if not any([one for one in head if one in wanted] == wanted for head in found):
            return f"columns {wanted} are shown, {found} are answered"
    return None


def _of_paragraphs(shown: str, answered: str) -> str | None:
    """What begins and ends alike: the first line, and what is told in the first and last one."""
    told = shown.strip().split("\n\n")
    wanted = {label for part in (told[0], told[-1]) for label in _LABEL.findall(part)}
    missing = wanted - set(_LABEL.findall(answered))
    if missing:
        return f"{sorted(missing)} are shown and not answered"
    return _of_lines(told[0].splitlines()[0], answered.splitlines()[0])


def _of_lines(shown: str, answered: str) -> str | None:
    """The first line is the same; what follows is of the page's own story."""
    wanted = [_masked(line) for line in shown.splitlines() if line.strip()]
    found = [_masked(line) for line in answered.splitlines() if line.strip()]
    if not found or found[0] != wanted[0]:
        return f"{wanted[0]!r} is shown, {found[0] if found else 'nothing'!r} is answered"
    return None


def _heads(text: str) -> list[list[str]]:
    """The columns of each table."""
    found = [_CELLS.split(line.strip(" │")) for line in text.splitlines()]
    return [
        cells
        for cells in found
        if len(cells) > 2 and all(re.fullmatch(r"[a-z][a-z ]*", cell) for cell in cells)
    ]


def _masked(line: str) -> str:
    return _OF_THE_DAY.sub("#", line).strip()
