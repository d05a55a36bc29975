"""Digits and keys, one after another: the same prompts in every language."""

from __future__ import annotations

_PROMPTS = {
    **{digit: f"digit/{digit}" for digit in "0123456789"},
    "*": "digit/star",
    "#": "digit/pound",
    "+": "digit/plus",
}

PROMPTS = frozenset(_PROMPTS.values())


def spelled(text: str) -> tuple[str, ...]:
    """The prompts of digits, ``*``, ``#`` and ``+``; whatever else the text holds is not spoken."""
    return tuple(_PROMPTS[character] for character in text if character in _PROMPTS)
