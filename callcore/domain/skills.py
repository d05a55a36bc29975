"""What an agent must be able to do: rules such as ``english >= 50 and (billing or sales)``.

A rule is made of skills, compared with levels or alone (``billing``: any level above 0), joined by
``or``, ``and`` (which binds closer), ``not`` (closest) and parentheses::

    rule       = every { "or" every }
    every      = single { "and" single }
    single     = "not" single | "(" rule ")" | skill [ comparison level ]
    comparison = ">=" | "<=" | "!=" | ">" | "<" | "="
    skill      = a-z, then a-z 0-9 _
    level      = 0 to 100
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

Skills = Mapping[str, int]
"""An agent's levels by skill, 1 to 100; a skill that is not there is level 0."""

LONGEST_RULE = 1000
"""In characters."""
DEEPEST_RULE = 20
"""How many parentheses and ``not`` may lie within each other."""
HIGHEST_LEVEL = 100


class SkillRuleError(ValueError):
    """The text is no rule; the message says what is wrong and at which character.

    ``position`` is that character's, from 1.
    """

    def __init__(self, position: int, fault: str) -> None:
        super().__init__(f"at character {position}: {fault}")
        self.position = position


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillRule:
    """A rule over skills; equal if the text is."""

    text: str
    meaning: _Part = field(repr=False, compare=False)
    """What the text says; ``parse`` and ``both`` put them together."""

    def is_met_by(self, skills: Skills) -> bool:
        """True if an agent with these skills may take the call."""
        return self.meaning.is_met_by(skills)

    def missing(self, skills: Skills) -> str:
        """The first part of the rule that is not met, in its own words; empty if it is met."""
        return self.meaning.missing(skills)

    def names(self) -> frozenset[str]:
        """The skills the rule speaks of."""
        return self.meaning.names()


def parse(text: str) -> SkillRule:
    """The rule in ``text``; the empty text is met by everybody. Raises ``SkillRuleError``."""
    if len(text) > LONGEST_RULE:
        raise SkillRuleError(LONGEST_RULE + 1, f"a rule has at most {LONGEST_RULE} characters")
    parser = _Parser(text)
    return SkillRule(text=_in_one_line(text), meaning=parser.whole_rule())


def both(first: SkillRule, second: SkillRule) -> SkillRule:
    """The rule that asks for both; its text may be longer than ``parse`` takes."""
    if not first.text or first == second:
        return second
    if not second.text:
        return first
    words = f"{_as_operand(first)} and {_as_operand(second)}"
    return SkillRule(text=words, meaning=_Every(words=words, parts=(first.meaning, second.meaning)))


