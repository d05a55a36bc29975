"""Links that nobody can read or take the place of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from callcore.adapters.redisdb.connecting import Access
from callcore.adapters.redisdb.faults import Fault
from callcore.adapters.redisdb.floor import Floor
from callcore.ports.stores import StoreUnavailableError
from tests.adapters.redisdb import servers
from tests.adapters.redisdb.certificates import Authority, Signed
from tests.adapters.redisdb.floors import SITE
from tests.contract.floor_builders import joining, request


@dataclass(frozen=True, kw_only=True)
class Secure:
    """A server that speaks TLS on one port and nothing else but its socket."""

    port: int
    socket_url: str
    ca: Path
    ours: Signed
    foreign: Authority

    def url(self, host: str = "127.0.0.1", scheme: str = "rediss") -> str:
        return f"{scheme}://{host}:{self.port}/0"

    def access(self) -> Access:
        """What lets us in."""
        return Access(
            ca_file=str(self.ca),
            certificate_file=str(self.ours.certificate),
            key_file=str(self.ours.key),
        )


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    executable = servers.program("redis")
    if executable is None:
        pytest.skip("no redis server on this machine, and the bundled Valkey has no TLS")
    folder = tmp_path_factory.mktemp("tls")
    authority = Authority(folder)
    theirs, port = authority.sign("server", names="IP:127.0.0.1"), servers.free_port()
    options = (
        *("--port", "0", "--tls-port", str(port), "--tls-auth-clients", "yes"),
        *("--tls-cert-file", str(theirs.certificate), "--tls-key-file", str(theirs.key)),
        *("--tls-ca-cert-file", str(authority.certificate)),
    )
    with servers.running(executable, *options) as socket_url:
        yield Secure(
            port=port,
            socket_url=socket_url,
            ca=authority.certificate,
            ours=authority.sign("callcore"),
            foreign=Authority(folder, "foreign"),
        )


def test_the_floor_is_reached_over_tls(secure: Secure) -> None:
    """With the authority's certificate and one of ours; it is the floor behind the socket."""
    floor = Floor(secure.url(), SITE, access=secure.access())
    assert floor.waiting_room.join(joining("c1"), request()).position == 1
    behind = Floor(secure.socket_url, SITE)
    assert floor.epoch() == behind.epoch()
    assert behind.waiting_room.call(joining("c1").call_id)
    for one in (floor, behind):
        one.close()


def test_the_files_may_stand_in_the_url(secure: Secure) -> None:
    """They outweigh the others."""
    url = (
        f"{secure.url()}?ssl_ca_certs={secure.ca}"
        f"&ssl_certfile={secure.ours.certificate}&ssl_keyfile={secure.ours.key}"
    )
    floor = Floor(url, SITE, access=Access(ca_file=str(secure.foreign.certificate)))
    floor.ping()
    floor.close()


def test_what_is_not_to_be_trusted_is_not_talked_to(secure: Secure) -> None:
    """Each case says what to check, and no file's content."""
    stranger = secure.foreign.sign("stranger")
    ours = {
        "certificate_file": str(secure.ours.certificate),
        "key_file": str(secure.ours.key),
    }
    strangers = {"certificate_file": str(stranger.certificate), "key_file": str(stranger.key)}
    cases = {
        # An authority of somebody else, or that of the system.
        "redis.tls.ca_file": (
            (secure.url(), Access(ca_file=str(secure.foreign.certificate), **ours)),
            (secure.url(), Access(**ours)),
            (secure.url("localhost"), secure.access()),  # of which its certificate says nothing
        ),
        "certificate_file": (
            (secure.url(), Access(ca_file=str(secure.ca))),
            (secure.url(), Access(ca_file=str(secure.ca), **strangers)),
        ),
    }
    for remedy, wrong in cases.items():
        for url, access in wrong:
            faults: list[str] = []
            floor = Floor(url, SITE, access=access, fault=faults.append)
            with pytest.raises(StoreUnavailableError) as raised:
                floor.ping()
            assert remedy in str(raised.value), (url, access)
            assert "BEGIN" not in str(raised.value)
            assert faults == [Fault.NOT_ALLOWED]
            floor.close()


@pytest.mark.parametrize("option", ["ssl_cert_reqs=none", "ssl_check_hostname=false"])
def test_the_checking_cannot_be_switched_off(option: str) -> None:
    """A link that trusts anybody is none."""
    with pytest.raises(ValueError, match="cannot say ssl_"):
        Floor(f"rediss://127.0.0.1:1?{option}", SITE)
