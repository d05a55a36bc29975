"""What is there of a language's sounds, without anything being made."""

from __future__ import annotations

from dataclasses import dataclass

from callcore.domain.ids import Language
from callcore.sounds import shaping
from callcore.sounds.building import own_files
from callcore.sounds.manifest import MadeSounds
from callcore.sounds.sources import Source
from callcore.sounds.tree import Tree
from callcore.sounds.wanted import Wanted, is_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One prompt and its sound."""

    key: str
    text: str | None
    source: Source | None
    """``None``: there is no sound."""
    says_older_text: bool = False
    hides_own: bool = False
    """True if it is heard in place of a plain file of the operator's, until the next build."""


def of_language(tree: Tree, language: Language, wanted: tuple[Wanted, ...]) -> tuple[Standing, ...]:
    """Every prompt that may be said in a language. Raises ``TreeError``."""
    made = MadeSounds(tree, language)
    return tuple(_one(tree, language, one, made) for one in wanted)


def _one(tree: Tree, language: Language, wanted: Wanted, made: MadeSounds) -> Standing:
    if not is_key(wanted.key):
        return Standing(key=wanted.key, text=wanted.text, source=None)
    own = own_files(tree, language, wanted.key, made)
    entry, standing = made.entries.get(wanted.key), made.standing(wanted.key)
    if own.by_rate or (own.plain is not None and not standing):
        return Standing(key=wanted.key, text=wanted.text, source=Source.OWN)
    if entry is None or not standing.keys() >= set(shaping.RATES):
        return Standing(key=wanted.key, text=wanted.text, source=None)
    return Standing(
        key=wanted.key,
        text=wanted.text,
        source=entry.source,
        says_older_text=entry.source is Source.GENERATED and entry.text != wanted.text,
        hides_own=own.plain is not None,
    )
