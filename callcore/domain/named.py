"""What a site's policies name: the prompts its callers may hear, the languages they may speak.

Both are found by the types of the policies' fields, so that no policy is forgotten.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias, get_type_hints

from callcore.domain import feature_prompts
from callcore.domain.ids import Language
from callcore.domain.policies import SitePolicy
from callcore.domain.speech.utterances import Spoken, Utterance

_LANGUAGES = (Language, Language | None)


@dataclass(frozen=True, slots=True)
class Field:
    """The step into one field of a policy."""

    policy: type
    name: str


Where: TypeAlias = tuple[Field | str | int, ...]
"""The way from the site down: fields, and keys and positions in what they hold."""


def prompts(site: SitePolicy) -> dict[str, Where]:
    """The keys that menus, queues, surveys and the rest name, each with where it is named first.

    Those that numbers are spoken of are the grammars', and in every catalogue.
    """
    found: dict[str, Where] = {}
    for where, spoken in _spoken(site):
        if isinstance(spoken, str):
            found.setdefault(spoken, where)
    return found


def languages(site: SitePolicy) -> tuple[Language, ...]:
    """The site's own language first, then the others that something is given.

    Those that lookups may answer are not known.
    """
    given = {
        value for _, hint, value in _fields(site, ()) if hint in _LANGUAGES and value is not None
    }
    own = site.sounds.language
    return (own, *sorted(given - {own}))


def _spoken(site: SitePolicy) -> Iterator[tuple[Where, Spoken]]:
    for where, hint, value in _fields(site, ()):
        if hint == Utterance:
            for position, spoken in enumerate(value):
                yield (*where, position), spoken
    for code, one in site.breaks.items():
        for spoken in feature_prompts.break_choice(one):
            yield (Field(SitePolicy, "breaks"), code), spoken


def _fields(value: object, where: Where) -> Iterator[tuple[Where, Any, Any]]:
    """Where, type and value of each field of a policy and of the policies in it."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            yield from _fields(one, (*where, key))
    elif isinstance(value, tuple):
        for position, one in enumerate(value):
            yield from _fields(one, (*where, position))
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for name, hint in _hints(type(value)).items():
            inner, inside = getattr(value, name), (*where, Field(type(value), name))
            yield inside, hint, inner
            if hint != Utterance:
                yield from _fields(inner, inside)


@functools.cache
def _hints(policy: type) -> Mapping[str, Any]:
    """The types of its fields, in their order."""
    hints = get_type_hints(policy)
    return {field.name: hints[field.name] for field in dataclasses.fields(policy)}
