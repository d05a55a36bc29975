"""What every section of the file is: known keys, each with a kind.

Limits and defaults of what the flows follow are the policies' own (``callcore.domain.policies``);
in a section a setting without a default of its own is ``UNGIVEN``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo, field_validator

from callcore.settings.faults import guess, shown

UNGIVEN: Any = None
"""Never read: a setting that was not given is not handed on, so that the policy's default holds."""


class Section(BaseModel):
    """A mapping of the file; a key that is not declared is a fault.

    The context of a validation is a mapping that receives each setting that has no fault, whether
    or not others have.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*")
    @classmethod
    def _keep(cls, value: object, info: ValidationInfo) -> object:
        if info.context is not None and info.field_name is not None:
            info.context[info.field_name] = value
        return value

    def given(self) -> dict[str, Any]:
        """The settings the file has, by name."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def one_of(words: Iterable[str]) -> BeforeValidator:
    """A setting that is one of a few words."""
    known = tuple(map(str, words))

    def check(value: object) -> object:
        if value not in known:
            raise ValueError(not_one_of(value, known))
        return value

    return BeforeValidator(check)


def not_one_of(value: object, words: Iterable[str], others: Iterable[str] = ()) -> str:
    """What is told of a value that is none of the words; ``others`` are guessed, but not listed."""
    known = tuple(map(str, words))
    remedy = guess(value, (*known, *others)) if isinstance(value, str) else ""
    return f"expected {' or '.join(known)}, found {shown(value)}{remedy}"
