"""The systems that are asked about callers, with a token from beside the file."""

from __future__ import annotations

from typing import Annotated, Any

from callcore.domain.policies import LookupMethod, LookupPolicy
from callcore.settings import passwords, web_systems
from callcore.settings.faults import Path
from callcore.settings.reading import Reading
from callcore.settings.scalars import Decimal, Prompts, Text, Whole
from callcore.settings.section import UNGIVEN, Section, one_of
from callcore.settings.web_systems import FindToken, TokenHeader, WebSystems

_URL = web_systems.address(
    "https://crm.example.com/callers", instead_of_query="what is asked is added to it"
)


class LookupSection(Section):
    """One system, and how it is asked."""

    url: Annotated[Text, _URL]
    method: Annotated[LookupMethod, one_of(LookupMethod)] = UNGIVEN
    timeout_seconds: Decimal = UNGIVEN
    headers: Any = None
    token_header: TokenHeader = UNGIVEN
    most_at_once: Whole = UNGIVEN
    hears: Prompts = UNGIVEN


class Lookups:
    """Reads one after another."""

    def __init__(self, reading: Reading, find_token: FindToken) -> None:
        self._reading = reading
        self._systems = WebSystems(reading, "lookup", find_token)

    def lookup(self, path: Path, name: str, value: object) -> LookupPolicy | None:
        """The lookup, or ``None`` if it has faults."""
        values = self._reading.faultless_settings(LookupSection, path, value)
        if "hears" in values:
            values["hears"] = tuple(values["hears"])
        variable = passwords.lookup_variable(name)
        values["headers"] = self._systems.headers(path, values, variable)
        values["token"] = self._systems.token(path, name, variable)
        return self._reading.policy(LookupPolicy, path, {"url": "", **values, "name": name})
