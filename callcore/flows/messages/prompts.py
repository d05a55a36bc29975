"""What is told while somebody hears prompts, is asked for keys, or is looked up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from callcore.domain.lookups import LookupAnswer, LookupFailure


@dataclass(frozen=True, slots=True)
class PromptsTimedOut:
    """Prompts should have been heard to their end by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyTimedOut:
    """The caller has had the menu's time to press a key, the ``attempt``-th time."""

    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupAnswered:
    """Another system has answered the call's ``number``-th question, or will not any more.

    Of no use ``answer`` is ``None``: ``failure`` and ``detail`` say why.
    """

    number: int
    answer: LookupAnswer | None
    failure: LookupFailure | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LookupTakesLong:
    """The caller has waited for another system's answer in silence for a moment."""


@dataclass(frozen=True, slots=True)
class LookupTimedOut:
    """Another system has had all the time there is, and what is said meanwhile too."""


@dataclass(frozen=True, slots=True)
class DialogueTimedOut:
    """Who dialled a feature code has had long enough to say what for."""


PromptMessage: TypeAlias = (
    PromptsTimedOut
    | KeyTimedOut
    | LookupAnswered
    | LookupTakesLong
    | LookupTimedOut
    | DialogueTimedOut
)
