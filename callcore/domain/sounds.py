"""What may be played to a caller: which names of sounds, and which keys of prompts, are legal."""

from __future__ import annotations

import re

LONGEST_SOUND = 512

_SOUND = re.compile(
    r"local_stream://[A-Za-z0-9_./-]+"
    r"|tone_stream://[A-Za-z0-9_%(),.;=+*-]+"
    r"|silence_stream://-?[0-9]+(?:,[0-9]+)?"
    r"|/?[A-Za-z0-9_][A-Za-z0-9_.@+=-]*(?:/[A-Za-z0-9_.@+=-]+)*"
)
"""An allow-list, no wider than what is sent to a switch: the text becomes part of a command."""

PROMPT = r"[a-z0-9_-]+(?:/[a-z0-9_-]+)*"
"""What the key of a prompt looks like: ``group/name``."""

_PROMPT = re.compile(PROMPT)


def is_prompt(text: str) -> bool:
    """True for what may be the key of a prompt, of whatever length."""
    return _PROMPT.fullmatch(text) is not None


def is_sound(text: str) -> bool:
    """True for a file of the switch and for its streams: music, tones, silence."""
    return len(text) <= LONGEST_SOUND and ".." not in text and _SOUND.fullmatch(text) is not None
