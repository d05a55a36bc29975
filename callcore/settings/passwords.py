"""Passwords and tokens from the environment, or from files it names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from callcore.settings import unreadable, web_systems

_LARGEST_BYTES = 4096


API_TOKEN = "CALLCORE_API_TOKEN"  # noqa: S105 - the variable's name
_SHORTEST_API_TOKEN = 16


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


def api_token(environ: Mapping[str, str]) -> str | None:
    """What who asks for callbacks over HTTP has to know. Raises ``PasswordError``."""
    token = find(API_TOKEN, environ)
    if token is not None and not web_systems.is_token(token):
        raise PasswordError(f"{API_TOKEN} is no token: it holds spaces or accents")
    if token is not None and len(token) < _SHORTEST_API_TOKEN:
        raise PasswordError(
            f"{API_TOKEN} is too short: whoever guesses it can have phones called; "
            f"{_SHORTEST_API_TOKEN} characters or more, such as `openssl rand -hex 16` gives"
        )
    return token


def _in_capitals(name: str) -> str:
    return name.upper().replace("-", "_")


def _read(variable: str, path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_BYTES)
    except (OSError, ValueError) as error:
        raise PasswordError(
            f"{variable}: {path} cannot be read: {unreadable.why(error)}"
        ) from error
    return content.decode(errors="replace").removesuffix("\n").removesuffix("\r")
