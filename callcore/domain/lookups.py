"""What another system's answer about a caller means.

The answer is a JSON object. Known members, all optional, ``null`` being the same as none::

    branch    a word: which way on
    language  one that callcore speaks: "en", "pl", "ru"
    priority  a whole number, added to the caller's: -1000 to 1000
    skills    a rule, "polish > 20 and billing", or a list of rules that all hold: ["polish"]
    account   what the system knows the caller by: a text of one line, 64 characters at most
    say       a list of what the caller hears, 20 things and 100 recordings at most (a digit is one,
              a number several), each thing an object of one member:
              {"prompt": "billing/balance"}   a recording, by its key
              {"number": 125}                 -999999 to 999999, in words
              {"digits": "4711"}              one after another, 32 at most
              {"minutes": 5}                  1 to 999999, with the word for minutes

Other members are ignored, so that a system may tell more than is asked. Whatever a known member
holds beyond that makes the whole answer invalid: half of what a system meant may mean the opposite.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from typing import TypeGuard

from callcore.domain import brought, skills, sounds
from callcore.domain.ids import Language
from callcore.domain.policies.limits import HIGHEST_PRIORITY
from callcore.domain.skills import SkillRule, SkillRuleError
from callcore.domain.speech import grammar
from callcore.domain.speech.utterances import HIGHEST_NUMBER, Digits, Minutes, Number, Spoken

MOST_SAID = 20
MOST_SKILLS = 20
MOST_DIGITS_SAID = 32
MOST_RECORDINGS = 100
"""In whichever language. Of more than 128 in a row FreeSWITCH plays only the first
(``file_string_context`` in mod_dptools.c), and what names them must fit into one command.
"""
LONGEST_WORD = 64
LONGEST_PROMPT = 100

_DIGITS = re.compile(r"[0-9]+")


class LookupFailure(StrEnum):
    """Why a question has no answer of use."""

    TIMED_OUT = "timed_out"
    UNREACHABLE = "unreachable"
    """Refused, no such host, the connection broke off, a certificate that is not trusted."""
    STATUS = "status"
    """Another HTTP status than 200."""
    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    INVALID = "invalid"
    """JSON, but not what an answer is made of."""
    TOO_MANY = "too_many"
    """As many questions as may be are unanswered."""
    UNKNOWN_LOOKUP = "unknown_lookup"
    """A reload has taken it out of the settings."""


class LookupAnswerError(ValueError):
    """The answer is not made of what an answer is made of; the message names the member.

    It holds nothing of the answer itself.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class LookupAnswer:
    """What a system says about a caller."""

    branch: str = ""
    language: Language | None = None
    priority: int = 0
    skills: SkillRule | None = None
    account: str = ""
    say: tuple[Spoken, ...] = ()


def answer_of(decoded: object) -> LookupAnswer:
    """The answer in decoded JSON. Raises ``LookupAnswerError``."""
    if not isinstance(decoded, Mapping):
        raise LookupAnswerError("the answer must be an object")
    return LookupAnswer(
        branch=_word(decoded.get("branch")),
        language=_language(decoded.get("language")),
        priority=_priority(decoded.get("priority")),
        skills=_skills(decoded.get("skills")),
        account=_account(decoded.get("account")),
        say=_said(decoded.get("say")),
    )


def _word(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > LONGEST_WORD or not value.isprintable():
        raise LookupAnswerError(f"branch: must be a text of at most {LONGEST_WORD} characters")
    return value.strip()


def _account(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or not brought.is_account(value):
        raise LookupAnswerError(
            f"account: must be a text of at most {brought.LONGEST_ACCOUNT} characters "
            "without control characters"
        )
    return value.strip()


def _language(value: object) -> Language | None:
    if value is None:
        return None
    if not isinstance(value, str) or value not in grammar.CATALOGUED:
        known = ", ".join(sorted(grammar.CATALOGUED))
        raise LookupAnswerError(f"language: must be one of {known}")
    return Language(value)


def _priority(value: object) -> int:
    return 0 if value is None else _whole("priority", value, -HIGHEST_PRIORITY, HIGHEST_PRIORITY)


def _whole(member: str, value: object, lowest: int, highest: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        raise LookupAnswerError(f"{member}: must be a whole number, {lowest} to {highest}")
    return value


def _skills(value: object) -> SkillRule | None:
    if value is None:
        return None
    texts = [value] if isinstance(value, str) else value
    if not _is_list(texts, MOST_SKILLS):
        raise LookupAnswerError(f"skills: must be a rule, or a list of at most {MOST_SKILLS}")
    together = reduce(skills.both, map(_rule, texts), skills.parse(""))
    rule = _rule(together.text)  # kept as text, so what is read again must be a rule too
    return rule if rule.text else None


def _rule(value: object) -> SkillRule:
    if not isinstance(value, str):
        raise LookupAnswerError("skills: each must be a rule such as 'polish > 20'")
    try:
        return skills.parse(value)
    except SkillRuleError as error:
        position = error.position
        raise LookupAnswerError(f"skills: no rule, from character {position} on") from error


def _said(value: object) -> tuple[Spoken, ...]:
    if value is None:
        return ()
    if not _is_list(value, MOST_SAID):
        raise LookupAnswerError(f"say: must be a list of at most {MOST_SAID}")
    said = tuple(_spoken(f"say[{place}]", item) for place, item in enumerate(value))
    counts = (len(grammar.prompt_keys(said, language)) for language in grammar.CATALOGUED)
    if max(counts) > MOST_RECORDINGS:
        raise LookupAnswerError(f"say: must take at most {MOST_RECORDINGS} recordings")
    return said


def _spoken(member: str, item: object) -> Spoken:
    if isinstance(item, Mapping) and len(item) == 1:
        ((kind, value),) = item.items()
        if kind in _SPOKEN:
            return _SPOKEN[kind](f"{member}.{kind}", value)
    kinds = ", ".join(_SPOKEN)
    raise LookupAnswerError(f"{member}: must be an object with one of {kinds}, and nothing else")


def _prompt(member: str, value: object) -> Spoken:
    if not isinstance(value, str) or len(value) > LONGEST_PROMPT or not sounds.is_prompt(value):
        raise LookupAnswerError(f"{member}: must be the key of a prompt such as billing/balance")
    return value


def _number(member: str, value: object) -> Spoken:
    return Number(_whole(member, value, -HIGHEST_NUMBER, HIGHEST_NUMBER))


def _digits(member: str, value: object) -> Spoken:
    if not isinstance(value, str) or len(value) > MOST_DIGITS_SAID or not _DIGITS.fullmatch(value):
        raise LookupAnswerError(f"{member}: must be a text of 1 to {MOST_DIGITS_SAID} digits")
    return Digits(value)


def _minutes(member: str, value: object) -> Spoken:
    return Minutes(_whole(member, value, 1, HIGHEST_NUMBER))


_SPOKEN: Mapping[str, Callable[[str, object], Spoken]] = {
    "prompt": _prompt,
    "number": _number,
    "digits": _digits,
    "minutes": _minutes,
}


def _is_list(value: object, limit: int) -> TypeGuard[list[object]]:
    return isinstance(value, list) and len(value) <= limit
