"""A model of how FreeSWITCH takes commands apart, written from its rules and not from callcore's.

The rules: mod_event_socket.c ``read_packet`` (commands), switch_utils.c ``switch_separate_string``
(words), switch_event.c ``switch_event_create_brackets`` (variables before a dial string).
"""

from __future__ import annotations

from dataclasses import dataclass

ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "s": " "}


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One command as the switch sees it."""

    line: str
    headers: dict[str, str]
    body: str


def received(stream: bytes) -> list[Received]:
    """Every command of a stream; a line feed before a command is nothing."""
    found = []
    while stream := stream.lstrip(b"\r\n"):
        head, end, stream = stream.partition(b"\n\n")
        assert end, f"half a command: {head!r}"
        line, *header_lines = head.decode().replace("\r", "\n").split("\n")
        headers = {}
        for header_line in header_lines:
            name, _, value = header_line.partition(":")
            headers[name.lower()] = value.lstrip(" ")
        length = int(headers.get("content-length", "0"))
        body, stream = stream[:length], stream[length:]
        found.append(Received(line=line, headers=headers, body=body.decode()))
    return found


def separated(text: str, delimiter: str) -> list[str]:
    r"""The words of a text: quotes protect a delimiter, ``\`` escapes, ``^^x`` changes it."""
    if text.startswith("^^") and len(text) > 3:
        delimiter, text = text[2], text[3:]
    words, word, is_quoted, place = [], "", False, 0
    while place < len(text):
        letter = text[place]
        if letter == "\\" and place + 1 < len(text):
            place += 1
            word += ESCAPES.get(text[place], text[place])
        elif letter == "'" and (is_quoted or "'" in text[place + 1 :] or delimiter == " "):
            is_quoted = not is_quoted
        elif letter == delimiter and not is_quoted:
            words.append(word.strip(" "))
            word = ""
        else:
            word += letter
        place += 1
    words.append(word.strip(" "))
    return [word for word in words if word] if delimiter == " " else words


@dataclass(frozen=True, slots=True, kw_only=True)
class Originate:
    """An ``originate`` as the switch sees it."""

    variables: dict[str, str]
    dial_strings: list[str]
    extension: str


def originate(argument: str) -> Originate:
    """Splits at blanks, then takes the braces off, then splits the legs."""
    a_leg, extension = separated(argument, " ")
    assert a_leg.startswith("{")
    inner, closing, dial_string = a_leg[1:].partition("}")
    assert closing
    variables = {}
    for pair in separated(inner, ","):
        name, value = separated(pair, "=")
        variables[name] = value
    legs = [
        leg
        for enterprise in dial_string.split(":_:")
        for failover in enterprise.split("|")
        for leg in failover.split(",")
    ]
    return Originate(variables=variables, dial_strings=legs, extension=extension)


def set_variables(argument: str) -> dict[str, str]:
    """The variables that ``uuid_setvar_multi`` sets, after its channel id."""
    _, _, pairs = argument.partition(" ")
    return {
        name: value for pair in separated(pairs, ";") for name, _, value in [pair.partition("=")]
    }
