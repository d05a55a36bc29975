"""What each section of the file becomes, and what must fit together."""

from __future__ import annotations

import pathlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from pydantic import TypeAdapter

from callcore.domain.ids import AgentId, QueueName
from callcore.domain.policies import (
    AgentPolicy,
    AnnouncementPolicy,
    Fallback,
    NumberRoute,
    QueuePolicy,
    SitePolicy,
    SoundsPolicy,
)
from callcore.settings import passwords
from callcore.settings.faults import Path, guess, shown
from callcore.settings.model import NodeSettings, Settings
from callcore.settings.nodes import Nodes
from callcore.settings.passwords import PasswordError
from callcore.settings.reading import Reading
from callcore.settings.scalars import DialledNumber, Name, is_name
from callcore.settings.schema import (
    AgentSection,
    AnnouncementSection,
    FallbackSection,
    HttpSection,
    LogSection,
    NumberSection,
    PostgresSection,
    QueueSection,
    RecordingsSection,
    RedisSection,
    Section,
    SoundsSection,
    TopSection,
)

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
        self, reading: Reading, directory: pathlib.Path, environ: Mapping[str, str]
    ) -> None:
        self._reading = reading
        self._directory = directory
        self._environ = environ
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
        sounds = self._part_policy(SoundsPolicy, SoundsSection, "sounds")
        fallback = self._part_policy(Fallback, FallbackSection, "fallback")
        may_record = recordings is None or recordings.directory is not None
        queues = self._queues(may_record=may_record)
        agents = self._agents()
        numbers = self._numbers()
        nodes = self._nodes()
        redis_password = self._password("redis")
        postgres_password = self._password("postgres")
        if self._reading.faults or not (
            top and redis and postgres and http and log and recordings and sounds and fallback
        ):
            return None
        return Settings(
            policy=SitePolicy(
                site=top.site,
                queues=queues,
                agents=agents,
                fallback=fallback,
                numbers=numbers,
                sounds=sounds,
                recordings_directory=recordings.directory,
            ),
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
        )

    def _part(self, model: type[SectionT], name: str) -> SectionT | None:
        """An optional section; one that is not there has its defaults."""
        return self._reading.section(model, (name,), _or_empty(self._values.get(name)))

    def _part_policy(
        self, make: Callable[..., PolicyT], model: type[Section], name: str
    ) -> PolicyT | None:
        value = _or_empty(self._values.get(name))
        return self._reading.policy(
            make, (name,), self._reading.faultless_settings(model, (name,), value)
        )

    def _named(self, name: str, keys: TypeAdapter[str] = _NAME) -> dict[str, object]:
        """An optional mapping whose keys are the operator's own."""
        value = self._values.get(name)
        return {} if value is None else self._reading.mapping((name,), value, keys)

    def _queues(self, *, may_record: bool) -> dict[QueueName, QueuePolicy]:
        policies = {}
        entries = self._named("queues")
        if "queues" in self._values and not self._values["queues"]:
            self._reading.report_value(("queues",), "there must be at least one queue")
        for key, value in entries.items():
            path = ("queues", key)
            values = self._reading.faultless_settings(QueueSection, path, _or_empty(value))
            values["name"] = key
            if "announce_position" in values:
                values["announcements"] = self._announcements(
                    (*path, "announce_position"), values.pop("announce_position")
                )
            if values.get("record") and not may_record:
                self._reading.report_value(
                    (*path, "record"), "needs recordings.directory, a path on the switch"
                )
            policy = self._reading.policy(QueuePolicy, path, values)
            if policy is not None:
                policies[QueueName(key)] = policy
        return policies

    def _announcements(self, path: Path, value: object) -> AnnouncementPolicy | None:
        if value == "false":
            return None
        if not isinstance(value, dict):
            self._reading.report_value(path, f"expected false or a mapping, found {shown(value)}")
            return None
        values = self._reading.faultless_settings(AnnouncementSection, path, value)
        return self._reading.policy(AnnouncementPolicy, path, values)

    def _agents(self) -> dict[AgentId, AgentPolicy]:
        policies = {}
        for key, value in self._named("agents").items():
            path = ("agents", key)
            self._check_queues((*path, "queues"), value)
            section = self._reading.section(AgentSection, path, value)
            if section is None:
                continue
            values = section.given() | {"agent_id": key, "queues": tuple(section.queues)}
            policy = self._reading.policy(AgentPolicy, path, values)
            if policy is not None:
                policies[AgentId(key)] = policy
        return policies

    def _numbers(self) -> dict[str, NumberRoute]:
        routes = {}
        for key, value in self._named("numbers", _DIALLED_NUMBER).items():
            path = ("numbers", key)
            if isinstance(value, dict):
                self._check_queue((*path, "queue"), value.get("queue"))
            values = self._reading.faultless_settings(NumberSection, path, value)
            route = self._reading.policy(NumberRoute, path, {"queue": "", **values})
            if route is not None:
                routes[key] = route
        return routes

    def _nodes(self) -> tuple[NodeSettings, ...]:
        entries = self._values.get("nodes")
        if entries is None:
            return ()
        if not isinstance(entries, list):
            self._reading.report_value(("nodes",), f"expected a list, found {shown(entries)}")
            return ()
        nodes = Nodes(self._reading, partial(self._find_password, is_needed=True))
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

    def _check_queues(self, path: Path, agent: object) -> None:
        names = agent.get("queues") if isinstance(agent, dict) else None
        if not isinstance(names, list):
            return
        for position, name in enumerate(names):
            self._check_queue((*path, position), name)
            if name in names[:position]:
                self._reading.report_value((*path, position), f"{shown(name)} is named twice")

    def _check_queue(self, path: Path, name: object) -> None:
        """Is the queue there? Asked of sections with other faults too; what is no name has one."""
        queues = self._values.get("queues")
        known = list(queues) if isinstance(queues, dict) else []
        if isinstance(name, str) and is_name(name) and name not in known:
            self._reading.report_value(path, f"unknown queue {shown(name)}{guess(name, known)}")


def _or_empty(value: object) -> object:
    return {} if value is None else value
