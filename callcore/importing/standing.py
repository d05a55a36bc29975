"""Agents who stay on the line: what callcore asks for that no other system's files have."""

from __future__ import annotations

from callcore.importing.draft import Block
from callcore.importing.notes import Notes
from callcore.importing.places import Source


def leave_to_operator(block: Block, source: Source, notes: Notes) -> None:
    """Says in the agent's block and in the notes what has to be done for it."""
    block.headings.append("connection: standing, as it was, needs feature_codes.login and a PIN")
    notes.changed(
        source,
        "called for each caller: an agent who stays on the line dials in, with a PIN of callcore's",
        "give feature_codes.login and a PIN (`callcore agent pin`), and write connection: standing",
    )
