"""Dial strings: ``{name=value,...}`` and where to call."""

from __future__ import annotations

from dataclasses import dataclass

_DEFAULT_PORT = 5060


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a dial string leads.

    ``kind`` is ``sofia`` (an address), ``gateway``, ``user`` (a registered user) or ``error``.
    """

    kind: str
    profile: str
    user: str
    host: str
    port: int


def split_variables(text: str) -> tuple[dict[str, str], str] | None:
    """The variables in front of a dial string and the rest; ``None`` if a brace is not closed.

    A value in single quotes, or after a backslash, may hold commas.
    """
    variables: dict[str, str] = {}
    while text.startswith(("{", "[", "<")):
        closing = {"{": "}", "[": "]", "<": ">"}[text[0]]
        end = text.find(closing)
        if end < 0:
            return None
        for assignment in _split(text[1:end], ","):
            name, equals, value = assignment.partition("=")
            if equals:
                variables[name.strip()] = value
        text = text[end + 1 :]
    return variables, text


def target(text: str) -> Target | None:
    """The target of a dial string without variables; ``None`` if it has no known form."""
    kind, slash, rest = text.partition("/")
    if not slash or not rest:
        return None
    if kind == "error":
        return Target(kind="error", profile="", user=rest, host="", port=0)
    if kind == "user":
        user, _, domain = rest.partition("@")
        return Target(kind="user", profile="internal", user=user, host=domain, port=_DEFAULT_PORT)
    return _sofia(rest) if kind == "sofia" else None


def words(text: str) -> list[str]:
    """The arguments of ``originate``: parted at blanks outside single quotes, quotes removed."""
    return [word for word in _split(text.strip(), " ") if word]


def _sofia(rest: str) -> Target | None:
    profile, _, address = rest.partition("/")
    if profile == "gateway":
        gateway, _, dialled = address.partition("/")
        return Target(
            kind="gateway", profile=gateway, user=dialled, host=gateway, port=_DEFAULT_PORT
        )
    user, _, host_and_port = address.removeprefix("sip:").partition("@")
    host, _, port = host_and_port.partition(":")
    if not user:
        return None
    number = int(port) if port.isdigit() else _DEFAULT_PORT
    return Target(kind="sofia", profile=profile, user=user, host=host or "127.0.0.1", port=number)


def _split(text: str, separator: str) -> list[str]:
    # Done twice to a dial string, at blanks and then at commas, as switch_separate_string is.
    parts: list[str] = []
    current: list[str] = []
    is_quoted = False
    characters = iter(text)
    for character in characters:
        if character == "\\":
            current.append(next(characters, ""))
        elif character == "'":
            is_quoted = not is_quoted
        elif character == separator and not is_quoted:
            parts.append("".join(current))
            current = []
        else:
            current.append(character)
    parts.append("".join(current))
    return parts
