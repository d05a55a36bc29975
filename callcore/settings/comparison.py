"""Which settings a running callcore cannot take over by itself."""

from __future__ import annotations

from callcore.settings.model import Settings

_AT_START = (
    ("nodes", "nodes"),
    ("redis_url", "redis.url"),
    ("redis_password", "the password of redis"),
    ("redis_user", "redis.user"),
    ("redis_sentinel_user", "redis.sentinel_user"),
    ("redis_sentinel_password", "the password of the Sentinels"),
    ("redis_tls", "redis.tls"),
    ("postgres_url", "postgres.url"),
    ("postgres_password", "the password of postgres"),
    ("postgres_keeper_url", "postgres.keeper_url"),
    ("postgres_keeper_password", "the password of the keeper of postgres"),
    ("postgres_owner_url", "postgres.owner_url"),
    ("postgres_owner_password", "the password of the owner of postgres"),
    ("retention", "retention"),
    ("cdr_directories", "records.cdr_directories"),
    ("cdr_files", "records.cdr_files"),
    ("http_host", "http.host"),
    ("http_port", "http.port"),
    ("api_token", "the token of the API"),
    ("workers", "workers"),
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


def to_be_spoken(before: Settings, read: Settings) -> tuple[str, ...]:
    """What to do for prompts whose texts are others than before: callcore plays files."""
    texts, others = before.prompt_texts, read.prompt_texts
    languages = sorted(
        {
            language
            for prompt in texts.keys() | others.keys()
            for language in texts.get(prompt, {}).keys() | others.get(prompt, {}).keys()
            if texts.get(prompt, {}).get(language) != others.get(prompt, {}).get(language)
        }
    )
    return tuple(
        f"prompts has other texts in {language}: callers hear them after "
        f"`callcore sounds build --language {language}`"
        for language in languages
    )
