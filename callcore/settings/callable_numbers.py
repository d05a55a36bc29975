"""Which numbers may be called back: their beginnings, and the lists of those that may not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import TypeAdapter

from callcore.domain import phone_numbers
from callcore.domain.policies import CallableNumbers
from callcore.settings.faults import Path, shown
from callcore.settings.names import Named, Names
from callcore.settings.reading import Reading
from callcore.settings.scalars import Name, Text, Whole
from callcore.settings.section import UNGIVEN, Section

_TEXT: TypeAdapter[str] = TypeAdapter(Text)
_NAME: TypeAdapter[str] = TypeAdapter(Name)
_PREFIX = re.compile(r"\+(?:[1-9][0-9]{0,14})?|[0-9]{1,20}")
"""What a normalised number can begin with."""


class CallableNumbersSection(Section):
    """Prefixes, lists, and how short a number may be."""

    allowed: Any = None
    refused: Any = None
    least_digits: Whole = UNGIVEN
    do_not_call: Any = None


class CallableNumbersReader:
    """Reads them."""

    def __init__(self, reading: Reading, names: Names) -> None:
        self._reading = reading
        self._names = names

    def callable_numbers(self, path: Path, value: object) -> CallableNumbers | None:
        """The rules, or ``None`` if they have faults or are not there."""
        if value is None:
            return None
        values = self._reading.faultless_settings(CallableNumbersSection, path, value)
        prefixes = {
            setting: self._prefixes((*path, setting), values.get(setting))
            for setting in ("allowed", "refused")
        }
        for position, fault in _without_effect(prefixes["allowed"].values(), prefixes["refused"]):
            self._reading.report_value((*path, "refused", position), fault)
        do_not_call = self._do_not_call((*path, "do_not_call"), values.get("do_not_call"))
        return self._reading.policy(
            CallableNumbers,
            path,
            {
                **values,
                **{setting: tuple(found.values()) for setting, found in prefixes.items()},
                "do_not_call": do_not_call,
            },
        )

    def _prefixes(self, path: Path, value: object) -> dict[int, str]:
        """Those without a fault, normalised, by their positions."""
        found: dict[int, str] = {}
        for position, item in enumerate(self._reading.items(path, value)):
            place = (*path, position)
            text = self._reading.checked(_TEXT, place, item)
            if text is None:
                continue
            prefix = phone_numbers.normalised_prefix(text)
            if not _PREFIX.fullmatch(prefix):
                self._reading.report_value(
                    place,
                    f"expected the beginning of a number such as +48 or 0, found {shown(text)}",
                )
            elif prefix in found.values():
                self._reading.report_value(place, f"{prefix} is there already")
            else:
                found[position] = prefix
        return found

    def _do_not_call(self, path: Path, value: object) -> tuple[str, ...]:
        lists = []
        for position, item in enumerate(self._reading.items(path, value)):
            name = self._reading.checked(_NAME, (*path, position), item)
            if self._names.check(Named.CALLER_LIST, (*path, position), name) and name is not None:
                lists.append(name)
        return tuple(dict.fromkeys(lists))


def _without_effect(allowed: Iterable[str], refused: dict[int, str]) -> Iterator[tuple[int, str]]:
    """Each refused prefix that refuses nothing more, or nothing for sure, and what is wrong."""
    every = tuple(allowed)
    for position, prefix in refused.items():
        if prefix in every:
            yield position, f"{prefix} is allowed too: take it out of one of the two"
        elif every and not any(prefix.startswith(one) for one in every):
            fault = (
                "has no effect: none of what it refuses is allowed, as allowed names nothing "
                f"shorter, found {shown(prefix)}"
            )
            yield position, fault
