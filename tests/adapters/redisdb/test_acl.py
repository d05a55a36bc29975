"""The user that the documentation recommends; the floor's contract is kept as this user, too."""

from __future__ import annotations

import re
from importlib import resources
from typing import Any

import pytest
import redis

from callcore.adapters.redisdb.connecting import Access
from callcore.adapters.redisdb.floor import Floor
from callcore.ports.stores import StoreUnavailableError
from tests.adapters.redisdb import acl
from tests.adapters.redisdb.floors import SITE
from tests.contract.floor_builders import joining, request

OF_A_CONNECTION = {"ping", "info", "select", "eval", "evalsha"}


def test_the_documentation_names_every_command_and_no_other() -> None:
    """What scripts call and what is sent, by the code's own words."""
    package = resources.files("callcore.adapters.redisdb")
    scripts = "".join(file.read_text() for file in package.joinpath("lua").iterdir())
    code = "".join(file.read_text() for file in package.iterdir() if file.name.endswith(".py"))
    used = re.findall(r"redis\.p?call\('([A-Z]+)'", scripts) + re.findall(r'\("([A-Z]+)",', code)
    assert acl.commands() - OF_A_CONNECTION == {word.lower() for word in used} - OF_A_CONNECTION


def test_the_user_may_do_nothing_else(server_url: str, raw: Any) -> None:
    """Neither other keys nor the commands that look at everything, change the server or delete."""
    acl.make_known(raw)
    client = redis.Redis.from_url(
        server_url, username=acl.THE_USER.user, password=acl.THE_USER.password
    )
    client.set(f"callcore:{{{SITE}}}:epoch", "e")
    for command in (
        ("GET", "callcore:{other}:epoch"),
        ("SET", "session:1", "x"),
        ("KEYS", "*"),
        ("SCAN", "0"),
        ("FLUSHALL",),
        ("CONFIG", "GET", "*"),
        ("ACL", "LIST"),
        ("SHUTDOWN",),
        ("REPLICAOF", "127.0.0.1", "1"),
        ("MONITOR",),
        ("EVAL", "return redis.call('GET', 'session:1')", "0"),
        ("EVAL", "return redis.call('FLUSHALL')", "0"),
    ):
        with pytest.raises(redis.exceptions.ResponseError):
            client.execute_command(*command)
    client.close()


def test_a_user_who_may_too_little_is_told_of(server_url: str, raw: Any) -> None:
    """The fault names the remedy, and no password."""
    acl.make_known(raw)
    raw.execute_command("ACL", "SETUSER", "callcore", "-zadd", "-info")
    floor = Floor(server_url, SITE, access=acl.THE_USER)
    for step in (lambda: floor.waiting_room.join(joining("c1"), request()), floor.epoch):
        with pytest.raises(StoreUnavailableError, match="check the ACL") as raised:
            step()
        assert str(acl.THE_USER.password) not in str(raised.value)
    floor.close()


def test_the_user_of_the_url_outweighs_the_other(server_url: str, raw: Any) -> None:
    """Of two, the one in the URL comes in."""
    acl.make_known(raw)
    path = server_url.removeprefix("unix://")
    floor = Floor(
        f"unix://callcore@{path}",
        SITE,
        access=Access(user="nobody", password=acl.THE_USER.password),
    )
    floor.ping()
    assert "callcore" in {client["user"] for client in raw.client_list()}
    floor.close()
