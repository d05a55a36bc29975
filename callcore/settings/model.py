"""The settings as the bootstrap gets them: checked, frozen, secrets included but never shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from callcore.domain.ids import Language
from callcore.domain.policies import NodePolicy, SitePolicy
from callcore.settings.faults import Fault


class LogLevel(StrEnum):
    """The least that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSettings:
    """One FreeSWITCH with the password of its event socket."""

    policy: NodePolicy
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything an operator decides."""

    policy: SitePolicy
    nodes: tuple[NodeSettings, ...] = ()
    """Empty: a simulated switch with callers and agents takes their place."""
    redis_url: str | None = None
    """``None``: the embedded Valkey, with its data in ``data_directory``."""
    redis_password: str | None = field(default=None, repr=False)
    postgres_url: str | None = None
    """``None``: the embedded Postgres, with its data in ``data_directory``."""
    postgres_password: str | None = field(default=None, repr=False)
    http_host: str = "127.0.0.1"
    http_port: int = 9170
    api_token: str | None = field(default=None, repr=False)
    """Whoever shows it may ask for callbacks over HTTP; ``None``: nobody may."""
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
