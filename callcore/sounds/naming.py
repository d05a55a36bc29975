"""What a site's policies name: the prompts its callers may hear, the languages they may speak."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator, Mapping
from typing import Any, get_type_hints

from callcore.domain import feature_prompts
from callcore.domain.ids import Language
from callcore.domain.policies import SitePolicy
from callcore.domain.speech.utterances import Utterance

_LANGUAGES = (Language, Language | None)


def prompts(site: SitePolicy) -> frozenset[str]:
    """The prompts that menus, queues, surveys and the rest name by their keys.

    Those that numbers are spoken of are the grammars', and in every catalogue.
    """
    utterances = [value for hint, value in _fields(site) if hint == Utterance]
    utterances.append(feature_prompts.ask_break(site.breaks.values()).words)
    return frozenset(
        spoken for utterance in utterances for spoken in utterance if isinstance(spoken, str)
    )


def languages(site: SitePolicy) -> tuple[Language, ...]:
    """The site's own language first, then the others that something is given."""
    given = {value for hint, value in _fields(site) if hint in _LANGUAGES and value is not None}
    own = site.sounds.language
    return (own, *sorted(given - {own}))


def _fields(value: object) -> Iterator[tuple[Any, Any]]:
    """The type and value of each field of a policy and of the policies in it."""
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _fields(one)
    elif isinstance(value, tuple | list | frozenset):
        for one in value:
            yield from _fields(one)
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        hints = _hints(type(value))
        for field in dataclasses.fields(value):
            inner = getattr(value, field.name)
            yield hints[field.name], inner
            if hints[field.name] != Utterance:
                yield from _fields(inner)


@functools.cache
def _hints(policy: type) -> Mapping[str, Any]:
    return get_type_hints(policy)
