"""Which way a menu leads: by the keys that are dialled in it, or by what is known of the caller.

What is dialled is taken as a whole: a choice or an extension, or neither. It acts as soon as
another key could not make more of it; as long as one could, after a pause or with ``#``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from callcore.domain import entrance
from callcore.domain.ids import Micros
from callcore.domain.policies import (
    CallerList,
    CallersMenu,
    Extensions,
    HoursMenu,
    LookupMenu,
    MenuChoice,
    MenuPolicy,
)

OTHERWISE = "otherwise"
FAILED = "failed"

END_KEY = "#"
"""Completes what was dialled before it."""


class Meaning(StrEnum):
    """What has been dialled."""

    CHOICE = "choice"
    EXTENSION = "extension"
    INVALID = "invalid"
    UNFINISHED = "unfinished"
    """Another key may make more of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialled:
    """Keys, without the one that completed them, and what they mean."""

    meaning: Meaning
    keys: str


def dialled(menu: MenuPolicy, keys: str) -> Dialled:
    """What the keys pressed so far (at least one) mean while the caller may press another."""
    if len(keys) > 1 and keys.endswith(END_KEY):
        return completed(menu, keys.removesuffix(END_KEY))
    if menu.extensions is not None and _may_go_on(menu.extensions, keys):
        return Dialled(meaning=Meaning.UNFINISHED, keys=keys)
    return completed(menu, keys)


def completed(menu: MenuPolicy, keys: str) -> Dialled:
    """What the keys mean when no other follows; a choice goes before an extension of one digit."""
    if keys in menu.choices:
        meaning = Meaning.CHOICE
    elif menu.extensions is not None and _has(menu.extensions, keys):
        meaning = Meaning.EXTENSION
    else:
        meaning = Meaning.INVALID
    return Dialled(meaning=meaning, keys=keys)


def may_be_dialled_on(menu: MenuPolicy, keys: str) -> bool:
    """True if the keys, which lead nowhere, may be the beginning of a wrong extension."""
    longest = 0 if menu.extensions is None else max(len(one) for one, _ in menu.extensions.ranges)
    return len(keys) < longest and not keys.endswith(END_KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """A way that was taken for the caller, and its name in the settings."""

    name: str
    choice: MenuChoice
    word: str = ""
    """An answer's that has no branch."""


def by_hours(menu: HoursMenu, at: Micros) -> Branch:
    """The way at that instant."""
    if menu.hours.is_open(at):
        return Branch(name="open", choice=menu.open)
    return Branch(name="closed", choice=menu.closed)


def by_lists(menu: CallersMenu, lists: tuple[CallerList, ...], caller_number: str) -> Branch:
    """The way of a caller, by the first of the menu's lists that the number is on."""
    among = tuple(one for one in lists if one.name in menu.lists)
    found = entrance.list_of(among, caller_number)
    if found is None:
        return Branch(name=OTHERWISE, choice=menu.otherwise)
    return Branch(name=found.name, choice=menu.lists[found.name])


def by_word(menu: LookupMenu, word: str) -> Branch:
    """The way by the word of an answer."""
    choice = menu.branches.get(word)
    if choice is None:
        return Branch(name=OTHERWISE, choice=menu.otherwise, word=word)
    return Branch(name=word, choice=choice)


def _has(extensions: Extensions, keys: str) -> bool:
    """Digits of one length are in the order of the numbers they are."""
    return any(
        len(keys) == len(first) and _is_number(keys) and first <= keys <= last
        for first, last in extensions.ranges
    )


def _may_go_on(extensions: Extensions, keys: str) -> bool:
    """True if an extension begins with the keys and is longer."""
    count = len(keys)
    return any(
        count < len(first) and _is_number(keys) and first[:count] <= keys <= last[:count]
        for first, last in extensions.ranges
    )


def _is_number(keys: str) -> bool:
    return keys.isdecimal() and keys.isascii()
