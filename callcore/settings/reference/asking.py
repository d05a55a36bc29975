"""What the code that reads a setting takes: its kind, its default and its limits.

Limits are not written down anywhere but in the checks. So each check is given what is too small,
too large or no such text, and what it says is shown.
"""

from __future__ import annotations

import dataclasses
import re
import types
from enum import StrEnum
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter, ValidationError

from callcore.domain.ageing import AgeingError
from callcore.domain.hours import HoursError
from callcore.domain.policies import PolicyError
from callcore.settings import scalars
from callcore.settings.reference.parts import Part

_POLICY_NAMES = {"sticky_agent": "sticky", "secret": "is_secret", "voicemail": "box"}
"""Settings that the policy knows by another name."""
_FAR = ("-999999999", "999999999")
_NO_TEXT = " \\?!"
_STAND_INS = {
    "ratio": 1.0,
    "relax_after_seconds": 1.0,
    "curve": ((1.0, 1),),
    "cap": 0,
    "prompts": ("some",),
    "choices": {"0": None},
    "extensions": None,
    "after_seconds": 0.0,
    "each": ("some",),
    "queues": (),
    "week": {},
}
_KINDS = (
    (scalars.Switch, "true or false"),
    (scalars.Instant, "instant"),
    (scalars.Prompts, "list of prompts"),
    (scalars.Speech, "text"),
)


def hints(part: Part) -> dict[str, Any]:
    """The kind of each setting, in Python's words."""
    known = get_type_hints(part.section, include_extras=True)
    return {name: known[name] for name in part.section.model_fields}


def kind(hint: object) -> str:
    """What stands in the file; empty if the section leaves it to a reader of its own."""
    inner = _without_none(hint)
    for known, word in _KINDS:
        if inner == known:
            return word
    base = get_args(inner)[0] if get_origin(inner) is Annotated else inner
    if isinstance(base, type) and issubclass(base, StrEnum):
        return " ".join(f"`{word}`" for word in base)
    if get_origin(base) is list:
        return "list"
    return {int: "whole number", float: "number", str: "text"}.get(base, "")


def may_be_null(hint: object) -> bool:
    """True if ``null`` is a value of its own."""
    return _without_none(hint) is not hint


def limits(part: Part, name: str, hint: object) -> str:
    """What the checks say of values that they refuse."""
    inner = _without_none(hint)
    match kind(hint):
        case "text":
            tried: tuple[str, ...] = (_NO_TEXT,)
        case "whole number" | "number":
            tried = _FAR
        case _:
            tried = ()
    told = [_refusal(inner, text) or _broken(part, name, inner, text) for text in tried]
    return "; ".join(dict.fromkeys(filter(None, told)))


def default(part: Part, name: str) -> object:
    """Of the policy if it has one, else of the section; ``PydanticUndefined`` for none."""
    field = part.section.model_fields[name]
    if field.is_required() or field.default is not None or part.policy is None:
        return field.default
    for one in dataclasses.fields(part.policy):
        if one.name == _POLICY_NAMES.get(name, name):
            if one.default is not dataclasses.MISSING:
                return one.default
            if one.default_factory is not dataclasses.MISSING:
                return one.default_factory()
    return None


def _without_none(hint: object) -> Any:  # noqa: ANN401 - of any type
    if get_origin(hint) in (Union, types.UnionType):
        [inner] = [one for one in get_args(hint) if one is not type(None)]
        return inner
    return hint


def _refusal(hint: Any, text: str) -> str:  # noqa: ANN401 - of any type
    try:
        TypeAdapter(hint).validate_python(text)
    except ValidationError as error:
        return _told(str(error.errors(include_url=False)[0]["ctx"]["error"]))
    return ""


def _broken(part: Part, name: str, hint: Any, text: str) -> str:  # noqa: ANN401 - as above
    """The limit of the policy that the value breaks."""
    if part.policy is None:
        return ""
    made = {
        field.name: _STAND_INS.get(field.name, "")
        for field in dataclasses.fields(part.policy)
        if field.init
        and field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
    }
    known = {field.name for field in dataclasses.fields(part.policy)}
    field = _POLICY_NAMES.get(name, name)
    if field not in known:
        return ""
    if field == "digits":  # which goes with the other
        made["asks"] = _STAND_INS["prompts"]
    value = TypeAdapter(hint).validate_python(text)
    if isinstance(default(part, name), frozenset):
        value = frozenset(value)
    try:
        part.policy(**{**made, field: value})
    except (PolicyError, AgeingError, HoursError) as error:
        return _told(error.fault) if error.field == field else ""
    return ""


def _told(fault: str) -> str:
    limit = re.sub(r",? found .*", "", fault).replace("is no ", "a ")
    return re.sub(r"^(must be|must (?=not)|expected) ?|(?<=not) be(?= negative)", "", limit)
