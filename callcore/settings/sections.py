"""What the whole file becomes, part by part."""

from __future__ import annotations

import pathlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from callcore.domain.ids import NodeName
from callcore.settings import passwords, recorded
from callcore.settings.cdr import RecordsSection, cdr_directories
from callcore.settings.faults import Path
from callcore.settings.model import CdrFiles, NodeSettings, Settings
from callcore.settings.nodes import Nodes
from callcore.settings.passwords import PasswordError
from callcore.settings.prompt_texts import prompt_texts
from callcore.settings.reading import Reading
from callcore.settings.section import Section
from callcore.settings.servers import (
    HttpSection,
    LogSection,
    PostgresSection,
    RedisSection,
    RetentionSection,
)
from callcore.settings.servers_used import (
    check_servers,
    files_of,
    retention_of,
    warn_of_listening,
)
from callcore.settings.site import Site
from callcore.settings.switches import RecordingsSection
from callcore.settings.top import TopSection

SectionT = TypeVar("SectionT", bound=Section)


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
        now: datetime,
    ) -> None:
        self._reading = reading
        self._directory = directory
        self._environ = environ
        self._now = now
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
        retention = self._part(RetentionSection, "retention")
        records = self._part(RecordsSection, "records")
        texts = prompt_texts(self._reading, ("prompts",), self._values.get("prompts"))
        policy = Site(self._reading, self._directory, self._values, self._now).policy(
            self._part(RecordingsSection, "recordings"),
            "main" if top is None else top.site,
            self._find_password,
        )
        nodes = self._nodes()
        cdr = self._cdr_directories(nodes)
        redis_password = self._password("redis")
        sentinel_password = self._password("redis", "sentinel")
        postgres_password = self._password("postgres")
        keeper_password = self._password("postgres", "postgres_keeper")
        owner_password = self._password("postgres", "postgres_owner")
        tls = files_of(self._reading, self._directory, redis)
        kept = retention_of(self._reading, retention)
        check_servers(self._reading, postgres, redis)
        api_token = self._api_token()
        if self._reading.faults or not (top and redis and postgres and http and log):
            return None
        warn_of_listening(self._reading, http.host, has_api=api_token is not None)
        recorded.warn(self._reading, policy, texts, [node.policy.host for node in nodes])
        return Settings(
            policy=policy,
            nodes=nodes,
            redis_url=redis.url,
            redis_password=redis_password,
            redis_user=redis.user,
            redis_sentinel_user=redis.sentinel_user,
            redis_sentinel_password=sentinel_password,
            redis_tls=tls,
            postgres_url=postgres.url,
            postgres_password=postgres_password,
            postgres_keeper_url=postgres.keeper_url,
            postgres_keeper_password=keeper_password,
            postgres_owner_url=postgres.owner_url,
            postgres_owner_password=owner_password,
            retention=kept,
            http_host=http.host,
            http_port=http.port,
            api_token=api_token,
            cdr_directories=cdr,
            cdr_files=CdrFiles.KEEP if records is None else records.cdr_files,
            workers=top.workers,
            data_directory=self._directory / top.data_directory,
            prompt_texts=texts,
            log_level=log.level,
            log_file=None if log.file is None else self._directory / log.file,
            warnings=tuple(self._reading.warnings),
        )

    def _part(self, model: type[SectionT], name: str) -> SectionT | None:
        """An optional section; one that is not there has its defaults."""
        value = self._values.get(name)
        return self._reading.section(model, (name,), {} if value is None else value)

    def _cdr_directories(self, nodes: Sequence[NodeSettings]) -> Mapping[NodeName, pathlib.Path]:
        names = [node.policy.name for node in nodes]
        return cdr_directories(self._reading, self._directory, self._values.get("records"), names)

    def _nodes(self) -> tuple[NodeSettings, ...]:
        nodes = Nodes(self._reading, partial(self._find_password, is_needed=True))
        entries = self._reading.items(("nodes",), self._values.get("nodes"))
        found = [nodes.node(("nodes", position), value) for position, value in enumerate(entries)]
        return tuple(node for node in found if node is not None)

    def _password(self, part: str, whose: str = "") -> str | None:
        variable = f"CALLCORE_{(whose or part).upper()}_PASSWORD"
        return self._find_password((part,), variable, is_needed=False)

    def _api_token(self) -> str | None:
        try:
            return passwords.api_token(self._environ)
        except PasswordError as error:
            self._reading.report_value(("http",), str(error))
            return None

    def _find_password(self, path: Path, variable: str, *, is_needed: bool) -> str | None:
        try:
            password = passwords.find(variable, self._environ)
        except PasswordError as error:
            self._reading.report_value(path, str(error))
            return None
        if password is None and is_needed:
            kind = variable.rpartition("_")[2].lower()
            self._reading.report_value(
                path, f"its {kind} is missing: set {variable} or {variable}_FILE"
            )
        return password
