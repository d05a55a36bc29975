"""The variables of a channel, kept under the names that events show them by."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from callcore.switchsim.wire import HeaderValue

_PREFIX = "variable_"
_SCOPED = re.compile(r"%([^\[]?)\[([^\]]*)\](.*)", re.DOTALL)


def scoped(argument: str) -> tuple[dict[str, str], str]:
    """The variables before an application's argument, ``%[a=1,b=2]rest`` or ``%;[a=1;b=2]rest``,
    and the rest.
    """
    found = _SCOPED.fullmatch(argument)
    if found is None:
        return {}, argument
    separator, inner, rest = found.groups()
    pairs = (pair.partition("=") for pair in inner.split(separator or ","))
    return {name: value for name, _, value in pairs}, rest


class Variables:
    """Variables by name; the empty value is none."""

    def __init__(self) -> None:
        self.headers: dict[str, HeaderValue] = {}
        self._scopes: list[Mapping[str, str]] = []

    @contextlib.contextmanager
    def scope(self, variables: Mapping[str, str]) -> Iterator[None]:
        """Variables that go before the others for a while; no event shows them."""
        self._scopes.append(variables)
        try:
            yield
        finally:
            self._scopes.pop()

    def get(self, name: str) -> str | None:
        """A variable's value; of a list, its entries joined as FreeSWITCH prints them."""
        for variables in reversed(self._scopes):
            if name in variables:
                return variables[name]
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
