"""Callers whom an agent's phone sends on, without a word or after one: the record says how."""

from __future__ import annotations

import pytest

from tests.live.daemon import one_agent
from tests.live.waiting import until
from tests.live.watching import arrival, bridged

pytestmark = [pytest.mark.live, pytest.mark.timeout(120)]


def told(daemon, uuid):
    """How the one talk of a call was transferred, as soon as there is a record."""
    assert daemon.record(uuid)["outcome"] == "served"
    [talk] = daemon.offers(uuid)
    return talk["transfer"], talk["transferred_to"]


def test_without_a_word(watched, phones, callcore):
    """The number to which the phone sent the caller."""
    phones.agent("1002", hang_up_after_seconds=1)
    daemon = callcore(**one_agent(phones.transferring_agent("1002").port))
    phones.caller("5001")
    uuid = arrival(watched)
    assert told(daemon, uuid) == ("blind", "1002")


def test_after_a_word(watched, phones, callcore):
    """Agent and colleague talk, and caller and colleague after that: the agent is free again."""
    colleague = phones.agent("1002", hang_up_after_seconds=6)
    consultation = phones.dials("1001", "1002")
    colleague.wait_for("picked_up")
    phone = phones.transferring_agent("1002", consultation=consultation)
    daemon = callcore(**one_agent(phone.port, wrap_up_seconds=0))
    phones.caller("5001")
    uuid = arrival(watched)
    phone.wait_for("transfer_accepted")
    until(
        lambda: daemon.metric("callcore_queue_free_agents", queue="support") == 1,
        5,
        "the agent is free while the caller talks",
    )
    assert watched.api(f"uuid_exists {uuid}") == "true"
    assert told(daemon, uuid) == ("attended", "")


def test_the_caller_hangs_up(watched, phones, callcore):
    """Nobody was sent anywhere."""
    daemon = callcore(**one_agent(phones.agent().port))
    caller = phones.caller("5001")
    uuid = arrival(watched)
    bridged(watched, uuid)
    caller.stop()
    watched.api(f"uuid_kill {uuid}")
    assert told(daemon, uuid) == (None, "")
