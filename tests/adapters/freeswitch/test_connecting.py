"""The link says why it does not come up, and tries again."""

from __future__ import annotations

import pytest
from gevent import socket

from callcore.adapters.freeswitch.link import Retry
from callcore.ports.telephony import HostileTextError
from tests.adapters.freeswitch.conftest import Connect
from tests.adapters.freeswitch.scripted_switch import (
    Heard,
    RecordingObserver,
    ScriptedSwitch,
    reply,
)
from tests.waiting import wait_until


def test_a_wrong_password_says_what_to_set(begin: Connect, observer: RecordingObserver) -> None:
    """The reason names the node, the variable and the parameter, and not the password."""
    begin(password="wrong-one")
    wait_until(lambda: observer.lost)
    assert "refuses the password" in observer.lost[0]
    assert "fs1 127.0.0.1:" in observer.lost[0]
    assert "CALLCORE_NODE_FS1_PASSWORD" in observer.lost[0]
    assert "wrong-one" not in observer.lost[0]


def test_a_password_that_would_end_its_command_is_refused(begin: Connect) -> None:
    """A secret read from a file with a line feed inside is found at the start."""
    with pytest.raises(HostileTextError):
        begin(password="a\n\napi status")


def test_a_refusal_by_address_says_so(
    begin: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """The rude rejection of the switch's list of addresses."""
    scripted.greeting = (
        b"Content-Type: text/rude-rejection\nContent-Length: 24\n\nAccess Denied, go away.\n"
    )
    scripted.closes_after_greeting = True
    begin()
    wait_until(lambda: observer.lost)
    assert "apply-inbound-acl" in observer.lost[0]
    assert "Access Denied, go away." in observer.lost[0]


def test_a_closed_port_says_so(begin: Connect, observer: RecordingObserver) -> None:
    """Nothing listens there."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    scripted = ScriptedSwitch()
    policy = scripted.policy(port=port)
    scripted.stop()
    begin(policy=policy)
    wait_until(lambda: observer.lost)
    assert "refuses connections" in observer.lost[0]


def test_a_name_that_does_not_resolve_says_so(
    begin: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """``.invalid`` never resolves (RFC 2606)."""
    begin(policy=scripted.policy(host="fs.invalid"))
    wait_until(lambda: observer.lost)
    assert "cannot be resolved" in observer.lost[0]


@pytest.mark.parametrize("greeting", [None, b"SSH-2.0-OpenSSH_9.2\r\n"])
def test_a_silent_server_is_given_up(
    begin: Connect,
    scripted: ScriptedSwitch,
    observer: RecordingObserver,
    greeting: bytes | None,
) -> None:
    """A server that accepts and says nothing, or nothing of an event socket."""
    scripted.greeting = greeting
    begin(policy=scripted.policy(connect_timeout_seconds=0.1))
    wait_until(lambda: observer.lost)
    assert "does not answer as an event socket" in observer.lost[0]


@pytest.mark.parametrize("stalled", ["auth", "api global_getvar", "filter", "event"])
def test_a_server_that_stalls_while_connecting_is_given_up(
    begin: Connect, scripted: ScriptedSwitch, observer: RecordingObserver, stalled: str
) -> None:
    """Every step of coming up has a deadline, and the next try may succeed."""
    scripted.rules[stalled] = lambda _: None
    switch = begin(policy=scripted.policy(command_timeout_seconds=0.1))
    wait_until(lambda: observer.lost)
    assert "does not answer" in observer.lost[0]
    del scripted.rules[stalled]
    wait_until(lambda: switch.is_connected)


def test_a_refused_subscription_says_so(
    begin: Connect, scripted: ScriptedSwitch, observer: RecordingObserver, heard: Heard
) -> None:
    """A user without the right to events never counts as connected."""
    scripted.rules["event "] = lambda _: reply("-ERR permission denied")
    begin()
    wait_until(lambda: observer.lost)
    assert "esl-allowed-events" in observer.lost[0]
    assert "permission denied" in observer.lost[0]
    assert heard == []


def test_the_same_fault_is_told_once(
    begin: Connect, scripted: ScriptedSwitch, observer: RecordingObserver
) -> None:
    """A switch that is away for hours fills no log; another fault is told."""
    begin(password="wrong")
    wait_until(lambda: len(scripted.clients) > 5)
    assert len(observer.lost) == 1
    scripted.greeting = None
    scripted.closes_after_greeting = True
    wait_until(lambda: len(observer.lost) == 2)
    assert "closed the connection" in observer.lost[1]


def test_stopping_a_link_that_never_came_up_is_quick(
    begin: Connect, scripted: ScriptedSwitch
) -> None:
    """A link that is waiting for a greeting can be stopped, and stopped again."""
    scripted.greeting = None
    switch = begin()
    wait_until(lambda: scripted.clients)
    switch.stop()
    switch.stop()
    assert not switch.is_connected


def test_retries_grow_and_differ() -> None:
    """The wait doubles up to its ceiling, and two workers do not wait alike."""
    retry = Retry(first_seconds=0.5, longest_seconds=30.0)
    for failure_count in range(200):
        whole = min(0.5 * 2.0 ** min(failure_count, 16), 30.0)
        assert whole / 2 <= retry.delay_seconds(failure_count) <= whole
    assert len({retry.delay_seconds(9) for _ in range(10)}) > 1