def _as_operand(rule: SkillRule) -> str:
    return f"({rule.text})" if isinstance(rule.meaning, _Any) else rule.text


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    """A skill and what its level must be."""

    words: str
    skill: str
    compares: Callable[[int, int], bool]
    level: int

    def is_met_by(self, skills: Skills) -> bool:
        return self.compares(skills.get(self.skill, 0), self.level)

    def missing(self, skills: Skills) -> str:
        return "" if self.is_met_by(skills) else self.words

    def names(self) -> frozenset[str]:
        return frozenset({self.skill})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Not:
    words: str
    part: _Part

    def is_met_by(self, skills: Skills) -> bool:
        return not self.part.is_met_by(skills)

    def missing(self, skills: Skills) -> str:
        return "" if self.is_met_by(skills) else self.words

    def names(self) -> frozenset[str]:
        return self.part.names()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Any:
    words: str
    parts: tuple[_Part, ...]

    def is_met_by(self, skills: Skills) -> bool:
        return any(part.is_met_by(skills) for part in self.parts)

    def missing(self, skills: Skills) -> str:
        return "" if self.is_met_by(skills) else self.words

    def names(self) -> frozenset[str]:
        return frozenset().union(*(part.names() for part in self.parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Every:
    words: str
    parts: tuple[_Part, ...]

    def is_met_by(self, skills: Skills) -> bool:
        return all(part.is_met_by(skills) for part in self.parts)

    def missing(self, skills: Skills) -> str:
        unmet = (part.missing(skills) for part in self.parts)
        return next(filter(None, unmet), "")

    def names(self) -> frozenset[str]:
        return frozenset().union(*(part.names() for part in self.parts))


_Part: TypeAlias = _Level | _Not | _Any | _Every

_COMPARISONS: Final[Mapping[str, Callable[[int, int], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
_RESERVED = frozenset({"or", "and", "not"})
_SKILL = re.compile(r"[a-z][a-z0-9_]*")
_LEVEL = re.compile(r"[0-9]+")
_TOKEN = re.compile(rf"[ \t\r\n]*({_SKILL.pattern}|{_LEVEL.pattern}|[<>!]=|.|$)")
"""Any other character is a token too: where it stands it is not what is expected."""
_END = ""
"""The token after the last one."""


class _Parser:
    """Descends from the rule to its skills, one token ahead."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._ahead = _TOKEN.finditer(text)
        self._token = _END
        self._token_start = 0
        self._read_end = 0
        """Where the token before this one ends."""
        self._depth = 0
        self._advance()

    def whole_rule(self) -> _Part:
        if self._token == _END:
            return _Every(words="", parts=())
        rule = self._rule()
        if self._token != _END:
            raise self._expected("'and', 'or' or the end")
        return rule

    def _rule(self) -> _Part:
        start, parts = self._token_start, [self._every()]
        while self._takes("or"):
            parts.append(self._every())
        return parts[0] if len(parts) == 1 else _Any(words=self._since(start), parts=tuple(parts))

    def _every(self) -> _Part:
        start, parts = self._token_start, [self._single()]
        while self._takes("and"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else _Every(words=self._since(start), parts=tuple(parts))

    def _single(self) -> _Part:
        start = self._token_start
        if self._takes("not"):
            part = self._deeper(start, self._single)
            return _Not(words=self._since(start), part=part)
        if self._takes("("):
            part = self._deeper(start, self._rule)
            if not self._takes(")"):
                raise self._expected("'and', 'or' or ')'")
            return part
        return self._comparison()

    def _comparison(self) -> _Part:
        start, skill = self._token_start, self._token
        if skill in _RESERVED or not _SKILL.fullmatch(skill):
            raise self._expected("a skill (a-z, 0-9, _), 'not' or '('")
        self._advance()
        compares = _COMPARISONS.get(self._token)
        if compares is None:
            return _Level(words=skill, skill=skill, compares=operator.gt, level=0)
        self._advance()
        if not _LEVEL.fullmatch(self._token) or int(self._token) > HIGHEST_LEVEL:
            raise self._expected(f"a level of 0 to {HIGHEST_LEVEL}")
        level = int(self._token)
        self._advance()
        return _Level(words=self._since(start), skill=skill, compares=compares, level=level)

    def _deeper(self, start: int, inner: Callable[[], _Part]) -> _Part:
        if self._depth == DEEPEST_RULE:
            raise SkillRuleError(start + 1, f"parentheses and 'not' go at most {DEEPEST_RULE} deep")
        self._depth += 1
        part = inner()
        self._depth -= 1
        return part

    def _takes(self, token: str) -> bool:
        """True, and one token further, if this is the one that comes next."""
        if self._token != token:
            return False
        self._advance()
        return True

    def _advance(self) -> None:
        self._read_end = self._token_start + len(self._token)
        found = next(self._ahead)
        self._token, self._token_start = found[1], found.start(1)

    def _since(self, start: int) -> str:
        return _in_one_line(self._text[start : self._read_end])

    def _expected(self, what: str) -> SkillRuleError:
        found = "the end" if self._token == _END else repr(self._token)
        return SkillRuleError(self._token_start + 1, f"expected {what}, found {found}")
