"""Postgres over TLS, as the URL asks for it."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from callcore.adapters.postgres import migrations
from callcore.adapters.postgres.pool import PostgresPool
from callcore.ports.records import RecordsUnavailableError
from tests.adapters.redisdb.certificates import Authority
from tests.adapters.redisdb.servers import free_port
from tests.waiting import try_until_done

ACCOUNT = "postgres"
PASSWORD = "s3cret-of-postgres"


@dataclass(frozen=True, kw_only=True)
class Secure:
    """A server that lets nobody in without TLS."""

    port: int
    authority: Authority
    foreign: Authority

    def url(
        self, host: str = "127.0.0.1", ca: Path | None = None, mode: str = "verify-full"
    ) -> str:
        root = ca or self.authority.certificate
        return (
            f"postgresql://{ACCOUNT}:{PASSWORD}@{host}:{self.port}/postgres"
            f"?sslmode={mode}&sslrootcert={root}"
        )


def _programs() -> Path | None:
    """Of a Postgres that was built with TLS."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        config = folder / "pg_config"
        if (
            config.exists()
            and "openssl"
            in subprocess.run(
                [config, "--configure"], capture_output=True, text=True, check=False
            ).stdout
        ):
            return folder
    return None


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    programs = _programs()
    if programs is None:
        pytest.skip("no Postgres with TLS on this machine, and the bundled one has none")
    account = ACCOUNT if os.geteuid() == 0 else None
    folder = Path(f"/tmp/callcore-tls-{os.getpid()}")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o755)
    authority = Authority(folder)
    theirs = authority.sign("server", names="IP:127.0.0.1")
    password = folder / "password"
    password.write_text(PASSWORD)
    if account:
        for path in (folder, theirs.key, theirs.certificate, password):
            shutil.chown(path, ACCOUNT)
    data, port = folder / "data", free_port()
    initdb = [str(programs / "initdb"), "-D", str(data), "-U", ACCOUNT, "-A", "scram-sha-256", "-N"]
    subprocess.run(
        [*initdb, f"--pwfile={password}"], check=True, capture_output=True, cwd=folder, user=account
    )
    (data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
    options = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",
        "ssl": "on",
        "ssl_cert_file": theirs.certificate,
        "ssl_key_file": theirs.key,
        "fsync": "off",
    }
    with (folder / "log").open("wb") as log:
        words = [str(word) for pair in options.items() for word in ("-c", "{}={}".format(*pair))]
        process = subprocess.Popen(
            [str(programs / "postgres"), "-D", str(data), *words],
            stdout=log,
            stderr=log,
            cwd=folder,
            user=account,
        )
    server = Secure(port=port, authority=authority, foreign=Authority(folder, "foreign"))
    try:
        _await_answer(server, folder / "log")
        yield server
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder)


def _await_answer(server: Secure, log: Path) -> None:
    try:
        try_until_done(
            lambda: psycopg.connect(server.url(), connect_timeout=5).close(),
            psycopg.OperationalError,
            20,
        )
    except AssertionError as error:
        raise AssertionError(log.read_text()) from error


def test_the_link_is_encrypted_and_the_server_known(secure: Secure) -> None:
    """The schema is made and used over it."""
    assert migrations.migrate(secure.url()) == migrations.bundled()
    with PostgresPool(secure.url()) as pool, pool.transaction() as connection:
        found = connection.execute(
            "select ssl, version from pg_stat_ssl where pid = pg_backend_pid()"
        ).fetchone()
    assert found is not None
    assert found[0]


@pytest.mark.parametrize("case", ["foreign", "name", "no file"])
def test_a_server_that_is_not_known_is_not_talked_to(secure: Secure, case: str) -> None:
    """Somebody else's authority, another host's certificate: the error says what to check."""
    url = {
        "foreign": secure.url(ca=secure.foreign.certificate),
        "name": secure.url(host="localhost"),
        "no file": secure.url(ca=Path("/nowhere/ca.pem")),
    }[case]
    with pytest.raises(migrations.MigrationError, match="check sslrootcert") as refused:
        migrations.migrate(url)
    with (
        PostgresPool(url, connect_timeout_seconds=1) as pool,
        pytest.raises(RecordsUnavailableError, match="check sslrootcert") as away,
    ):
        pool.ping()
    assert PASSWORD not in f"{refused.value} {away.value}"


def test_without_tls_nobody_is_let_in(secure: Secure) -> None:
    """The server's own rule; the password is not sent in clear."""
    with pytest.raises(migrations.MigrationError, match=r"check the user and pg_hba\.conf"):
        migrations.migrate(secure.url(mode="disable"))
