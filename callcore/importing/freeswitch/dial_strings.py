"""FreeSWITCH dial strings taken apart: variables, and the legs that are called."""

from __future__ import annotations

import re
from dataclasses import dataclass

_OPENING = {"{": "}", "<": ">", "[": "]"}
_SEPARATOR_MARK = "^^"


class DialStringError(ValueError):
    """The text is no dial string."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One address that is called."""

    address: str
    variables: tuple[tuple[str, str], ...]
    """Its own, after those of all legs."""


def parse(text: str) -> tuple[Leg, ...]:
    """The legs, called at once or one after the other. Raises ``DialStringError``."""
    for_all: tuple[tuple[str, str], ...] = ()
    rest = text.strip()
    while rest[:1] in ("{", "<"):
        variables, rest = _bracket(rest)
        for_all += variables
    legs = []
    for part in _split(rest, (":_:", "|", ",")):
        own: tuple[tuple[str, str], ...] = ()
        address = part.strip()
        while address[:1] in _OPENING:
            variables, address = _bracket(address)
            own += variables
        if not address:
            raise DialStringError("no address in it")
        legs.append(Leg(address=address, variables=for_all + own))
    return tuple(legs)


def _bracket(text: str) -> tuple[tuple[tuple[str, str], ...], str]:
    """The variables of the bracket a text begins with, and what follows it."""
    opening, closing, depth = text[0], _OPENING[text[0]], 0
    for index, char in enumerate(text):
        depth += (char == opening) - (char == closing)
        if depth == 0:
            return _variables(text[1:index]), text[index + 1 :].lstrip()
    raise DialStringError(f"{opening!r} is not closed")


def _variables(text: str) -> tuple[tuple[str, str], ...]:
    separator = ","
    if text.startswith(_SEPARATOR_MARK) and len(text) > len(_SEPARATOR_MARK):
        separator, text = text[2], text[3:]
    variables = []
    for pair in _split(text, (separator,)):
        name, _, value = pair.partition("=")
        if name.strip():
            variables.append((name.strip(), value.strip().removeprefix("'").removesuffix("'")))
    return tuple(variables)


def _split(text: str, separators: tuple[str, ...]) -> list[str]:
    """The parts between separators that stand in no quotes and no brackets."""
    pattern = re.compile("|".join(map(re.escape, separators)))
    parts, start, index, depth, is_quoted = [], 0, 0, 0, False
    while index < len(text):
        char = text[index]
        if char == "\\":
            index += 2
            continue
        if char == "'":
            is_quoted = not is_quoted
        elif not is_quoted and char in "{[":
            depth += 1
        elif not is_quoted and char in "}]":
            depth -= 1
        elif not is_quoted and depth == 0 and (found := pattern.match(text, index)):
            parts.append(text[start:index])
            index = start = found.end()
            continue
        index += 1
    return [*parts, text[start:]]
