"""What may become part of a command: every rule about text lives here, as allow-lists.

A command ends at an empty line; inside one, blanks, quotes, ``;``, ``!``, ``::``, braces, commas
and ``${...}`` have meanings that differ from place to place (switch_utils.c
``switch_separate_string``, switch_event.c ``switch_event_create_brackets``, switch_ivr_async.c
``switch_ivr_broadcast``). So each kind of text has the characters it needs and no others. What must
be exact is refused (``HostileTextError``); what a phone merely shows is reduced to what is safe.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from callcore.domain.ids import LegId
from callcore.ports.telephony import HostileTextError

SHOWN_NUMBER_LIMIT = 32
SHOWN_NAME_LIMIT = 64
VARIABLE_COUNT_LIMIT = 60
"""``uuid_setvar_multi`` reads no more than 64 (mod_commands.c)."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")

_LEG_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CAUSE = re.compile(r"[A-Z][A-Z0-9_]{1,63}")
_DIGITS = re.compile(r"[0-9a-f]*")
_SITE = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_OWNER = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_.:@+-]*")
_DIALPLAN_WORD = re.compile(r"[A-Za-z0-9_+*#.-]{1,64}")
_VARIABLE_NAME = re.compile(r"callcore_[a-z0-9_]{1,64}")
_KEPT_VALUE = re.compile(r"[^;$'\"`\\^{}]*")
_BRACED_VALUE = re.compile(r"[\w .@+*#/-]*")

_FILE = re.compile(r"/?[A-Za-z0-9_][A-Za-z0-9_.@+=-]*(?:/[A-Za-z0-9_.@+=-]+)*")
_RECORDING = re.compile(r"(?:/[A-Za-z0-9_.@+=-]+)+")
_PATH_LIMIT = 512
_STREAM = re.compile(
    r"local_stream://[A-Za-z0-9_./-]+"
    r"|tone_stream://[A-Za-z0-9_%(),.;=+*-]+"
    r"|silence_stream://-?[0-9]+(?:,[0-9]+)?"
)
SEQUENCE_PREFIX = "file_string://"
_SEQUENCE_SEPARATOR = "!"

_HOST = r"[A-Za-z0-9_.-]+(?::[0-9]{1,5})?"
_USER = r"[A-Za-z0-9_.+*#-]+"
_PHONE = re.compile(rf"{_USER}@[A-Za-z0-9_.-]+")
_NODE = re.compile(r"[a-z0-9_-]{1,48}")
_CONTACT = re.compile(
    rf"user/{_USER}(?:@{_HOST})?"
    rf"|sofia/gateway/[A-Za-z0-9_.-]+/{_USER}"
    rf"|sofia/[A-Za-z0-9_.-]+/(?:sip:)?{_USER}@{_HOST}(?:;transport=(?:udp|tcp|tls))?"
    rf"|error/[A-Za-z0-9_]+"
)


def plain(text: str) -> str:
    """A text without control characters: the least that is asked of every part of a command."""
    found = _CONTROL.search(text)
    if found:
        raise HostileTextError(f"a command may not hold {found.group()!r}")
    return text


def leg_id(text: str) -> LegId:
    """A channel id in lower case."""
    return LegId(_exact(_LEG_ID, text, "a channel id"))


def digits(text: str) -> str:
    """First digits of channel ids in lower case, each once, ascending; perhaps none."""
    return "".join(sorted(set(_exact(_DIGITS, text, "hexadecimal digits"))))


def site(text: str) -> str:
    """The name of a site, as part of the name of a global variable."""
    return _exact(_SITE, text, "a site's name")


def owner(text: str) -> str:
    """Who follows the legs of a digit: the value of a global variable, split at ``=``."""
    return _exact(_OWNER, text, "an owner")


def cause(text: str) -> str:
    """A hangup cause."""
    return _exact(_CAUSE, text, "a hangup cause")


