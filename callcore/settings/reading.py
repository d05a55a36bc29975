"""Reads sections of a document and gathers what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from callcore.domain.ageing import AgeingError
from callcore.domain.hours import HoursError
from callcore.domain.policies import PolicyError
from callcore.settings.document import Document
from callcore.settings.faults import Fault, Path, Place, guess, shown
from callcore.settings.section import Section

SectionT = TypeVar("SectionT", bound=Section)
PolicyT = TypeVar("PolicyT")
KindT = TypeVar("KindT")

_SECRET = re.compile(r"passw|secret|token|credential", re.IGNORECASE)


class Reading:
    """One file being read."""

    def __init__(self, file: str) -> None:
        self.document = Document()
        self.faults: list[Fault] = []
        self.warnings: list[Fault] = []
        """What keeps nothing from working, and yet an operator should know."""
        self.named: dict[str, bytes] = {}
        """What the files hold that the document names, by the name in it."""
        self._file = file

    def report(self, path: Path, place: Place, text: str) -> None:
        """Notes a fault."""
        self.faults.append(Fault(file=self._file, place=place, path=path, text=text))

    def report_in(self, file: str, place: Place, path: Path, text: str) -> None:
        """Notes a fault of another file that ``path`` names."""
        self.faults.append(Fault(file=file, place=place, path=path, text=text))

    def report_value(self, path: Path, text: str) -> None:
        """Notes a fault of the value at ``path``."""
        self.report(path, self.document.place(path), text)

    def report_key(self, path: Path, text: str) -> None:
        """Notes a fault of the key at ``path``."""
        self.report(path, self.document.key_place(path), text)

    def warn_value(self, path: Path, text: str) -> None:
        """Notes a warning about the value at ``path``."""
        place = self.document.place(path)
        self.warnings.append(Fault(file=self._file, place=place, path=path, text=text))

    def warn_key(self, path: Path, text: str) -> None:
        """Notes a warning about the key at ``path``."""
        place = self.document.key_place(path)
        self.warnings.append(Fault(file=self._file, place=place, path=path, text=text))

    def gives(self, path: Path) -> bool:
        """True if the file has something at ``path``, of mappings only."""
        value = self.document.value
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        return value is not None

    def has_faults_in(self, *names: str) -> bool:
        """True if a fault was noted in one of these parts of the file."""
        return any(fault.path[:1] == (name,) for fault in self.faults for name in names)

    def has_faults_at(self, path: Path) -> bool:
        """True if a fault was noted of the setting at ``path`` or of a part of it."""
        return any(fault.path[: len(path)] == path for fault in self.faults)

    def checked(self, kind: TypeAdapter[KindT], path: Path, value: object) -> KindT | None:
        """A value outside of sections as its kind, or ``None`` if it is none."""
        try:
            return kind.validate_python(value)
        except ValidationError as error:
            self.report_value(path, _text_of(error.errors(include_url=False)[0]))
            return None

    def checked_key(self, kind: TypeAdapter[KindT], path: Path) -> KindT | None:
        """The last step of ``path``, a key, as its kind, or ``None`` if it is none."""
        try:
            return kind.validate_python(path[-1])
        except ValidationError as error:
            self.report_key(path, _text_of(error.errors(include_url=False)[0]))
            return None

    def entries(self, path: Path, value: object) -> dict[str, object]:
        """The entries of a mapping whose keys are the operator's own; nothing has none."""
        if value is None:
            return {}
        if isinstance(value, dict):
            return value
        self.report_value(path, f"expected a mapping, found {shown(value)}")
        return {}

    def items(self, path: Path, value: object) -> list[object]:
        """The items of a list; nothing has none."""
        if value is None:
            return []
        if isinstance(value, list):
            return value
        self.report_value(path, f"expected a list, found {shown(value)}")
        return []

    def part(
        self,
        make: Callable[..., PolicyT],
        model: type[Section],
        path: Path,
        value: object,
        **stand_ins: object,
    ) -> PolicyT | None:
        """The policy of a section, or ``None`` if it has faults or is not there."""
        if value is None:
            return None
        values = self.faultless_settings(model, path, value)
        return self.policy(make, path, values, **stand_ins)

    def section(self, model: type[SectionT], path: Path, value: object) -> SectionT | None:
        """The section, or ``None`` if it has faults."""
        return self._section(model, path, value, {})

    def faultless_settings(self, model: type[Section], path: Path, value: object) -> dict[str, Any]:
        """The settings of a section that have no fault, by name, whether or not others have."""
        faultless: dict[str, Any] = {}
        self._section(model, path, value, faultless)
        return faultless

    def policy(
        self,
        make: Callable[..., PolicyT],
        path: Path,
        values: Mapping[str, Any],
        **stand_ins: object,
    ) -> PolicyT | None:
        """The policy of these values, or ``None`` if it breaks limits, each of which is a fault.

        ``stand_ins`` take the place of values that must be there and are not, or break a limit, so
        that the limits of the others are checked all the same.
        """
        left = {**stand_ins, **values}
        is_kept = True
        while True:
            try:
                made = make(**left)
            except (PolicyError, HoursError, AgeingError) as error:
                field = error.field
                self.report_value((*path, field), f"{error.fault}{_found(left.get(field))}")
                is_kept = False
                # A policy tells its first fault only: without the value it tells the next.
                if left.pop(field, None) is None:
                    return None
                if field in stand_ins:
                    left[field] = stand_ins[field]
            else:
                return made if is_kept else None

    def _section(
        self, model: type[SectionT], path: Path, value: object, faultless: dict[str, Any]
    ) -> SectionT | None:
        """The section, or ``None`` if it has faults; ``faultless`` receives what has none."""
        if not isinstance(value, dict):
            self.report_value(path, f"expected a mapping, found {shown(value)}")
            return None
        try:
            return model.model_validate(value, context=faultless)
        except ValidationError as error:
            for details in error.errors(include_url=False):
                self._report_details(model, path, details)
            return None

    def _report_details(self, model: type[Section], path: Path, details: ErrorDetails) -> None:
        where: Path = (*path, *details["loc"])
        match details["type"]:
            case "extra_forbidden":
                key = str(where[-1])
                text = (
                    _secret_text(where)
                    if _is_secret(where, key)
                    else f"unknown key{guess(key, model.model_fields)}"
                )
                self.report_key(where, text)
            case "missing":
                self.report_value(where, "is missing")
            case _:
                self.report_value(where, _text_of(details))


