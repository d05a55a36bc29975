"""The settings as the bootstrap gets them: checked, frozen, secrets included but never shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from callcore.domain.ids import Language, NodeName
from callcore.domain.policies import NodePolicy, SitePolicy
from callcore.settings.faults import Fault


class LogLevel(StrEnum):
    """The least that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class CdrFiles(StrEnum):
    """What becomes of a file of a switch's own call records once it is of no use any more."""

    KEEP = "keep"
    MOVE = "move"
    """Into the folder ``done`` beside it."""
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSettings:
    """One FreeSWITCH with the password of its event socket."""

    policy: NodePolicy
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """By which both ends of a link know each other."""

    ca_file: Path | None = None
    """Of the authority that signed the server's certificate; ``None``: those the system trusts."""
    certificate_file: Path | None = None
    key_file: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long the past is kept; ``None``: for ever."""

    records_days: int | None = None
    recordings_days: int | None = None
    """Recordings do not outlive their records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator decides."""

    policy: SitePolicy
    nodes: tuple[NodeSettings, ...] = ()
    """Empty: a simulated switch with callers and agents takes their place."""
    redis_url: str | None = None
    """``None``: the embedded Valkey, with its data in ``data_directory``."""
    redis_password: str | None = field(default=None, repr=False)
    redis_user: str | None = None
    redis_sentinel_user: str | None = None
    redis_sentinel_password: str | None = field(default=None, repr=False)
    redis_tls: TlsFiles = TlsFiles()
    postgres_url: str | None = None
    """``None``: the embedded Postgres, with its data in ``data_directory``."""
    postgres_password: str | None = field(default=None, repr=False)
    postgres_keeper_url: str | None = None
    """As whom records are deleted and made nobody's; ``None``: as whoever writes them."""
    postgres_keeper_password: str | None = field(default=None, repr=False)
    postgres_owner_url: str | None = None
    """As whom the schema is brought up to date on demand; ``None``: as whoever writes records."""
    postgres_owner_password: str | None = field(default=None, repr=False)
    retention: Retention = Retention()
    http_host: str = "127.0.0.1"
    http_port: int = 9170
    api_token: str | None = field(default=None, repr=False)
    """Whoever shows it may ask for callbacks over HTTP; ``None``: nobody may."""
    cdr_directories: Mapping[NodeName, Path] = field(default_factory=dict)
    """Where the switches of this machine write their own call records."""
    cdr_files: CdrFiles = CdrFiles.KEEP
    workers: int = 1
    """How many processes share the calls on this machine."""
    data_directory: Path
    prompt_texts: Mapping[str, Mapping[Language, str]] = field(default_factory=dict)
    """What ``callcore sounds build`` speaks besides the catalogues, or in place of them: by prompt
    and language."""
    log_level: LogLevel = LogLevel.INFO
    log_file: Path | None = None
    """``None``: the standard error output."""
    version: str = field(default="", compare=False)
    """Of the content; empty: there is no file."""
    files: tuple[Path, ...] = field(default=(), compare=False)
    """Those it was read from: the settings file and the ones it names."""
    warnings: tuple[Fault, ...] = field(default=(), compare=False)
    """What keeps nothing from working, and yet an operator should know."""
