"""What the parts about servers and the past make together."""

from __future__ import annotations

import ipaddress
import pathlib

from callcore.settings.faults import shown
from callcore.settings.model import Retention, TlsFiles
from callcore.settings.reading import Reading
from callcore.settings.servers import (
    KeepingSection,
    PostgresSection,
    RedisSection,
    RetentionSection,
    TlsSection,
)

_TLS_SCHEMES = ("rediss://", "sentinels://")


def files_of(reading: Reading, directory: pathlib.Path, redis: RedisSection | None) -> TlsFiles:
    """The files of TLS beside the settings; each has to be there, and a key has a certificate."""
    if redis is None:
        return TlsFiles()
    path = ("redis", "tls")
    tls = reading.section(TlsSection, path, _or_nothing(redis.tls))
    if tls is None:
        return TlsFiles()
    files = {
        name: None if value is None else directory / value
        for name, value in tls.model_dump().items()
    }
    for name, file in files.items():
        if file is not None and not file.is_file():
            reading.report_value((*path, name), f"there is no file {shown(str(file))}")
    if (tls.certificate_file is None) is not (tls.key_file is None):
        reading.report_value(path, "certificate_file and key_file need each other")
    is_asked = any(file is not None for file in files.values())
    if is_asked and not (redis.url or "").startswith(_TLS_SCHEMES):
        reading.report_value(
            path, "is of no use: TLS is for a redis.url that begins with rediss:// or sentinels://"
        )
    return TlsFiles(**files)


def retention_of(reading: Reading, retention: RetentionSection | None) -> Retention:
    """How long the past is kept; a recording cannot be found without its record."""
    if retention is None:
        return Retention()
    kept = reading.section(KeepingSection, ("retention", "records"), _or_nothing(retention.records))
    heard = reading.section(
        KeepingSection, ("retention", "recordings"), _or_nothing(retention.recordings)
    )
    if kept is None or heard is None:
        return Retention()
    records, recordings = kept.keep_days, heard.keep_days
    if records is not None and recordings is not None and recordings > records:
        reading.report_value(
            ("retention", "recordings", "keep_days"),
            f"must not be more than that of records, {records}: recordings go with their records",
        )
    return Retention(records_days=records, recordings_days=recordings)


def check_servers(
    reading: Reading, postgres: PostgresSection | None, redis: RedisSection | None
) -> None:
    """A user of a server that callcore starts itself would be of no use."""
    if postgres is not None and postgres.url is None:
        for name in ("keeper_url", "owner_url"):
            if getattr(postgres, name) is not None:
                reading.report_value(("postgres", name), "needs postgres.url")
    if redis is not None and redis.url is None:
        for name in ("user", "sentinel_user"):
            if getattr(redis, name) is not None:
                reading.report_value(("redis", name), "needs redis.url")


def _or_nothing(value: object) -> object:
    return {} if value is None else value


def warn_of_listening(reading: Reading, host: str, *, has_api: bool) -> None:
    """Pages that others can reach are not encrypted, and most ask nobody who they are."""
    if _is_loopback(host):
        return
    also = " and the token of the API can be overheard" if has_api else ""
    reading.warn_value(
        ("http", "host"),
        f"whoever reaches {host} reads the metrics, which are not encrypted{also}: listen on "
        "127.0.0.1 behind a proxy with TLS, or see that only your monitoring gets there",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
