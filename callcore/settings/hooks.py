"""The systems that are told of callbacks, with a token from beside the file."""

from __future__ import annotations

from typing import Annotated, Any

from callcore.domain.policies import HookPolicy
from callcore.settings import passwords, web_systems
from callcore.settings.faults import Path
from callcore.settings.reading import Reading
from callcore.settings.scalars import Decimal, Text, Whole
from callcore.settings.section import UNGIVEN, Section
from callcore.settings.web_systems import FindToken, TokenHeader, WebSystems

_URL = web_systems.address(
    "https://sms.example.com/notices",
    instead_of_query="what is told is in the body, and its token comes from the environment",
)


class HookSection(Section):
    """One system, and how it is told."""

    url: Annotated[Text, _URL]
    timeout_seconds: Decimal = UNGIVEN
    tries: Whole = UNGIVEN
    retry_after_seconds: Decimal = UNGIVEN
    headers: Any = None
    token_header: TokenHeader = UNGIVEN
    most_waiting: Whole = UNGIVEN


class Hooks:
    """Reads one after another."""

    def __init__(self, reading: Reading, find_token: FindToken) -> None:
        self._reading = reading
        self._systems = WebSystems(reading, "hook", find_token, ours=("idempotency-key",))

    def hook(self, path: Path, name: str, value: object) -> HookPolicy | None:
        """The hook, or ``None`` if it has faults."""
        values = self._reading.faultless_settings(HookSection, path, value)
        variable = passwords.hook_variable(name)
        values["headers"] = self._systems.headers(path, values, variable)
        values["token"] = self._systems.token(path, name, variable)
        return self._reading.policy(HookPolicy, path, {"url": "", **values, "name": name})
