"""How a draft begins."""

from __future__ import annotations

from pathlib import Path

from callcore.importing.draft import Draft
from callcore.importing.places import shown


def begun(system: str, path: Path) -> Draft:
    """A draft with the lines that stand above every import."""
    draft = Draft()
    draft.top.headings = [
        f"callcore's settings, imported from {shown(path.name)} of {system}.",
        "",
        "A comment says where a value came from. What could not be carried was told by the import;",
        "docs/migrating.md says of every parameter what becomes of it. Check this file with",
        "`callcore check-config --config FILE`; callcore.example.yaml explains every key.",
        "",
        "The switches are still to be named: without one callcore starts a simulated switch. The",
        "password comes from CALLCORE_NODE_FS1_PASSWORD or CALLCORE_NODE_FS1_PASSWORD_FILE.",
        "nodes:",
        "  - name: fs1",
        "    host: 127.0.0.1",
    ]
    draft.top.set("site", "main")
    return draft
