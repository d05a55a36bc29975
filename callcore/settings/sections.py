"""What the whole file becomes, part by part."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from pydantic import TypeAdapter

from callcore.domain.policies import (
    DialplanPolicy,
    Fallback,
    SitePolicy,
    SoundsPolicy,
)
from callcore.settings import fitting, passwords
from callcore.settings.agents import Agents
from callcore.settings.breaks import Breaks
from callcore.settings.caller_lists import CallerLists
from callcore.settings.faults import Path
from callcore.settings.feature_codes import feature_codes
from callcore.settings.hours import HoursReader
from callcore.settings.menus import Menus
from callcore.settings.model import NodeSettings, Settings
from callcore.settings.named_files import NamedFiles
from callcore.settings.names import Names
from callcore.settings.nodes import Nodes
from callcore.settings.numbers import Numbers
from callcore.settings.passwords import PasswordError
from callcore.settings.pins import Pins
from callcore.settings.queues import Queues
from callcore.settings.reading import Reading
from callcore.settings.scalars import DialledNumber, Name
from callcore.settings.section import Section
from callcore.settings.servers import HttpSection, LogSection, PostgresSection, RedisSection
from callcore.settings.skill_rules import SkillRules, skills_of_agents
from callcore.settings.switches import (
    DialplanSection,
    FallbackSection,
    RecordingsSection,
    SoundsSection,
)
from callcore.settings.top import TopSection
from callcore.settings.treatments import Treatments

_NAME: TypeAdapter[str] = TypeAdapter(Name)
_DIALLED_NUMBER: TypeAdapter[str] = TypeAdapter(DialledNumber)

SectionT = TypeVar("SectionT", bound=Section)
PolicyT = TypeVar("PolicyT")


class Sections:
    """The parts of one file; each gives what is right of it, so that all faults come to light.

    A policy made from what is left of a section with faults is for finding more of them; with a
    fault there are no settings.
    """

    def __init__(
        self,
        reading: Reading,
        directory: pathlib.Path,
        environ: Mapping[str, str],
        years: range,
    ) -> None:
        self._reading = reading
        self._directory = directory
        self._environ = environ
        self._years = years
        value = reading.document.value
        self._values: dict[str, Any] = value if isinstance(value, dict) else {}

    def settings(self) -> Settings | None:
        """Everything together; ``None`` if there are faults."""
        value = self._reading.document.value
        top = self._reading.section(TopSection, (), {} if value is None else value)
        redis = self._part(RedisSection, "redis")
        postgres = self._part(PostgresSection, "postgres")
        http = self._part(HttpSection, "http")
        log = self._part(LogSection, "log")
        recordings = self._part(RecordingsSection, "recordings")
        site = self._site(recordings, "main" if top is None else top.site)
        nodes = self._nodes()
        redis_password = self._password("redis")
        postgres_password = self._password("postgres")
        if self._reading.faults or not (top and redis and postgres and http and log):
            return None
        return Settings(
            policy=site,
            nodes=nodes,
            redis_url=redis.url,
            redis_password=redis_password,
            postgres_url=postgres.url,
            postgres_password=postgres_password,
            http_host=http.host,
            http_port=http.port,
            data_directory=self._directory / top.data_directory,
            log_level=log.level,
            log_file=None if log.file is None else self._directory / log.file,
            warnings=tuple(self._reading.warnings),
        )

    def _site(self, recordings: RecordingsSection | None, name: str) -> SitePolicy:
        """What the flows follow; of what has faults only what is left."""
        reading, names = self._reading, Names(self._reading, self._values)
        rules = SkillRules(reading, skills_of_agents(self._values))
        files = NamedFiles(reading, self._directory)
        treatments = Treatments(reading, names)
        if "queues" in self._values and not self._values["queues"]:
            reading.report_value(("queues",), "there must be at least one queue")
        hours = self._each("hours", HoursReader(reading, self._years).hours)
        queues = Queues(
            reading=reading,
            names=names,
            treatments=treatments,
            rules=rules,
            hours=hours,
            may_record=recordings is None or recordings.directory is not None,
        )
        lists = CallerLists(reading, files, rules)
        numbers = Numbers(reading, names, rules)
        codes = feature_codes(
            reading,
            ("feature_codes",),
            self._values.get("feature_codes"),
            _keys(self._values.get("numbers")),
        )
        pins = Pins(reading, files, self._values.get("pins"), _keys(self._values.get("agents")))
        agents = Agents(
            reading, names, defaults=self._values.get("agent_defaults"), pin_hashes=pins.hashes
        )
        site = SitePolicy(
            site=name,
            queues=self._each("queues", queues.queue),
            agents=self._each("agents", agents.agent),
            fallback=self._policy(Fallback, FallbackSection, "fallback"),
            numbers=self._each(
                "numbers", lambda path, _, value: numbers.route(path, value), _DIALLED_NUMBER
            ),
            sounds=self._policy(SoundsPolicy, SoundsSection, "sounds"),
            menus=self._each("menus", Menus(reading, treatments, rules).menu),
            caller_lists=tuple(self._each("caller_lists", lists.caller_list).values()),
            dialplan=self._policy(DialplanPolicy, DialplanSection, "dialplan"),
            breaks=self._each("breaks", Breaks(reading).break_policy),
            feature_codes=codes,
            pins=pins.policy,
            recordings_directory=None if recordings is None else recordings.directory,
        )
        fitting.check(reading, site, rules.found)
        return site

    def _part(self, model: type[SectionT], name: str) -> SectionT | None:
        """An optional section; one that is not there has its defaults."""
        return self._reading.section(model, (name,), _or_empty(self._values.get(name)))

    def _policy(self, make: Callable[[], PolicyT], model: type[Section], name: str) -> PolicyT:
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
            policy = read((part, key), key, _or_empty(value))
            if policy is not None:
                policies[key] = policy
        return policies

    def _nodes(self) -> tuple[NodeSettings, ...]:
        nodes = Nodes(self._reading, partial(self._find_password, is_needed=True))
        entries = self._reading.items(("nodes",), self._values.get("nodes"))
        found = [nodes.node(("nodes", position), value) for position, value in enumerate(entries)]
        return tuple(node for node in found if node is not None)

    def _password(self, name: str) -> str | None:
        variable = f"CALLCORE_{name.upper()}_PASSWORD"
        return self._find_password((name,), variable, is_needed=False)

    def _find_password(self, path: Path, variable: str, *, is_needed: bool) -> str | None:
        try:
            password = passwords.find(variable, self._environ)
        except PasswordError as error:
            self._reading.report_value(path, str(error))
            return None
        if password is None and is_needed:
            self._reading.report_value(
                path, f"its password is missing: set {variable} or {variable}_FILE"
            )
        return password


def _or_empty(value: object) -> object:
    return {} if value is None else value


def _keys(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, dict) else ()
