"""Which sounds of other systems callcore plays."""

from __future__ import annotations

import re

from callcore.domain import sounds

_ENDING = re.compile(r"\.(?:wav|wav49|gsm|ulaw|alaw|sln[0-9]*|g722|mp3|ogg|opus|raw)$")
_LONGEST_PROMPT = 128

USUAL_MUSIC = "local_stream://moh"
SILENCE = "silence_stream://-1"


def is_music(text: str) -> bool:
    """True for a file or stream that callers may hear while they wait."""
    return sounds.is_sound(text)


def is_prompt(text: str) -> bool:
    """True for the name of a recording below the directory of prompts."""
    return len(text) <= _LONGEST_PROMPT and sounds.is_prompt(text)


def prompt_of(file: str) -> str | None:
    """The prompt that a recording is to be once it lies where prompts do; ``None`` for a name that
    none can have.

    Of a path from the root only the last part is kept.
    """
    name = _ENDING.sub("", file.lower())
    if name.startswith("/"):
        name = name.rpartition("/")[2]
    return name if is_prompt(name) else None
