"""Redis, Postgres and how long the past is kept: what is taken and what is refused."""

from __future__ import annotations

import pytest

QUEUES = "queues: {support: {}}\n"


@pytest.mark.parametrize(
    "url",
    [
        "redis://10.0.0.1:6379/0",
        "rediss://callcore@redis.example.com",
        "unix:///run/redis.sock",
        "sentinel://10.0.0.1,10.0.0.2:26380/callcore/0",
        "sentinels://callcore@a,b,c/callcore",
    ],
)
def test_every_form_of_redis_is_taken(load, url):
    """As it is written."""
    assert load(f"{QUEUES}redis: {{url: '{url}'}}").redis_url == url


@pytest.mark.parametrize("url", ["sentinel://u:geheim@a/b", "rediss://a?password=geheim"])
def test_a_password_is_refused_and_not_shown(faults, url):
    """In any form."""
    [line] = faults(f"{QUEUES}redis: {{url: '{url}'}}")
    assert "set CALLCORE_REDIS_PASSWORD" in line
    assert "geheim" not in line


def test_users_and_files_are_read(load, tmp_path):
    """Files are beside the settings; passwords come from outside."""
    for name in ("ca.pem", "own.pem", "own.key"):
        (tmp_path / name).write_text("x")
    loaded = load(
        QUEUES
        + """
redis:
  url: sentinels://a,b/callcore
  user: floor
  sentinel_user: watcher
  tls: {ca_file: ca.pem, certificate_file: own.pem, key_file: own.key}
postgres: {url: postgresql://w@db/c, keeper_url: postgresql://k@db/c, owner_url: postgresql://o@db/c}
retention: {records: {keep_days: 400}, recordings: {keep_days: 90}}
""",
        CALLCORE_SENTINEL_PASSWORD="s",
        CALLCORE_POSTGRES_KEEPER_PASSWORD="k",
        CALLCORE_POSTGRES_OWNER_PASSWORD="o",
    )
    assert (loaded.redis_user, loaded.redis_sentinel_user) == ("floor", "watcher")
    assert loaded.redis_tls.key_file is not None
    assert loaded.redis_tls.key_file.read_text() == "x"
    assert loaded.redis_sentinel_password == "s"
    assert (loaded.postgres_keeper_password, loaded.postgres_owner_password) == ("k", "o")
    assert (loaded.retention.records_days, loaded.retention.recordings_days) == (400, 90)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("redis: {url: rediss://a, tls: {ca_file: no.pem}}", "redis.tls.ca_file: there is no file"),
        (
            "redis: {url: rediss://a, tls: {key_file: k}}",
            "redis.tls: certificate_file and key_file",
        ),
        ("redis: {url: redis://a, tls: {ca_file: k}}", "redis.tls: is of no use"),
        ("redis: {user: a}", "redis.user: needs redis.url"),
        ("redis: {url: rediss://a, tls: {cafile: k}}", "redis.tls.cafile: unknown key"),
        ("postgres: {keeper_url: postgresql://a}", "postgres.keeper_url: needs postgres.url"),
        ("retention: {records: {keep_days: 0}}", "retention.records.keep_days: must be 1 to 36500"),
        ("retention: {records: {days: 3}}", "retention.records.days: unknown key"),
        (
            "retention: {records: {keep_days: 30}, recordings: {keep_days: 31}}",
            "retention.recordings.keep_days: must not be more than that of records, 30",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(faults, tmp_path, text, expected):
    """With its place."""
    (tmp_path / "k").write_text("x")
    found = faults(QUEUES + text)
    assert any(expected in line for line in found), found


@pytest.mark.parametrize(
    ("host", "warned"),
    [
        ("127.0.0.1", False),
        ("127.9.9.9", False),
        ("::1", False),
        ("localhost", False),
        ("0.0.0.0", True),
        ("::", True),
        ("192.168.1.5", True),
        ("pbx.example.com", True),
    ],
)
def test_pages_that_others_reach_are_warned_of(load, host, warned):
    """Metrics are not encrypted, and nobody is asked who they are."""
    warnings = [str(one) for one in load(f"{QUEUES}http: {{host: '{host}'}}").warnings]
    assert any("http.host: whoever reaches" in one for one in warnings) is warned


def test_a_token_that_can_be_overheard_is_told_of(load):
    """Where there is one."""
    text = f"{QUEUES}http: {{host: '::'}}"
    [with_token] = load(text, CALLCORE_API_TOKEN="0123456789abcdef").warnings
    [without] = load(text).warnings
    assert "overheard" in str(with_token)
    assert "overheard" not in str(without)
