"""Menus that ask no key: branches by the hour, by caller list and by lookup."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from callcore.domain.hours import OpeningHours
from callcore.domain.policies import CallersMenu, HoursMenu, LookupMenu, MenuChoice
from callcore.settings.faults import Path
from callcore.settings.menu_choices import SOME_CHOICE, MenuChoices
from callcore.settings.names import Named, Names
from callcore.settings.reading import Reading
from callcore.settings.scalars import Decimal, Name, Prompts, Switch, Whole, Word
from callcore.settings.section import UNGIVEN, Section

_WORD: TypeAdapter[str] = TypeAdapter(Word)
_SOME_HOURS = OpeningHours(name="", timezone="UTC", week={})
"""Stand in for those with faults."""
_ASKING = ("asks", "digits")
_OF_ASKING = ("timeout_seconds", "tries", "secret")


class HoursMenuSection(Section):
    """A branch by the hour."""

    hours: Name
    open: Any
    closed: Any


class CallersMenuSection(Section):
    """A branch by caller list."""

    lists: Any
    otherwise: Any


class LookupMenuSection(Section):
    """A branch by what another system answers."""

    lookup: Name
    asks: Prompts = UNGIVEN
    digits: Whole = UNGIVEN
    timeout_seconds: Decimal = UNGIVEN
    tries: Whole = UNGIVEN
    secret: Switch = UNGIVEN
    branches: Any = None
    otherwise: Any
    failed: Any = None


class Branches:
    """Reads one after another; ``hours`` are those of the file that have no fault."""

    def __init__(
        self,
        reading: Reading,
        names: Names,
        choices: MenuChoices,
        hours: Mapping[str, OpeningHours],
    ) -> None:
        self._reading = reading
        self._names = names
        self._choices = choices
        self._hours = hours

    def by_hours(self, path: Path, name: str, value: object) -> HoursMenu | None:
        """The menu, or ``None`` if it has faults."""
        values = self._reading.faultless_settings(HoursMenuSection, path, value)
        hours = values.get("hours")
        self._names.check(Named.HOURS, (*path, "hours"), hours)
        values["hours"] = self._hours.get(str(hours), _SOME_HOURS)
        for way in ("open", "closed"):
            values[way] = self._way(path, way, values)
        return self._reading.policy(HoursMenu, path, {**values, "name": name})

    def by_caller_list(self, path: Path, name: str, value: object) -> CallersMenu | None:
        """The menu, or ``None`` if it has faults."""
        values = self._reading.faultless_settings(CallersMenuSection, path, value)
        place = (*path, "lists")
        lists = {}
        for of_list, choice in self._reading.entries(place, values.get("lists")).items():
            self._names.check_key(Named.CALLER_LIST, (*place, of_list))
            lists[of_list] = self._choices.choice((*place, of_list), choice) or SOME_CHOICE
        if not lists and not self._reading.has_faults_at(place):
            self._reading.report_value(place, "must have at least one caller list")
        otherwise = self._way(path, "otherwise", values)
        return self._reading.policy(
            CallersMenu, path, {"name": name, "lists": lists, "otherwise": otherwise}
        )

    def by_lookup(self, path: Path, name: str, value: object) -> LookupMenu | None:
        """The menu, or ``None`` if it has faults."""
        values = self._reading.faultless_settings(LookupMenuSection, path, value)
        self._names.check(Named.LOOKUP, (*path, "lookup"), values.get("lookup"))
        values["otherwise"] = self._way(path, "otherwise", values)
        values["failed"] = (
            values["otherwise"]
            if values.get("failed") is None
            else self._way(path, "failed", values)
        )
        values["branches"] = self._branches((*path, "branches"), values.get("branches"))
        if "asks" in values:
            values["asks"] = tuple(values["asks"])
        self._check_asking(path, value, values)
        if "secret" in values:
            values["is_secret"] = values.pop("secret")
        return self._reading.policy(
            LookupMenu,
            path,
            {"lookup": "", **values, "name": name},
            digits=1 if "asks" in values else 0,
        )

    def _branches(self, path: Path, value: object) -> dict[str, MenuChoice]:
        branches = {}
        for word, choice in self._reading.entries(path, value).items():
            self._reading.checked_key(_WORD, (*path, word))
            branches[word] = self._choices.choice((*path, word), choice) or SOME_CHOICE
        return branches

    def _check_asking(self, path: Path, value: object, values: dict[str, Any]) -> None:
        """What is collected goes with what is asked; of a half alone nothing is left."""
        given = [one for one in _ASKING if isinstance(value, dict) and one in value]
        if not given:
            for setting in _OF_ASKING:
                if setting in values:
                    self._reading.report_key(
                        (*path, setting), "has no effect without asks and digits"
                    )
        elif len(given) == 1:
            [other] = set(_ASKING) - set(given)
            self._reading.report_key((*path, given[0]), f"goes with {other} only")
        elif values.get("asks") == ():
            self._reading.report_value((*path, "asks"), "must name at least one prompt")
        if not all(values.get(one) for one in _ASKING):
            for one in _ASKING:
                values.pop(one, None)

    def _way(self, path: Path, setting: str, values: Mapping[str, Any]) -> MenuChoice:
        """One way on; where it has faults or is not there, a stand-in."""
        if setting not in values:
            return SOME_CHOICE
        return self._choices.choice((*path, setting), values[setting]) or SOME_CHOICE
