"""The front door: questions that callers answer with keys, and branches that are taken for them.

All are *menus*: places by name that numbers, queues and other menus lead to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from callcore.domain.hours import OpeningHours
from callcore.domain.ids import Language, LookupName, MenuName
from callcore.domain.policies.limits import KEYS, PolicyError, check_priority
from callcore.domain.skills import SkillRule
from callcore.domain.speech import phrases
from callcore.domain.speech.utterances import Utterance
from callcore.domain.treatments import Goodbye, Treatment

MOST_TRIES = 10
LONGEST_EXTENSION = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuChoice:
    """One way on, and what the caller brings along from there."""

    to: Treatment
    priority: int = 0
    skills: SkillRule | None = None
    language: Language | None = None
    """The caller's from now on; ``None``: as before."""
    music: str | None = None
    """In place of the queues' own."""

    def __post_init__(self) -> None:
        check_priority(self.priority)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extensions:
    """Extensions that may be dialled in a menu: whole numbers of a fixed count of digits."""

    ranges: tuple[tuple[str, str], ...]
    """First and last, of as many digits: ``("100", "199")``."""
    context: str | None = None
    """The dialplan's; without one that of the fallback."""

    def __post_init__(self) -> None:
        if not self.ranges:
            raise PolicyError("ranges", "must have at least one extension")
        for first, last in self.ranges:
            if not (first.isdecimal() and last.isdecimal() and first.isascii() and last.isascii()):
                raise PolicyError("ranges", "must be digits: 100-199")
            if len(first) != len(last) or first > last or len(first) > LONGEST_EXTENSION:
                raise PolicyError(
                    "ranges", f"{first}-{last} must grow and have as many digits at both ends"
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuPolicy:
    """One question with keys as answers."""

    name: MenuName
    prompts: Utterance
    choices: Mapping[str, MenuChoice]
    """By key."""
    greeting: Utterance = ()
    """Heard once, before the prompts; a key cuts it like them."""
    invalid: Utterance = (phrases.INVALID_KEY,)
    """Heard before the prompts are played again, by one who pressed what leads nowhere."""
    no_input: Utterance = (phrases.NO_INPUT,)
    """The same for one who pressed nothing."""
    timeout_seconds: float = 5.0
    """How long a caller may think once the prompts have been heard."""
    tries: int = 3
    """How often the prompts are played before a caller who presses nothing of use goes on to
    ``otherwise``."""
    extensions: Extensions | None = None
    """That may be dialled in place of a key."""
    between_keys_seconds: float = 2.5
    """After so long without another key what was dialled is complete."""
    otherwise: Treatment = field(default=Goodbye(prompts=(phrases.GOODBYE,)))

    def __post_init__(self) -> None:
        if not self.prompts:
            raise PolicyError("prompts", "must name at least one prompt")
        if not self.choices and self.extensions is None:
            raise PolicyError("choices", "must have at least one key")
        if not self.choices.keys() <= KEYS:
            raise PolicyError("choices", "must be by single keys: 0 to 9, * or #")
        if self.timeout_seconds <= 0:
            raise PolicyError("timeout_seconds", "must be greater than 0")
        if self.between_keys_seconds <= 0:
            raise PolicyError("between_keys_seconds", "must be greater than 0")
        if not 1 <= self.tries <= MOST_TRIES:
            raise PolicyError("tries", f"must be 1 to {MOST_TRIES}")


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursMenu:
    """A branch by the hour."""

    name: MenuName
    hours: OpeningHours
    open: MenuChoice
    closed: MenuChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class CallersMenu:
    """A branch by the caller list that the caller is on."""

    name: MenuName
    lists: Mapping[str, MenuChoice]
    """By the list's name; of several the first in the order of ``caller_lists``."""
    otherwise: MenuChoice


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupMenu:
    """A branch by what another system answers about the caller; what it says is spoken first."""

    name: MenuName
    lookup: LookupName
    branches: Mapping[str, MenuChoice]
    """By the word in the answer."""
    otherwise: MenuChoice
    """For an answer without a word, or with one that has no branch."""
    failed: MenuChoice
    """For no answer in time, or one of no use; the same as ``otherwise`` unless set."""
    asks: Utterance = ()
    """Heard before ``digits`` are collected for the question: "your account number, please"."""
    digits: int = 0
    """As many keys at most are collected and sent along, ended by ``#``; 0: none."""
    timeout_seconds: float = 5.0
    """How long the caller may think about each of them."""
    tries: int = 2
    """How often they are asked for before the question goes without them."""
    is_secret: bool = False
    """True if they are a PIN or a card number: which keys were pressed is in no record."""

    def __post_init__(self) -> None:
        if bool(self.asks) != bool(self.digits):
            raise PolicyError("digits", "goes with asks, and asks with digits")
        if self.digits < 0 or self.digits > MOST_DIGITS:
            raise PolicyError("digits", f"must be 1 to {MOST_DIGITS}")
        if self.timeout_seconds <= 0:
            raise PolicyError("timeout_seconds", "must be greater than 0")
        if not 1 <= self.tries <= MOST_TRIES:
            raise PolicyError("tries", f"must be 1 to {MOST_TRIES}")


MOST_DIGITS = 32

Menu: TypeAlias = MenuPolicy | HoursMenu | CallersMenu | LookupMenu


@dataclass(frozen=True, slots=True, kw_only=True)
class WayOn:
    """One way out of a menu."""

    setting: tuple[str, ...]
    """Where the file has it, below the menu: ``("choices", "1")``."""
    choice: MenuChoice
    is_pressed: bool
    """True if only the caller's own key leads there."""


def ways_on(menu: Menu) -> Iterator[WayOn]:
    """Every way out of a menu but the dialling of an extension."""
    match menu:
        case MenuPolicy():
            for key, choice in menu.choices.items():
                yield WayOn(setting=("choices", key), choice=choice, is_pressed=True)
            otherwise = MenuChoice(to=menu.otherwise)
            yield WayOn(setting=("otherwise",), choice=otherwise, is_pressed=False)
        case HoursMenu():
            yield WayOn(setting=("open",), choice=menu.open, is_pressed=False)
            yield WayOn(setting=("closed",), choice=menu.closed, is_pressed=False)
        case CallersMenu():
            for name, choice in menu.lists.items():
                yield WayOn(setting=("lists", name), choice=choice, is_pressed=False)
            yield WayOn(setting=("otherwise",), choice=menu.otherwise, is_pressed=False)
        case LookupMenu():
            for word, choice in menu.branches.items():
                yield WayOn(setting=("branches", word), choice=choice, is_pressed=False)
            yield WayOn(setting=("otherwise",), choice=menu.otherwise, is_pressed=False)
            yield WayOn(setting=("failed",), choice=menu.failed, is_pressed=False)
