"""The parts of the file that the flows follow, put together."""

from __future__ import annotations

import pathlib
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from pydantic import TypeAdapter

from callcore.domain.hours import OpeningHours
from callcore.domain.ids import MICROS_PER_SECOND, Micros
from callcore.domain.phone_numbers import Home
from callcore.domain.policies import (
    DialplanPolicy,
    Fallback,
    Menu,
    QueuePolicy,
    SitePolicy,
    SoundsPolicy,
)
from callcore.settings import fitting
from callcore.settings.agents import Agents
from callcore.settings.announcing import Announcing
from callcore.settings.branches import Branches
from callcore.settings.breaks import Breaks
from callcore.settings.callable_numbers import CallableNumbersReader
from callcore.settings.callbacks import Callbacks
from callcore.settings.caller_lists import CallerLists
from callcore.settings.faults import Path
from callcore.settings.feature_codes import feature_codes
from callcore.settings.hooks import Hooks
from callcore.settings.hours import HoursReader
from callcore.settings.lookups import Lookups
from callcore.settings.menu_choices import MenuChoices
from callcore.settings.menus import Menus
from callcore.settings.named_files import NamedFiles
from callcore.settings.names import Names
from callcore.settings.numbers import Numbers
from callcore.settings.overload import overload
from callcore.settings.pins import Pins
from callcore.settings.queues import Queues
from callcore.settings.reading import Reading
from callcore.settings.scalars import DialledNumber, Name
from callcore.settings.section import Section
from callcore.settings.skill_rules import SkillRules, skills_of_agents
from callcore.settings.surveys import Surveys
from callcore.settings.switches import (
    DialplanSection,
    FallbackSection,
    HomeSection,
    RecordingsSection,
    SoundsSection,
)
from callcore.settings.treatments import Treatments
from callcore.settings.web_systems import FindToken

_NAME: TypeAdapter[str] = TypeAdapter(Name)
_DIALLED_NUMBER: TypeAdapter[str] = TypeAdapter(DialledNumber)
_YEARS_AHEAD = 5
"""So long, at most, public holidays are known without the file being read again."""

PolicyT = TypeVar("PolicyT")


class Site:
    """Reads them, each to what is right of it; ``now`` is when."""

    def __init__(
        self, reading: Reading, directory: pathlib.Path, values: dict[str, Any], now: datetime
    ) -> None:
        self._reading = reading
        self._values = values
        self._now = now
        self._instant = Micros(int(now.timestamp() * MICROS_PER_SECOND))
        self._names = Names(reading, values)
        self._files = NamedFiles(reading, directory)
        self._rules = SkillRules(reading, skills_of_agents(values))
        self._treatments = Treatments(reading, self._names)
        self._surveys = Surveys(reading, self._names)

    def policy(
        self, recordings: RecordingsSection | None, name: str, find_token: FindToken
    ) -> SitePolicy:
        """What the flows follow; of what has faults only what is left."""
        reading, names = self._reading, self._names
        # Where the clock is behind ours it may be last year still.
        years = range(self._now.year - 1, self._now.year + _YEARS_AHEAD + 1)
        hours = self._each("hours", HoursReader(reading, years).hours)
        may_record = recordings is None or recordings.directory is not None
        lists = CallerLists(reading, self._files, self._rules)
        numbers = Numbers(reading, names, self._rules)
        codes = feature_codes(
            reading,
            ("feature_codes",),
            self._values.get("feature_codes"),
            _keys(self._values.get("numbers")),
        )
        agent_ids = _keys(self._values.get("agents"))
        pins = Pins(reading, self._files, self._values.get("pins"), agent_ids)
        agents = Agents(
            reading, names, defaults=self._values.get("agent_defaults"), pin_hashes=pins.hashes
        )
        site = SitePolicy(
            site=name,
            queues=self._queues(hours, may_record=may_record),
            agents=self._each("agents", agents.agent),
            fallback=self._section(Fallback, FallbackSection, "fallback"),
            numbers=self._each(
                "numbers", lambda path, _, value: numbers.route(path, value), _DIALLED_NUMBER
            ),
            sounds=self._section(SoundsPolicy, SoundsSection, "sounds"),
            menus=self._menus(hours),
            lookups=self._each("lookups", Lookups(reading, find_token).lookup),
            hooks=self._each("hooks", Hooks(reading, find_token).hook),
            surveys=self._each("surveys", self._surveys.survey),
            caller_lists=tuple(self._each("caller_lists", lists.caller_list).values()),
            dialplan=self._dialplan(),
            breaks=self._each("breaks", Breaks(reading).break_policy),
            feature_codes=codes,
            pins=pins.policy,
            overload=overload(reading, self._treatments, self._values.get("overload")),
            recordings_directory=None if recordings is None else recordings.directory,
        )
        fitting.check(reading, site, self._rules.found, self._instant)
        return site

    def _queues(
        self, hours: dict[str, OpeningHours], *, may_record: bool
    ) -> dict[Any, QueuePolicy]:
        if "queues" in self._values and not self._values["queues"]:
            self._reading.report_value(("queues",), "there must be at least one queue")
        announcing = Announcing(self._reading, self._names, hours, self._instant)
        queues = Queues(
            reading=self._reading,
            names=self._names,
            treatments=self._treatments,
            rules=self._rules,
            hours=hours,
            may_record=may_record,
            readers={
                "announce_position": announcing.position,
                "announce_estimate": announcing.estimate,
                "messages": announcing.messages,
                "survey": self._surveys.of_queue,
                "callback": Callbacks(self._reading, self._names, hours).of_queue,
            },
        )
        return self._each("queues", queues.queue)

    def _menus(self, hours: dict[str, OpeningHours]) -> dict[Any, Menu]:
        choices = MenuChoices(self._reading, self._treatments, self._rules)
        branches = Branches(self._reading, self._names, choices, hours)
        menus = Menus(self._reading, self._treatments, choices, branches)
        return self._each("menus", menus.menu)

    def _dialplan(self) -> DialplanPolicy:
        """What the dialplan does for us, and whom it may call for us."""
        path, value = ("dialplan",), self._values.get("dialplan")
        if value is None:
            return DialplanPolicy()
        values = self._reading.faultless_settings(DialplanSection, path, value)
        numbers = CallableNumbersReader(self._reading, self._names).callable_numbers(
            (*path, "callable_numbers"), values.pop("callable_numbers", None)
        )
        if numbers is not None:
            values["callable_numbers"] = numbers
        home = values.pop("home", None)
        values["home"] = self._reading.part(
            Home, HomeSection, (*path, "home"), home, country_code=""
        )
        return DialplanPolicy(**values)

    def _section(self, make: Callable[[], PolicyT], model: type[Section], name: str) -> PolicyT:
        """What an optional section becomes; with a fault, the defaults."""
        return self._reading.part(make, model, (name,), self._values.get(name)) or make()

    def _each(
        self,
        part: str,
        read: Callable[[Path, str, object], PolicyT | None],
        keys: TypeAdapter[str] = _NAME,
    ) -> dict[Any, PolicyT]:
        """What the entries become of an optional mapping whose keys are the operator's own."""
        policies = {}
        for key, value in self._reading.entries((part,), self._values.get(part)).items():
            self._reading.checked_key(keys, (part, key))
            policy = read((part, key), key, {} if value is None else value)
            if policy is not None:
                policies[key] = policy
        return policies


def _keys(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, dict) else ()
