"""Nothing that callcore writes or shows has a caller's whole number or a secret in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from click.testing import CliRunner

from callcore import settings as callcore_settings
from callcore.cli.root import callcore
from callcore.switchsim.legs import Leg
from callcore.switchsim.switch import SimulatedSwitch
from tests.system.conftest import Start, one_phone
from tests.system.daemon import node, operate, records_in, settings, until

pytestmark = pytest.mark.timeout(120)

SOCKET, API, REDIS = (
    "s3cret-of-the-socket",
    "t0ken-of-the-api-0123",
    "s3cret-of-redis",
)
SECRETS = {
    "CALLCORE_NODE_FS1_PASSWORD": SOCKET,
    "CALLCORE_API_TOKEN": API,
}
CALLER, IN_NAME, DIGITS = "+48201234501", "+48 20 123-45-02", "4711"
WHOLE = re.compile(r"20[ -]?123[ -]?45[ -]?0[12]")


@pytest.fixture
def guarded() -> Iterator[SimulatedSwitch]:
    """A switch with a password of its own and one phone."""
    yield from one_phone(SOCKET)


def test_calls_at_debug_level_leave_no_number_and_no_secret(
    start: Start, guarded: SimulatedSwitch, servers: dict[str, Any], tmp_path: Path
) -> None:
    """A talk, one who gives up, one whom no queue is for; the log, the processes and what operators
    are shown are looked through.
    """
    daemon = start(guarded, environ=SECRETS, **servers)
    history_url = servers["postgres"]["url"]
    daemon.wait_line("link_restored")

    def call_in(dialled: str) -> Leg:
        return guarded.call_in(dialled=dialled, caller_number=CALLER, caller_name=f"Bob {IN_NAME}")

    talking = call_in("8001")
    assert talking.wait_until(lambda leg: leg.bridged_to is not None, 15)
    talking.press(DIGITS)
    waiting = call_in("8001")
    unserved = call_in("8009")
    daemon.wait_line("caller_joined", call_id=waiting.leg_id)
    shown = [
        operate(tmp_path, *command).stdout
        for command in (("call", "list"), ("queue", "list"), ("explain", waiting.leg_id))
    ]
    assert "+4820…01" in shown[0]
    refused = operate(tmp_path, "forget", CALLER).stderr
    assert "+4820…01 is on the line right now" in refused
    for caller in (waiting, talking, unserved):
        caller.hang_up()
        daemon.wait_line("call_ended", call_id=caller.leg_id)
    found = until(lambda: len(records_in(history_url)) == 3 and records_in(history_url), "records")
    assert {record["caller_number"] for record in found} == {CALLER}
    shown += [refused, operate(tmp_path, "forget", CALLER.replace("+", "00")).stdout]
    assert "+4820…01 is forgotten\n  3 calls" in shown[-1]
    found = records_in(history_url)
    assert [(one["caller_number"], one["caller_name"]) for one in found] == [("", "")] * 3
    assert "nothing is known" in operate(tmp_path, "forget", CALLER, "--dry-run").stdout
    processes = [psutil.Process(daemon.process.pid), *daemon.children()]
    command_lines = [" ".join(process.cmdline()) for process in processes]
    guarded.stop()
    daemon.wait_line("link_lost")
    assert daemon.stop() == 0
    for text in (daemon.text(), *shown, *command_lines):
        assert WHOLE.search(text) is None, WHOLE.search(text)
        assert not any(secret in text for secret in SECRETS.values())
    assert "+4820…01" in daemon.text()
    assert DIGITS not in [line.get("digits") for line in daemon.lines("digit_pressed")]


def test_a_refused_password_is_in_no_error(
    start: Start, guarded: SimulatedSwitch, servers: dict[str, Any]
) -> None:
    """The switch says no, and so does whoever listens for Redis; the errors name what to check."""
    wrong = {
        "CALLCORE_NODE_FS1_PASSWORD": "wr0ng-of-the-socket",
        "CALLCORE_REDIS_PASSWORD": REDIS,
    }
    daemon = start(guarded, environ=wrong, **servers)
    daemon.wait_line("callcore_runs")
    until(lambda: "password" in daemon.page("readyz")[1], "a refusal")
    page = daemon.page("readyz")[1]
    daemon.end()
    away = start(
        guarded, environ=wrong, **{**servers, "redis": {"url": "redis://callcore@127.0.0.1:9"}}
    )
    away.wait_line("waiting_for_redis")
    away.end()
    for text in (page, daemon.text(), away.text()):
        assert "wr0ng-of-the-socket" not in text
        assert REDIS not in text


def test_settings_show_no_secret(tmp_path: Path) -> None:
    """Neither in their ``repr``, nor in what the check of the file says."""
    file = tmp_path / "callcore.yaml"
    content = {
        **settings(tmp_path, nodes=node(8021)),
        "redis": {"url": "rediss://callcore@127.0.0.1:9", "sentinel_user": "s"},
        "postgres": {"url": "postgresql://callcore@db/callcore"},
    }
    file.write_text(yaml.safe_dump(content))
    environ = {
        **SECRETS,
        "CALLCORE_REDIS_PASSWORD": REDIS,
        "CALLCORE_SENTINEL_PASSWORD": f"{REDIS}-2",
        "CALLCORE_POSTGRES_PASSWORD": f"{REDIS}-3",
        "CALLCORE_POSTGRES_KEEPER_PASSWORD": f"{REDIS}-4",
        "CALLCORE_POSTGRES_OWNER_PASSWORD": f"{REDIS}-5",
    }
    loaded = callcore_settings.load(file, environ)
    assert loaded.redis_sentinel_password == f"{REDIS}-2"
    assert loaded.postgres_owner_password == f"{REDIS}-5"
    said = CliRunner(env=environ).invoke(callcore, ["check-config", "--config", str(file)])
    assert said.exit_code == 0
    for text in (repr(loaded), str(loaded), said.stdout, said.stderr):
        assert not any(secret in text for secret in {*environ.values()})
