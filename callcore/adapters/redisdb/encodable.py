"""Makes any text fit for Redis.

A stranger's text may hold half a surrogate pair, which UTF-8 cannot. redis-py with hiredis raises
on it whatever its ``encoding_errors`` say, and nobody shall lose a place in a queue for a name.
"""

from __future__ import annotations


def encodable(text: str) -> str:
    """The text, with a question mark for what UTF-8 cannot hold."""
    return text.encode(errors="replace").decode()
