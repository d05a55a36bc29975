"""The sections of the file and the kind of each setting.

Limits and defaults of what the flows follow are the policies' own (``callcore.domain.policies``);
here a setting without a default of its own is ``UNGIVEN``.
"""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    ValidationInfo,
    field_validator,
)

from callcore.domain.policies import Strategy
from callcore.settings.faults import shown
from callcore.settings.model import LogLevel
from callcore.settings.scalars import (
    Contact,
    Decimal,
    DialplanWord,
    GuardSeconds,
    Host,
    Language,
    LinkSeconds,
    ListeningPort,
    Name,
    Port,
    Sound,
    Switch,
    SwitchDirectory,
    Text,
    Whole,
)

UNGIVEN: Any = None
"""Never read: a setting that was not given is not handed on, so that the policy's default holds."""


class Section(BaseModel):
    """A mapping of the file; a key that is not declared is a fault.

    The context of a validation is a mapping that receives each setting that has no fault, whether
    or not others have.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*")
    @classmethod
    def _keep(cls, value: object, info: ValidationInfo) -> object:
        if info.context is not None and info.field_name is not None:
            info.context[info.field_name] = value
        return value

    def given(self) -> dict[str, Any]:
        """The settings the file has, by name."""
        return {name: getattr(self, name) for name in self.model_fields_set}


def _url(*schemes: str, variable: str) -> AfterValidator:
    """A URL of one of the schemes and without a password; it is never quoted in a fault."""

    def check(value: str) -> str:
        try:
            parts = urlsplit(value)
            has_password = parts.password is not None or "password" in parse_qs(parts.query)
        except ValueError as error:
            raise ValueError(f"is not a URL: {error}") from error
        if has_password:
            raise ValueError(
                f"a password does not belong in this file: set {variable} or {variable}_FILE"
            )
        if parts.scheme not in schemes:
            raise ValueError(f"must begin with {' or '.join(f'{name}://' for name in schemes)}")
        return value

    return AfterValidator(check)


def _one_of(*words: str) -> BeforeValidator:
    def check(value: object) -> object:
        if value not in words:
            raise ValueError(f"expected {' or '.join(words)}, found {shown(value)}")
        return value

    return BeforeValidator(check)


class NodeSection(Section):
    """One FreeSWITCH."""

    name: Name
    host: Host
    port: Port = UNGIVEN
    connect_timeout_seconds: LinkSeconds = UNGIVEN
    command_timeout_seconds: LinkSeconds = UNGIVEN
    heartbeat_seconds: LinkSeconds = UNGIVEN


class RedisSection(Section):
    """The floor's server."""

    url: (
        Annotated[Text, _url("redis", "rediss", "unix", variable="CALLCORE_REDIS_PASSWORD")] | None
    ) = None


class PostgresSection(Section):
    """History's server."""

    url: (
        Annotated[Text, _url("postgresql", "postgres", variable="CALLCORE_POSTGRES_PASSWORD")]
        | None
    ) = None


class HttpSection(Section):
    """Where metrics, health and pages are served."""

    host: Host = "127.0.0.1"
    port: ListeningPort = 9170


class LogSection(Section):
    """What is logged, and where to."""

    level: Annotated[LogLevel, _one_of(*LogLevel)] = LogLevel.INFO
    file: Text | None = None


class SoundsSection(Section):
    """Recorded prompts on the switch."""

    directory: SwitchDirectory | None = UNGIVEN
    language: Language = UNGIVEN


class RecordingsSection(Section):
    """Where conversations are recorded on the switch."""

    directory: SwitchDirectory | None = None


class FallbackSection(Section):
    """Where FreeSWITCH sends callers when no callcore is left."""

    extension: DialplanWord = UNGIVEN
    context: DialplanWord = UNGIVEN
    arriving_after_seconds: GuardSeconds = UNGIVEN
    waiting_after_seconds: GuardSeconds = UNGIVEN


class NumberSection(Section):
    """Where a dialled number leads."""

    queue: Name
    priority: Whole = UNGIVEN


class AnnouncementSection(Section):
    """When a caller hears the position."""

    first_after_seconds: Decimal = UNGIVEN
    interval_seconds: Decimal = UNGIVEN
    position_limit: Whole = UNGIVEN


class QueueSection(Section):
    """One queue."""

    priority: Whole = UNGIVEN
    maximum_waiting: Whole = UNGIVEN
    maximum_wait_seconds: Decimal = UNGIVEN
    music: Sound = UNGIVEN
    announce_position: Any = None
    """``false``, or a section that is read by itself."""
    strategy: Annotated[Strategy, _one_of(*Strategy)] = UNGIVEN
    ring_timeout_seconds: Decimal = UNGIVEN
    wrap_up_seconds: Decimal = UNGIVEN
    retry_after_miss_seconds: Decimal = UNGIVEN
    short_abandon_seconds: Decimal = UNGIVEN
    service_level_seconds: Decimal = UNGIVEN
    record: Switch = UNGIVEN


class AgentSection(Section):
    """One agent."""

    name: Text
    contact: Contact
    queues: list[Name]
    logged_in_at_start: Switch = UNGIVEN


class TopSection(Section):
    """The file; its parts are read one by one, so that a fault in one hides none in another."""

    site: Name = "main"
    data_directory: Text = ".callcore"
    nodes: Any = None
    redis: Any = None
    postgres: Any = None
    http: Any = None
    log: Any = None
    sounds: Any = None
    recordings: Any = None
    fallback: Any = None
    numbers: Any = None
    queues: Any
    agents: Any = None
