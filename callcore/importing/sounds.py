"""Which sounds of other systems callcore plays."""

from __future__ import annotations

import re

_LONGEST = 512
_MUSIC = re.compile(
    r"local_stream://[A-Za-z0-9_./-]+"
    r"|tone_stream://[A-Za-z0-9_%(),.;=+*-]+"
    r"|silence_stream://-?[0-9]+(?:,[0-9]+)?"
    r"|/?[A-Za-z0-9_][A-Za-z0-9_.@+=-]*(?:/[A-Za-z0-9_.@+=-]+)*"
)
_PROMPT = re.compile(r"[a-z0-9_-]+(?:/[a-z0-9_-]+)*")
_LONGEST_PROMPT = 128

USUAL_MUSIC = "local_stream://moh"
SILENCE = "silence_stream://-1"


def is_music(text: str) -> bool:
    """True for a file or stream that callers may hear while they wait."""
    return len(text) <= _LONGEST and ".." not in text and _MUSIC.fullmatch(text) is not None


def is_prompt(text: str) -> bool:
    """True for the name of a recording below the directory of prompts."""
    return len(text) <= _LONGEST_PROMPT and _PROMPT.fullmatch(text) is not None
