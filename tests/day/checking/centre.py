"""The checker's own reading of the day's settings: plain YAML, and the defaults it counts on."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from functools import cache, cached_property, lru_cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import yaml

SECOND = 1_000_000
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FALLBACK_CONTEXT = "public"
OUTBOUND_CONTEXT = "callcore_outbound"
VOICEMAIL_EXTENSION = "callcore_voicemail"
RINGING_MANY = ("ring_all", "ring_progressively")
_TREATMENT_KEYS = ("queue", "menu", "extension", "number", "voicemail")


@dataclass(frozen=True)
class Way:
    """Where a caller goes next."""

    kind: str
    """``queue``, ``menu``, ``extension``, ``number``, ``voicemail`` or ``goodbye``."""
    name: str = ""
    keeps_join_time: bool = True
    context: str = ""
    cause: str = ""
    priority: int = 0
    rule: str = ""
    first_joined_at: int | None = None
    """Of a caller who was moved: the place is taken already."""

    @property
    def words(self) -> str:
        """As records tell it."""
        return "goodbye" if self.kind == "goodbye" else f"{self.kind}:{self.name}"


@dataclass(frozen=True)
class Member:
    """An agent of the roster."""

    agent_id: str
    places: Mapping[str, tuple[int, int]]
    """Level and position by queue, in the order in which the queues are named."""
    skills: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Line:
    """One queue's settings."""

    name: str
    raw: Mapping[str, Any]
    members: Mapping[str, Member]

    def number(self, setting: str, default: float) -> float:
        """A setting that is a number."""
        value = self.raw.get(setting)
        return default if value is None else value

    def micros(self, setting: str, default: float) -> int:
        """A length."""
        return round(self.number(setting, default) * SECOND)

    @property
    def strategy(self) -> str:
        return str(self.raw.get("strategy", "longest_idle"))

    @property
    def rings_many(self) -> bool:
        return self.strategy in RINGING_MANY

    @property
    def is_overflowing_at_closing(self) -> bool:
        return bool(self.raw.get("at_closing") == "overflow")

    @property
    def is_answered_at_join(self) -> bool:
        return bool(self.raw.get("answer", "at_join") == "at_join")

    @cached_property
    def levels(self) -> list[int]:
        """Those in use, lowest first."""
        return sorted({one.places[self.name][0] for one in self.members.values()})

    @cached_property
    def skill_steps(self) -> list[tuple[int, str]]:
        """After how long which rule holds."""
        value = self.raw.get("skills")
        if value is None:
            return []
        if isinstance(value, str):
            return [(0, value)]
        return [(round(step["after_seconds"] * SECOND), step["rule"]) for step in value]

    def after(self, reason: str) -> Way:
        """What becomes of a caller for that reason."""
        treatment = self.raw.get("overflow", {}).get(reason)
        if treatment is None:
            full = reason == "queue_full"
            return Way("goodbye", cause="SWITCH_CONGESTION" if full else "NORMAL_CLEARING")
        return way(treatment)

    def places_for(self, staffed_count: int) -> tuple[int, bool]:
        """How many may wait, and whether it is the agents who limit it."""
        absolute = int(self.number("maximum_waiting", 1000))
        relative = self.raw.get("waiting_per_agent")
        if relative is None:
            return absolute, False
        wanted = math.ceil(Fraction(str(relative["ratio"])) * staffed_count)
        places = max(relative.get("floor", 1), min(wanted, relative.get("ceiling", 1000)))
        return (places, True) if places < absolute else (absolute, False)

    def gained(self, priority: int, waited: int) -> int:
        """The priority after that long a wait."""
        ageing = self.raw.get("ageing")
        if ageing is None:
            return priority
        points = [(0, 0), *((seconds * SECOND, more) for seconds, more in ageing["curve"].items())]
        gain: int = points[-1][1]
        for (start, low), (end, high) in pairwise(points):
            if waited < end:
                gain = low + math.floor(Fraction(high - low) * (waited - start) / (end - start))
                break
        # Above the cap nothing is gained; nobody is pushed down to it.
        if priority >= ageing["cap"]:
            return priority
        return min(priority + gain, int(ageing["cap"]))


