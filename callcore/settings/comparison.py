"""Which settings a running callcore cannot take over."""

from __future__ import annotations

from callcore.settings.model import Settings

_AT_START = (
    ("nodes", "nodes"),
    ("redis_url", "redis.url"),
    ("redis_password", "the password of redis"),
    ("postgres_url", "postgres.url"),
    ("postgres_password", "the password of postgres"),
    ("http_host", "http.host"),
    ("http_port", "http.port"),
    ("data_directory", "data_directory"),
    ("log_file", "log.file"),
)
"""Fields, and what operators know them by."""


def needs_restart(running: Settings, read: Settings) -> tuple[str, ...]:
    """The settings of ``read`` that are others than callcore was started with, by their names."""
    differing = [
        name for field, name in _AT_START if getattr(running, field) != getattr(read, field)
    ]
    if running.policy.site != read.policy.site:
        differing.insert(0, "site")
    return tuple(differing)