def _found(value: object) -> str:
    match value:
        case bool():
            return f", found {str(value).lower()}"
        case int() | float():
            return f", found {value:.15g}"
        case str():
            return f", found {shown(value)}"
        case _:
            return ""


def _text_of(details: ErrorDetails) -> str:
    match details["type"]:
        case "value_error":
            return str(details["ctx"]["error"])
        case "list_type":
            return f"expected a list, found {shown(details['input'])}"
        case _:
            return details["msg"]


def _is_secret(path: Path, key: str) -> bool:
    is_pin = path[0] in ("agents", "agent_defaults") and key.lower().startswith("pin")
    return is_pin or _SECRET.search(key) is not None


def _secret_text(path: Path) -> str:
    match path:
        case ("nodes", *_):
            variable = "CALLCORE_NODE_<NAME>_PASSWORD"
        case ("redis", *_):
            variable = "CALLCORE_REDIS_PASSWORD"
        case ("postgres", *_):
            variable = "CALLCORE_POSTGRES_PASSWORD"
        case ("lookups", *_):
            variable = "CALLCORE_LOOKUP_<NAME>_TOKEN"
        case ("hooks", *_):
            variable = "CALLCORE_HOOK_<NAME>_TOKEN"
        case ("http", *_):
            variable = "CALLCORE_API_TOKEN"
        case ("agents" | "agent_defaults", *_):
            return (
                "a PIN does not belong in this file: put the line that `callcore agent pin` writes "
                "into the one that pins.file names"
            )
        case _:
            return "a secret does not belong in this file"
    return f"a secret does not belong in this file: set {variable} or {variable}_FILE"