@dataclass(frozen=True)
class Centre:
    """The whole of the settings."""

    raw: Mapping[str, Any]
    members: Mapping[str, Member]
    lines: Mapping[str, Line]
    _listed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @staticmethod
    @lru_cache(maxsize=1)
    def read(text: str) -> Centre:
        """From the text."""
        raw = yaml.safe_load(text)
        members = {
            agent_id: Member(
                agent_id,
                {
                    queue: (place.get("level", 1), place.get("position", 1))
                    for queue, place in agent["queues"].items()
                },
                tuple(agent.get("skills", {}).items()),
            )
            for agent_id, agent in raw["agents"].items()
        }
        lines = {
            name: Line(
                name,
                settings,
                {one.agent_id: one for one in members.values() if name in one.places},
            )
            for name, settings in raw["queues"].items()
        }
        listed: dict[str, Mapping[str, Any]] = {}
        for one in raw["caller_lists"].values():
            for number in one["numbers"]:
                listed.setdefault(plain(number), one)
        return Centre(raw, members, lines, listed)

    def way_in(self, dialled: str) -> Way | None:
        """Where a number leads to."""
        route = self.raw["numbers"].get(dialled)
        return None if route is None else way(route)

    def brought_by(self, dialled: str, caller_number: str) -> tuple[int, list[str]]:
        """The caller's own priority, and what is asked of agents for the caller."""
        priority, rules = 0, []
        for source in (self.raw["numbers"].get(dialled), self._listed.get(plain(caller_number))):
            if source is not None:
                priority += source.get("priority", 0)
                rules += [source["skills"]] if source.get("skills") else []
        return priority, rules

    def choice(self, menu: str, key: str) -> Way:
        """What a key leads to."""
        settings = self.raw["menus"][menu]
        chosen = settings["choices"].get(key)
        if chosen is None:
            chosen = settings.get("otherwise", {"cause": "NORMAL_CLEARING"})
        return way(chosen)

    def is_open_by_hours(self, line: Line, at: int) -> bool:
        """Do the queue's hours say so?"""
        return line.raw.get("hours") is None or self._opening(line, at) is not None

    def closes_at(self, line: Line, at: int) -> int | None:
        """When it closes, if it is open and has hours."""
        if line.raw.get("hours") is None:
            return None
        opening = self._opening(line, at)
        if opening is None:
            return None
        midnight, closes = opening
        return round((midnight.timestamp() + closes * 60) * SECOND)

    def _opening(self, line: Line, at: int) -> tuple[datetime, int] | None:
        """The day and the minute of closing, of the opening around an instant.

        No opening of the day goes beyond midnight, and no clock is changed.
        """
        hours = self.raw["hours"][line.raw["hours"]]
        local = datetime.fromtimestamp(at / SECOND, tz=ZoneInfo(hours["timezone"]))
        day = local.date()
        if day in hours.get("days", {}):
            openings = hours["days"][day]
        elif day in hours.get("holidays", []):
            openings = []
        else:
            openings = hours["week"].get(WEEKDAYS[day.weekday()], [])
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        seconds = at / SECOND - midnight.timestamp()
        for opening in openings:
            start, end = (int(text[:2]) * 60 + int(text[3:]) for text in opening.split("-"))
            if start * 60 <= seconds < end * 60:
                return midnight, end
        return None


def way(treatment: Mapping[str, Any]) -> Way:
    """A treatment, a menu's choice or a number's route."""
    added = {"priority": treatment.get("priority", 0), "rule": treatment.get("skills") or ""}
    for kind in _TREATMENT_KEYS:
        if kind in treatment:
            return Way(
                kind,
                str(treatment[kind]),
                keeps_join_time=treatment.get("keeps_join_time", True),
                context=treatment.get("context") or "",
                **added,
            )
    return Way("goodbye", cause=treatment.get("cause", "NORMAL_CLEARING"), **added)


def plain(number: str) -> str:
    """A caller's number as numbers are compared; empty if withheld."""
    digits = re.sub(r"[ \-()]", "", number)
    digits = re.sub(r"^00", "+", digits)
    if not re.fullmatch(r"\+?[0-9]+", digits) or set(digits) <= {"0", "+"}:
        return ""
    return "" if digits == "266696687" else digits


@cache
def _expression(rule: str) -> Any:
    """A rule, as an expression of Python: ``and``, ``or`` and ``not`` are the same words."""
    if not rule.strip():
        return compile("True", rule, "eval")
    text = re.sub(r"(?<![<>!=])=", "==", rule)

    def level(found: re.Match[str]) -> str:
        word, rest = found.group(1), found.group(2)
        if word in {"and", "or", "not"}:
            return found.group(0)
        return f"level({word!r}){rest}" if rest.strip() else f"(level({word!r}) > 0){rest}"

    text = re.sub(r"\b([a-z][a-z0-9_]*)\b(\s*(?:[<>!=]=|[<>])?)", level, text)
    return compile(text, rule, "eval")


def meets(member: Member, rule: str) -> bool:
    """Is the agent able to do what the rule asks?"""
    return _meets(member.skills, rule)


@cache
def _meets(skills: tuple[tuple[str, int], ...], rule: str) -> bool:
    levels = dict(skills)
    names = {"level": lambda skill: levels.get(skill, 0), "__builtins__": {}}
    return bool(eval(_expression(rule), names))
