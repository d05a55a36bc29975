"""What a text of the file must look like for each kind of setting.

What becomes part of a command to the switch is an allow-list, here and in ``switch_words``, and
none of it is wider than what the FreeSWITCH adapter sends.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from callcore.domain import brought, lookups, sounds
from callcore.domain.speech import grammar
from callcore.settings.faults import shown

MOST_WORKERS = 16
"""A call's worker is that of the first hexadecimal digit of its id."""

_LONGEST_TEXT = 512
_LONGEST_SPEECH = 2000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,8})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})"
)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected text, found {shown(value)}")  # noqa: TRY004  pydantic's way
    if not value.strip():
        raise ValueError("must not be empty")
    if len(value) > _LONGEST_TEXT:
        raise ValueError(f"must not be longer than {_LONGEST_TEXT} characters")
    if not value.isprintable():
        raise ValueError("must not hold control characters")
    return value


def _whole(value: object) -> int:
    if isinstance(value, str) and _WHOLE.fullmatch(value):
        return int(value)
    raise ValueError(f"expected a whole number such as 15, found {shown(value)}")


def _decimal(value: object) -> float:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return float(value)
    raise ValueError(f"expected a number such as 15 or 2.5, found {shown(value)}")


def _switch(value: object) -> bool:
    if value in ("true", "false"):
        return value == "true"
    raise ValueError(f"expected true or false, found {shown(value)}")


def matching(pattern: str, what: str, *, longest: int = 128) -> Callable[[str], str]:
    """A check that the whole of a text is as ``what`` says."""
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if len(value) > longest or not compiled.fullmatch(value) or ".." in value:
            raise ValueError(f"expected {what}, found {shown(value)}")
        return value

    return check


def _between(lowest: int, highest: int) -> Callable[[float], float]:
    def check(value: float) -> float:
        if not lowest <= value <= highest:
            raise ValueError(f"must be {lowest} to {highest}, found {value:g}")
        return value

    return check


def _language(value: str) -> str:
    if value not in grammar.CATALOGUED:
        known = " or ".join(sorted(grammar.CATALOGUED))
        raise ValueError(f"expected a language callcore speaks, {known}, found {shown(value)}")
    return value


def _sound(value: str) -> str:
    if not sounds.is_sound(value):
        raise ValueError(
            "expected a sound file, local_stream://NAME or tone_stream://TONES, "
            f"found {shown(value)}"
        )
    return value


def _in_one_go(prompts: list[str]) -> list[str]:
    if len(prompts) > lookups.MOST_RECORDINGS:
        raise ValueError(
            f"must be at most {lookups.MOST_RECORDINGS} recordings, found {len(prompts)}"
        )
    return prompts


def _line(longest: int) -> Callable[[str], str]:
    """A text as other systems' answers have it."""

    def check(value: str) -> str:
        if len(value) > longest or value != value.strip():
            raise ValueError(
                f"expected at most {longest} characters without blanks at the ends, "
                f"found {shown(value)}"
            )
        return value

    return check


def _speech(value: object) -> str:
    """Words on one line, however many the file has them on."""
    if not isinstance(value, str):
        raise ValueError(f"expected a text to be spoken, found {shown(value)}")  # noqa: TRY004  as above
    speech = " ".join(value.split())
    if not speech:
        raise ValueError("must not be empty")
    if len(speech) > _LONGEST_SPEECH:
        raise ValueError(f"must not be longer than {_LONGEST_SPEECH} characters")
    if not speech.isprintable():
        raise ValueError("must not hold control characters")
    return speech


def _instant(value: object) -> int:
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise ValueError(
            "expected an instant with its distance from UTC, such as 2026-12-24T12:00+01:00, "
            f"found {shown(value)}"
        )
    try:
        instant = datetime.fromisoformat(value)
    except ValueError as error:
        raise ValueError(f"there is no instant {shown(value)}") from error
    return (instant - _EPOCH) // _MICROSECOND


Text = Annotated[str, BeforeValidator(_text)]
Whole = Annotated[int, BeforeValidator(_whole)]
Decimal = Annotated[float, BeforeValidator(_decimal)]
Switch = Annotated[bool, BeforeValidator(_switch)]
Speech = Annotated[str, BeforeValidator(_speech)]
Instant = Annotated[int, BeforeValidator(_instant)]
"""In microseconds since the Unix epoch."""

Port = Annotated[Whole, AfterValidator(_between(1, 65535))]
ListeningPort = Annotated[Whole, AfterValidator(_between(0, 65535))]
"""0 takes any free one."""
WorkerCount = Annotated[Whole, AfterValidator(_between(1, MOST_WORKERS))]
KeepDays = Annotated[Whole, AfterValidator(_between(1, 36500))]
GuardSeconds = Annotated[Whole, AfterValidator(_between(1, 86400))]
LinkSeconds = Annotated[Decimal, AfterValidator(_between(1, 300))]
LateSeconds = Annotated[Decimal, AfterValidator(_between(0.01, 300))]
LostSeconds = Annotated[Decimal, AfterValidator(_between(1, 3600))]

_NAME = r"[a-z0-9_-]{1,48}"


def is_name(text: str) -> bool:
    """May a site, node, queue, menu or agent be called so?"""
    return re.fullmatch(_NAME, text) is not None


Name = Annotated[
    Text,
    AfterValidator(matching(_NAME, "1 to 48 lower-case letters, digits, '-' or '_'")),
]
DialledNumber = Annotated[
    Text,
    AfterValidator(matching(r"\+?[0-9*#]{1,32}", "a dialled number of digits, '*' and '#'")),
]
Host = Annotated[
    Text,
    AfterValidator(
        matching(
            r"[A-Za-z0-9_.-]{1,253}|[0-9A-Fa-f:.]{2,45}", "a host name or address", longest=253
        )
    ),
]
Key = Annotated[Text, AfterValidator(matching(r"[0-9*#]", "one key: 0 to 9, * or #"))]
Sound = Annotated[Text, AfterValidator(_sound)]
Language = Annotated[Text, AfterValidator(_language)]
DiallingCode = Annotated[
    Text, AfterValidator(matching(r"[1-9][0-9]{0,2}", "a country code such as 48, without +"))
]
TrunkPrefix = Annotated[
    Text, AfterValidator(matching(r"[0-9]{1,3}", "one to three digits such as 0"))
]

Prompt = Annotated[
    Text,
    AfterValidator(
        matching(
            sounds.PROMPT,
            "a recording such as menus/main, without directory, language and ending",
        )
    ),
]
Prompts = Annotated[list[Prompt], AfterValidator(_in_one_go)]
"""Heard one after another."""
Account = Annotated[Text, AfterValidator(_line(brought.LONGEST_ACCOUNT))]
Word = Annotated[Text, AfterValidator(_line(lookups.LONGEST_WORD))]
CountryCode = Annotated[
    Text, AfterValidator(matching(r"[A-Z]{2}", "a country of two capital letters such as PL"))
]
Subdivision = Annotated[
    Text,
    AfterValidator(
        matching(r"[A-Z0-9]{1,3}", "a part of the country as in ISO 3166-2, such as BY of DE-BY")
    ),
]
SkillName = Annotated[
    Text,
    AfterValidator(
        matching(
            r"(?!(?:and|or|not)$)[a-z][a-z0-9_]{0,47}",
            "a skill of lower-case letters, digits and '_', other than and, or, not",
        )
    ),
]
SkillLevel = Annotated[Whole, AfterValidator(_between(1, 100))]
