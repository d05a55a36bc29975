"""Daemons, a simulated switch for them, and servers that are not theirs."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.distributions import Constant
from callcore.switchsim.phones import AgentPhone
from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.sounds import Sounds
from callcore.switchsim.switch import SimulatedSwitch
from tests.system.daemon import PASSWORD, Daemon, node, settings

Start = Callable[..., Daemon]


def one_phone(password: str) -> Iterator[SimulatedSwitch]:
    """A switch with the phone 1001, which answers after 0.2 s and leaves hanging up to callers."""
    switch = SimulatedSwitch(
        SwitchSettings(
            password=password,
            domain="demo",
            dialplan=Dialplan(queues={"8001": "support", "8009": "suport"}),
            sounds=Sounds(streams=frozenset({"moh"})),
        )
    )
    switch.start()
    switch.register("1001", AgentPhone(ring_seconds=Constant(0.2)))
    yield switch
    switch.stop()


@pytest.fixture
def switch() -> Iterator[SimulatedSwitch]:
    """A switch with one phone."""
    yield from one_phone(PASSWORD)


@pytest.fixture
def servers(valkey_url: str, own_history_url: str) -> dict[str, Any]:
    """Settings of a site of the test's own on servers that run already."""
    return {
        "site": f"system-{secrets.token_hex(4)}",
        "redis": {"url": valkey_url},
        "postgres": {"url": own_history_url},
    }


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts daemons that end with the test; on servers of their own unless ``parts`` name some."""
    daemons: list[Daemon] = []

    def begin(
        switch: SimulatedSwitch | None = None,
        environ: Mapping[str, str] = {},
        **parts: Any,
    ) -> Daemon:
        if switch is not None:
            parts.setdefault("nodes", node(switch.port))
        daemon = Daemon.configured(tmp_path, settings(tmp_path, **parts), environ)
        daemons.append(daemon)
        return daemon

    yield begin
    for daemon in daemons:
        daemon.end()
