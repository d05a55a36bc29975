"""Menus: of which kind each is, and questions with keys as answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from callcore.domain.policies import KEYS, Extensions, Menu, MenuChoice, MenuPolicy
from callcore.domain.speech import phrases
from callcore.domain.treatments import Goodbye
from callcore.settings import heard_together
from callcore.settings.branches import Branches
from callcore.settings.extensions import extensions
from callcore.settings.faults import Path, shown
from callcore.settings.menu_choices import SOME_CHOICE, MenuChoices
from callcore.settings.reading import Reading
from callcore.settings.scalars import Decimal, Prompts, Whole
from callcore.settings.section import UNGIVEN, Section
from callcore.settings.treatments import Treatments

_QUESTION = ("choices", "extensions")
_KINDS = (*_QUESTION, "hours", "lists", "lookup")
"""The keys by which a menu's kind is told."""


class MenuSection(Section):
    """One question."""

    greeting: Prompts = UNGIVEN
    prompts: Prompts
    invalid: Prompts = UNGIVEN
    no_input: Prompts = UNGIVEN
    choices: Any = None
    extensions: Any = None
    timeout_seconds: Decimal = UNGIVEN
    tries: Whole = UNGIVEN
    between_keys_seconds: Decimal = UNGIVEN
    otherwise: Any = None


class Menus:
    """Reads one menu after another; ``branches`` reads those that ask no key."""

    def __init__(
        self, reading: Reading, treatments: Treatments, choices: MenuChoices, branches: Branches
    ) -> None:
        self._reading = reading
        self._treatments = treatments
        self._choices = choices
        self._read: Mapping[str, Callable[[Path, str, object], Menu | None]] = {
            **dict.fromkeys(_QUESTION, self._question),
            "hours": branches.by_hours,
            "lists": branches.by_caller_list,
            "lookup": branches.by_lookup,
        }
        """By the key that tells the kind."""

    def menu(self, path: Path, name: str, value: object) -> Menu | None:
        """The menu, or ``None`` if it has faults."""
        if not isinstance(value, dict):
            self._reading.report_value(path, f"expected a mapping, found {shown(value)}")
            return None
        found = [key for key in _KINDS if key in value]
        kinds = {self._read[key] for key in found}
        if len(kinds) != 1:
            told = f"is of more than one kind, by {' and '.join(found)}" if found else "has no kind"
            self._reading.report_key(
                path,
                f"{told}: give choices or extensions (what callers press), hours, lists or lookup",
            )
            return None
        [read] = kinds
        return read(path, name, value)

    def _question(self, path: Path, name: str, value: object) -> MenuPolicy | None:
        values = self._reading.faultless_settings(MenuSection, path, value)
        choices = self._by_key((*path, "choices"), values.pop("choices", None))
        dialled = values.pop("extensions", None)
        if dialled is not None:
            values["extensions"] = extensions(self._reading, (*path, "extensions"), dialled)
            self._check_reach((*path, "choices"), choices, values["extensions"])
        elif "between_keys_seconds" in values:
            self._reading.report_key(
                (*path, "between_keys_seconds"), "has no effect without extensions"
            )
        otherwise = values.pop("otherwise", None)
        if otherwise is not None:
            values["otherwise"] = (
                self._treatments.treatment((*path, "otherwise"), otherwise) or Goodbye()
            )
        for prompts in ("greeting", "prompts", "invalid", "no_input"):
            if prompts in values:
                values[prompts] = tuple(values[prompts])
        values["choices"] = choices
        for prompts in ("invalid", "no_input"):
            if prompts in values and values.get("tries") == 1:
                self._reading.report_key(
                    (*path, prompts), "has no effect with tries: 1: the prompts are played once"
                )
        if not choices and "extensions" in values:
            values.setdefault("invalid", (phrases.EXTENSION_INVALID,))
        made = self._reading.policy(
            MenuPolicy, path, values, name=name, prompts=("some",), choices=_SOME_CHOICES
        )
        if made is not None:
            before = {one: getattr(made, one) for one in ("greeting", "invalid", "no_input")}
            heard_together.check(self._reading, path, before, made.prompts)
        return made

    def _by_key(self, path: Path, value: object) -> dict[str, MenuChoice]:
        """The choices without faults; if there are none, a stand-in for them."""
        entries = self._reading.entries(path, value)
        choices = {}
        for key, choice in entries.items():
            if key not in KEYS:
                self._reading.report_key((*path, key), "must be one key: 0 to 9, * or #")
            made = self._choices.choice((*path, key), choice)
            if key in KEYS and made is not None:
                choices[key] = made
        return choices if choices or not self._reading.has_faults_at(path) else _SOME_CHOICES

    def _check_reach(
        self, path: Path, choices: Mapping[str, MenuChoice], dialled: Extensions
    ) -> None:
        for key in choices:
            if any(len(first) == 1 and first <= key <= last for first, last in dialled.ranges):
                self._reading.report_key(
                    (*path, key),
                    f"{key} is one of the extensions too: one of the two could never be reached",
                )


_SOME_CHOICES = {"0": SOME_CHOICE}
