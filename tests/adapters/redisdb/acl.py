"""The user of Redis that the documentation recommends: may do what callcore does and no more."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from callcore.adapters.redisdb.connecting import Access
from tests.adapters.redisdb.floors import SITE

GUIDE = Path(__file__).parents[3] / "docs" / "security.md"
_RULES = re.compile(r"^user callcore on >PASSWORD (.*?)\n```", re.MULTILINE | re.DOTALL)
_PASSWORD = "only-of-tests"

THE_USER = Access(user="callcore", password=_PASSWORD)


def rules() -> list[str]:
    """What the documentation lets the user do, for the site of the tests."""
    found = _RULES.search(GUIDE.read_text())
    assert found is not None
    return found[1].replace("{main}", f"{{{SITE}}}").split()


def commands() -> set[str]:
    """The commands among it."""
    return {rule[1:] for rule in rules() if rule.startswith("+")}


def make_known(raw: Any) -> None:
    """The server knows the user from now on."""
    raw.execute_command("ACL", "SETUSER", "callcore", "reset", "on", f">{_PASSWORD}", *rules())
