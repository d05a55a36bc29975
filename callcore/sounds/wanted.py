"""Which prompts a language needs, and the text of each as far as there is one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from callcore.domain import sounds
from callcore.domain.ids import Language
from callcore.domain.speech import grammar

_SENTENCE_ENDS = frozenset(".!?…")
_AFTER_SENTENCE_SECONDS = 0.25
_CLAUSE_ENDS = frozenset(",:;")
_AFTER_CLAUSE_SECONDS = 0.12
_AFTER_PIECE_SECONDS = 0.06


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One prompt of one language."""

    key: str
    text: str | None = None
    is_operators_text: bool = False
    """True if the text is the operator's, so that no recorded set has it."""

    @property
    def pause_seconds(self) -> float:
        """The silence after it: between sentences, after a clause, or within one."""
        if self.text is None:
            return _AFTER_SENTENCE_SECONDS
        end = self.text.rstrip()[-1:]
        if end in _CLAUSE_ENDS:
            return _AFTER_CLAUSE_SECONDS
        return _AFTER_SENTENCE_SECONDS if end in _SENTENCE_ENDS else _AFTER_PIECE_SECONDS


def is_key(text: str) -> bool:
    """True if a file may be named for it: ``group/name``."""
    return sounds.is_prompt(text)


def of_language(
    language: Language,
    catalogue: Mapping[str, str],
    operators: Mapping[str, Mapping[Language, str]],
    named: Collection[str],
) -> tuple[Wanted, ...]:
    """Everything that may be said in a language, by key.

    The operator's text for a prompt of the catalogue takes the place of the catalogue's.
    """
    keys = grammar.prompts(language) | catalogue.keys() | operators.keys() | set(named)
    return tuple(
        Wanted(
            key=key,
            text=operators.get(key, {}).get(language) or catalogue.get(key),
            is_operators_text=language in operators.get(key, {}),
        )
        for key in sorted(keys)
    )
