"""Questions over TLS on real sockets: to whom they are put, and to whom not."""

from __future__ import annotations

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from callcore.adapters.lookups.http_lookups import HttpLookups
from callcore.domain.lookups import LookupFailure
from tests.adapters.lookups import systems
from tests.adapters.lookups.questions import QUESTION, failure, policy_of
from tests.adapters.lookups.systems import OtherSystem


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1 with its key, signed by nobody else."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("no openssl on this machine")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    subprocess.run(
        [
            *(program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=crm", "-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", path, "-out", path.with_suffix(".crt")),
        ],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + path.with_suffix(".crt").read_bytes())
    return path


@pytest.fixture
def encrypted(certificate: Path) -> Iterator[OtherSystem]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with systems.running(context) as other:
        yield other


class TestEncrypted:
    """Over TLS."""

    def test_a_certificate_that_nobody_vouches_for(
        self, lookups: HttpLookups, encrypted: OtherSystem
    ) -> None:
        """Neither question nor token is sent."""
        found = failure(lookups, policy_of(encrypted.url.replace("http:", "https:")))
        assert found.failure is LookupFailure.UNREACHABLE
        assert "its certificate is not trusted: " in str(found)
        assert encrypted.requests == []

    def test_a_trusted_one(
        self, encrypted: OtherSystem, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Trusted by what OpenSSL trusts; the connection is kept."""
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
        lookups = HttpLookups()
        policy = policy_of(encrypted.url.replace("http:", "https:"), timeout_seconds=5)
        assert [lookups.ask(policy, QUESTION) for _ in range(2)] == [{}, {}]
        assert encrypted.connections_count == 1
        lookups.close()

    def test_a_certificate_of_another_host(
        self, encrypted: OtherSystem, certificate: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Trusted, but not for that name."""
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.with_suffix(".crt")))
        lookups = HttpLookups()
        found = failure(lookups, policy_of(f"https://localhost:{encrypted.port}/"))
        assert found.failure is LookupFailure.UNREACHABLE
        assert encrypted.requests == []
        lookups.close()

    def test_a_server_that_answers_in_plain_text(self, lookups: HttpLookups) -> None:
        """People read what is wrong, and not what OpenSSL calls it."""
        with systems.greeting_port() as port:
            found = failure(lookups, policy_of(f"https://127.0.0.1:{port}/"))
        assert found.failure is LookupFailure.UNREACHABLE
        assert "it does not speak TLS" in str(found)

    def test_a_server_that_does_not_speak_it(self, lookups: HttpLookups, crm: OtherSystem) -> None:
        """It waits for a request, and we for a certificate."""
        found = failure(lookups, policy_of(crm.url.replace("http:", "https:")))
        assert found.failure in {LookupFailure.UNREACHABLE, LookupFailure.TIMED_OUT}