def dialplan_word(text: str) -> str:
    """An extension or a context."""
    return _exact(_DIALPLAN_WORD, text, "an extension or context")


def sound(text: str) -> str:
    """A file, a stream, or a sequence of them (``file_string://a!b``)."""
    return sequence((text,))


def sequence(paths: tuple[str, ...]) -> str:
    """Several sounds as one; a sequence among them is taken apart."""
    singles = [single for path in paths for single in _parts(path)]
    if not singles:
        raise HostileTextError("nothing to play")
    if len(singles) == 1:
        return singles[0]
    return SEQUENCE_PREFIX + _SEQUENCE_SEPARATOR.join(singles)


def recording(text: str) -> str:
    """An absolute path to record to."""
    _refuse_climbing(text)
    return _exact(_RECORDING, text, "an absolute path", limit=_PATH_LIMIT)


def node(text: str) -> str:
    """The name of a node, as settings may have it."""
    return _exact(_NODE, text, "a node's name", limit=48)


def contact(text: str) -> str:
    """A dial string of one phone."""
    return _exact(_CONTACT, text, "a dial string", limit=256)


def phone(text: str) -> str:
    """A user of the directory, ``user@domain``."""
    return _exact(_PHONE, text, "a phone", limit=320)


def kept_variables(variables: Mapping[str, str]) -> str:
    """Variables for ``uuid_setvar_multi``: ``a=1;b=2``. An empty value takes a variable away."""
    if not variables:
        raise HostileTextError("no variable to set")
    pairs = []
    for name, value in _named(variables):
        if value != value.strip():
            raise HostileTextError(f"{name}: blanks at the ends of {value[:32]!r} would be lost")
        pairs.append(f"{name}={_exact(_KEPT_VALUE, plain(value), name, limit=2048)}")
    return ";".join(pairs)


def braced_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Variables for a new leg, in the braces before a dial string."""
    return {
        name: _exact(_BRACED_VALUE, plain(value), name, limit=256)
        for name, value in _named(variables)
    }


def shown_number(text: str) -> str:
    """A stranger's number reduced to what a phone can show."""
    kept = (character for character in text if character in "0123456789+*#")
    return "".join(kept)[:SHOWN_NUMBER_LIMIT]


def shown_name(text: str) -> str:
    """A stranger's name reduced to letters, digits, blanks and ``._-``."""
    kept = (
        character if character.isalnum() or character in "._-" else " "
        for character in unicodedata.normalize("NFC", text[: SHOWN_NAME_LIMIT * 4])
    )
    return " ".join("".join(kept).split())[:SHOWN_NAME_LIMIT].strip()


def _named(variables: Mapping[str, str]) -> list[tuple[str, str]]:
    if len(variables) > VARIABLE_COUNT_LIMIT:
        raise HostileTextError(f"more than {VARIABLE_COUNT_LIMIT} variables")
    return [
        (_exact(_VARIABLE_NAME, name, "a variable name"), value)
        for name, value in variables.items()
    ]


def _parts(path: str) -> list[str]:
    if not path.startswith(SEQUENCE_PREFIX):
        return [_single_sound(path)]
    parts = path.removeprefix(SEQUENCE_PREFIX).split(_SEQUENCE_SEPARATOR)
    return [_single_sound(part) for part in parts]


def _single_sound(text: str) -> str:
    _refuse_climbing(text)
    if _STREAM.fullmatch(text) and len(text) <= _PATH_LIMIT:
        return text
    return _exact(_FILE, text, "a sound file or stream", limit=_PATH_LIMIT)


def _refuse_climbing(text: str) -> None:
    if ".." in text:
        raise HostileTextError(f"'..' in the path {text[:64]!r}")


def _exact(allowed: re.Pattern[str], text: str, what: str, *, limit: int = 128) -> str:
    if len(text) > limit or not allowed.fullmatch(text):
        raise HostileTextError(f"not {what}: {text[:64]!r}")
    return text
