"""A switch is asked whether it will do before anything depends on it."""

from __future__ import annotations

import pytest

from callcore.adapters.freeswitch import inspecting
from callcore.adapters.freeswitch.faults import FaultKind, LinkFaultError
from callcore.adapters.freeswitch.inspecting import Inspection
from callcore.runtime.clock import SystemClock
from callcore.switchsim.settings import SwitchSettings
from callcore.switchsim.switch import SimulatedSwitch
from tests.adapters.freeswitch.scripted_switch import (
    PASSWORD,
    Rule,
    ScriptedSwitch,
    answer,
    reply,
)

VERSION = "FreeSWITCH Version 1.11.1-release+git~20260526T204126Z~c2c59645f6~64bit (git c2c5964)"


def says(text: str) -> Rule:
    return lambda _: answer(text)


@pytest.fixture
def good(scripted: ScriptedSwitch) -> ScriptedSwitch:
    """A switch with all that is needed, as a real one answers."""
    scripted.rules |= {
        "api version": says(VERSION),
        "api module_exists": says("true"),
        "api fsctl api_expansion": says("+OK api_expansion is off \n"),
        "api global_getvar callcore_domain": says("pbx.example.com"),
        "api global_getvar callcore_fallback_seconds": says("5"),
    }
    return scripted


def found(scripted: ScriptedSwitch, password: str = PASSWORD, **changes: object) -> Inspection:
    return inspecting.inspect(scripted.policy(**changes), password, SystemClock())


def with_rule(scripted: ScriptedSwitch, beginning: str, rule: Rule) -> Inspection:
    """A rule before those that begin alike."""
    others = {key: value for key, value in scripted.rules.items() if key != beginning}
    scripted.rules = {beginning: rule, **others}
    return found(scripted)


def test_a_good_one_has_no_faults(good: ScriptedSwitch) -> None:
    """It is left in good order: nobody keeps a connection or a subscription."""
    assert found(good) == Inspection(
        version="1.11.1", faults=(), remarks=(), domain="pbx.example.com", has_our_dialplan=True
    )
    (client,) = good.clients
    assert client.received[-1].line == "exit"


def test_the_simulated_one_will_do() -> None:
    """It answers as the real one does; of a module that is taken out one hears."""
    switch = SimulatedSwitch(SwitchSettings(domain="demo"))
    switch.start()
    try:
        policy = ScriptedSwitch().policy(port=switch.port)
        inspection = inspecting.inspect(policy, switch.settings.password, SystemClock())
    finally:
        switch.stop()
    assert (inspection.faults, inspection.remarks) == ((), ())
    assert (inspection.domain, inspection.has_our_dialplan) == ("demo", True)


@pytest.mark.parametrize(
    ("version", "is_too_old"),
    [("1.10.12", True), ("1.11.0", True), ("1.11", True), ("1.11.1", False), ("1.12.0", False)],
)
def test_releases_with_a_hole_are_refused(
    good: ScriptedSwitch, version: str, is_too_old: bool
) -> None:
    """By number and not by letters: 1.9 is older than 1.11."""
    told = with_rule(good, "api version", says(f"FreeSWITCH Version {version}-release~64bit"))
    assert told.version == version
    assert any("CVE-2026-49840" in fault for fault in told.faults) == is_too_old


def test_something_that_is_no_freeswitch_is_told(good: ScriptedSwitch) -> None:
    """It has an event socket's manners and no version."""
    told = with_rule(good, "api version", says("Asterisk 20"))
    assert "does not tell its version, but 'Asterisk 20'" in told.faults[0]


def test_missing_modules_are_named(good: ScriptedSwitch) -> None:
    """What callcore cannot do without is a fault, the rest a remark."""
    missing = says("false")
    told = with_rule(good, "api module_exists mod_sofia", missing)
    assert told.faults == ("mod_sofia is not loaded: load it, callcore needs it (SIP)",)
    del good.rules["api module_exists mod_sofia"]
    told = with_rule(good, "api module_exists mod_local_stream", missing)
    assert told.faults == ()
    assert "mod_local_stream is not loaded: music" in told.remarks[0]


def test_without_mod_commands_nothing_else_is_asked(good: ScriptedSwitch) -> None:
    """Every other answer would be the same."""
    told = with_rule(good, "api ", says("-ERR version Command not found!\n"))
    assert len(told.faults) == 1
    assert "mod_commands is not loaded" in told.faults[0]


def test_a_user_with_too_few_rights_is_told_of(good: ScriptedSwitch) -> None:
    """Of commands and of events, with the parameter to change."""
    told = with_rule(good, "api show", says("-ERR permission denied\n"))
    assert "refuses the command show (-ERR permission denied)" in told.faults[0]
    assert "esl-allowed-api" in told.faults[0]
    del good.rules["api show"]
    told = with_rule(good, "event ", lambda _: reply("-ERR permission denied"))
    assert "esl-allowed-events" in told.faults[0]


def test_api_expansion_is_remarked(good: ScriptedSwitch) -> None:
    """Whoever calls could run commands on the switch."""
    told = with_rule(good, "api fsctl api_expansion", says("+OK api_expansion is on \n"))
    assert told.faults == ()
    assert "api-expansion is on" in told.remarks[0]


def test_a_switch_without_our_dialplan_is_known(good: ScriptedSwitch) -> None:
    """Its own domain stands in for callcore's variable, if it has one."""
    nothing = says("-ERR no reply")
    good.rules["api global_getvar callcore_domain"] = nothing
    good.rules["api global_getvar callcore_fallback_seconds"] = nothing
    good.rules["api global_getvar domain"] = says("192.0.2.10")
    told = found(good)
    assert (told.domain, told.has_our_dialplan) == ("192.0.2.10", False)


def test_no_way_in_is_told_as_of_a_link(good: ScriptedSwitch) -> None:
    """With what to do, and in a bounded time."""
    with pytest.raises(LinkFaultError) as fault:
        found(good, password="wrong")
    assert fault.value.kind is FaultKind.WRONG_PASSWORD
    good.rules["api show"] = lambda _: None
    with pytest.raises(Exception, match=r"no reply to show in 0\.1 s"):
        found(good, command_timeout_seconds=0.1)
