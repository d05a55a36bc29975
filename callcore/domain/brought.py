"""What a caller brings along, as the caller's leg keeps it: language, music and account.

The variables are set by the dialplan too. A text goes as it is, but for characters that a switch
could not keep: those, and ``%``, are written as in addresses, ``%27``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote, unquote

from callcore.domain import sounds
from callcore.domain.ids import Language
from callcore.domain.speech import grammar
from callcore.domain.wishes import Wishes

LONGEST_ACCOUNT = 64

_NEVER_KEPT = "%;$'\"`\\^{}"


def is_account(text: str) -> bool:
    """True for a text that may be an account: printable, of at most ``LONGEST_ACCOUNT``."""
    return len(text) <= LONGEST_ACCOUNT and text.isprintable()


def variables(wishes: Wishes) -> dict[str, str]:
    """The variables, without the ``callcore_`` before them; empty for what there is not."""
    return {
        "language": wishes.language or "",
        "music": _kept(wishes.music or ""),
        "account": _kept(wishes.account),
    }


def brought(wishes: Wishes, variables: Mapping[str, str]) -> tuple[Wishes, tuple[str, ...]]:
    """``wishes`` with what the variables say in place of theirs, and what of it is of no use."""
    faults = []
    if text := variables.get("callcore_language"):
        if text in grammar.CATALOGUED:
            wishes = replace(wishes, language=Language(text))
        else:
            known = ", ".join(sorted(grammar.CATALOGUED))
            faults.append(f"callcore_language is {text[:32]!r}: expected one of {known}")
    if text := unquote(variables.get("callcore_music", "")):
        if sounds.is_sound(text):
            wishes = replace(wishes, music=text)
        else:
            faults.append(
                f"callcore_music is {text[:64]!r}: "
                "expected a sound file, local_stream://NAME or tone_stream://TONES"
            )
    if text := unquote(variables.get("callcore_account", "")).strip():
        if is_account(text):
            wishes = replace(wishes, account=text)
        else:
            faults.append(
                f"callcore_account is {text[:32]!r}: expected at most {LONGEST_ACCOUNT} "
                "characters, without control characters"
            )
    return wishes, tuple(faults)


def _kept(text: str) -> str:
    return "".join(
        quote(character, safe="") if character in _NEVER_KEPT else character
        for character in text.strip()
    )
