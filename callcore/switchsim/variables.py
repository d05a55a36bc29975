"""The variables of a channel, kept under the names that events show them by."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from callcore.switchsim.wire import HeaderValue

_PREFIX = "variable_"


class Variables:
    """Variables by name; the empty value is none."""

    def __init__(self) -> None:
        self.headers: dict[str, HeaderValue] = {}

    def get(self, name: str) -> str | None:
        """A variable's value; of a list, its entries joined as FreeSWITCH prints them."""
        value = self.headers.get(_PREFIX + name)
        if value is None or isinstance(value, str):
            return value
        return "ARRAY::" + "|:".join(value)

    def set(self, name: str, value: str | None) -> None:
        """Sets a variable, or takes it off."""
        if value is None or value == "":
            self.headers.pop(_PREFIX + name, None)
        else:
            self.headers[_PREFIX + name] = value

    def set_all(self, variables: Mapping[str, str]) -> None:
        """Sets many variables."""
        for name, value in variables.items():
            if value:
                self.headers[_PREFIX + name] = value

    def push(self, name: str, value: str) -> None:
        """Appends to a variable, which becomes a list when there are two."""
        former = self.headers.get(_PREFIX + name)
        if former is None:
            self.headers[_PREFIX + name] = value
        else:
            entries = [former] if isinstance(former, str) else former
            self.headers[_PREFIX + name] = [*entries, value]

    def is_true(self, name: str) -> bool:
        """True if a variable says yes in one of FreeSWITCH's ways."""
        return (self.get(name) or "").lower() in {"true", "yes", "on", "enable", "t", "1"}

    def variables(self) -> dict[str, HeaderValue]:
        """Every variable by its own name."""
        cut = len(_PREFIX)
        return {name[cut:]: value for name, value in self.headers.items()}
