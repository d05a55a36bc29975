"""The breaks agents may take, by the code of each."""

from __future__ import annotations

from callcore.domain.agents import MISSED_CALLS, BreakCode
from callcore.domain.policies import BreakPolicy
from callcore.settings.faults import Path, shown
from callcore.settings.reading import Reading
from callcore.settings.scalars import Decimal, Key, Text
from callcore.settings.section import UNGIVEN, Section


class BreakSection(Section):
    """One kind of break."""

    name: Text = UNGIVEN
    maximum_seconds: Decimal | None = UNGIVEN
    key: Key | None = UNGIVEN


class Breaks:
    """Reads one break after another."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._by_key: dict[str, str] = {}
        """The codes of those read so far."""

    def break_policy(self, path: Path, code: str, value: object) -> BreakPolicy | None:
        """The break, or ``None`` if it has faults."""
        if code == MISSED_CALLS:
            self._reading.report_key(
                path,
                f"{code} is the break that callcore gives for missed calls (break_after_misses): "
                "call this one otherwise",
            )
        values = self._reading.faultless_settings(BreakSection, path, value)
        key = values.get("key")
        if key in self._by_key:
            self._reading.report_value(
                (*path, "key"), f"{shown(key)} is the key of break {shown(self._by_key[key])}"
            )
        elif key is not None:
            self._by_key[key] = code
        return self._reading.policy(BreakPolicy, path, {**values, "code": BreakCode(code)})
