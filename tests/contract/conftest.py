"""The floor to hold to its contract: the fake and each real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import gevent
import pytest
import redis

from callcore.adapters.redisdb.floor import Floor
from callcore.domain import phone_numbers
from callcore.domain.ids import MICROS_PER_SECOND, Micros
from tests.adapters.redisdb import acl, servers
from tests.adapters.redisdb.floors import SITE
from tests.contract.floor_builders import AnyFloor
from tests.fakes.floor import FakeFloor


class SteppedClock:
    """A clock that moves when told to, and a little each time it is read, as real ones do."""

    def __init__(self) -> None:
        self.instant = 1_700_000_000_000_000

    def now(self) -> Micros:
        self.instant += 1
        return Micros(self.instant)

    def advance(self, seconds: float) -> None:
        self.instant += round(seconds * MICROS_PER_SECOND)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A floor and its time. ``pass_time`` takes real time on a real server."""

    floor: AnyFloor
    pass_time: Callable[[float], None]


@pytest.fixture(scope="session")
def server_urls() -> Iterator[dict[str, str]]:
    """The URL of each server there is, by name; each knows the user of the documentation."""
    with servers.all_running() as urls:
        for url in urls.values():
            with redis.Redis.from_url(url) as raw:
                acl.make_known(raw)
        yield urls


@pytest.fixture(params=["fake", *servers.SERVER_NAMES])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    if request.param == "fake":
        clock = SteppedClock()
        yield Stage(floor=FakeFloor(clock), pass_time=clock.advance)
        return
    urls = request.getfixturevalue("server_urls")
    if request.param not in urls:
        pytest.skip(f"no {request.param} server on this machine")
    with redis.Redis.from_url(urls[request.param]) as raw:
        raw.flushall()
    floor = Floor(urls[request.param], SITE, access=acl.THE_USER)
    yield Stage(floor=floor, pass_time=gevent.sleep)
    floor.close()


@pytest.fixture(params=["fake", *servers.SERVER_NAMES])
def floor_at_home(request: pytest.FixtureRequest) -> Iterator[AnyFloor]:
    """One that knows how numbers are written where it is."""

    def identified(number: str) -> str:
        return phone_numbers.identified(number, phone_numbers.Home(country_code="48"))

    if request.param == "fake":
        fake = FakeFloor(SteppedClock())
        fake.know_by(identified)
        yield fake
        return
    urls = request.getfixturevalue("server_urls")
    if request.param not in urls:
        pytest.skip(f"no {request.param} server on this machine")
    with redis.Redis.from_url(urls[request.param]) as raw:
        raw.flushall()
    floor = Floor(urls[request.param], SITE, access=acl.THE_USER, identified=identified)
    yield floor
    floor.close()


@pytest.fixture
def floor(stage: Stage) -> AnyFloor:
    return stage.floor
