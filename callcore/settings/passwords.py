"""Passwords and tokens from the environment, or from files it names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_LARGEST_BYTES = 4096


API_TOKEN = "CALLCORE_API_TOKEN"  # noqa: S105 - the variable's name


class PasswordError(Exception):
    """A password cannot be had; the text names the variable, never the password."""


def node_variable(node: str) -> str:
    """``CALLCORE_NODE_FS_1_PASSWORD`` for the node ``fs-1``."""
    return f"CALLCORE_NODE_{_in_capitals(node)}_PASSWORD"


def lookup_variable(lookup: str) -> str:
    """``CALLCORE_LOOKUP_CRM_TOKEN`` for the lookup ``crm``."""
    return f"CALLCORE_LOOKUP_{_in_capitals(lookup)}_TOKEN"


def hook_variable(hook: str) -> str:
    """``CALLCORE_HOOK_SMS_TOKEN`` for the hook ``sms``."""
    return f"CALLCORE_HOOK_{_in_capitals(hook)}_TOKEN"


def find(variable: str, environ: Mapping[str, str]) -> str | None:
    """The value of ``variable``, or what the file named by ``variable`` + ``_FILE`` holds.

    A line feed at the end of the file is not part of it. Raises ``PasswordError``.
    """
    given, file = environ.get(variable), environ.get(f"{variable}_FILE")
    if given is not None and file is not None:
        raise PasswordError(f"both {variable} and {variable}_FILE are set")
    if file is not None:
        given = _read(f"{variable}_FILE", Path(file))
        variable = f"{variable}_FILE"
    if given is None:
        return None
    if not given or not given.isprintable():
        raise PasswordError(f"{variable} is empty or holds control characters")
    return given


def _in_capitals(name: str) -> str:
    return name.upper().replace("-", "_")


def _read(variable: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_BYTES)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise PasswordError(f"{variable}: {path} cannot be read: {reason}") from error
    return content.decode(errors="replace").removesuffix("\n").removesuffix("\r")
