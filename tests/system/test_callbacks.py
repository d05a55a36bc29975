"""Promised callbacks of a daemon that is killed, on real servers and a simulated switch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from callcore.switchsim.distributions import Constant
from callcore.switchsim.legs import Leg
from callcore.switchsim.phones import AgentPhone
from callcore.switchsim.switch import SimulatedSwitch
from tests.system.conftest import Start
from tests.system.daemon import Daemon, records_in, until

pytestmark = pytest.mark.timeout(120)

NUMBERS = ("+48600000001", "+48600000002", "+48600000003")
PROMISED_TO = NUMBERS[1]
LONG_RING_SECONDS = 8.0
"""Longer than a restart, on a busy machine too."""
ON_HOOK_SECONDS = 6.0


def site(callback: dict[str, Any]) -> dict[str, Any]:
    """A queue whose callers press a key to be called back."""
    return {
        "queues": {
            "support": {
                "wrap_up_seconds": 0,
                "retry_after_miss_seconds": 1,
                "announce_position": "false",
                "callback": {
                    "offer": {"key": "2"},
                    "confirms_number": "false",
                    "ring_seconds": 20,
                    **callback,
                },
            }
        },
        "dialplan": {"callback_contact": "sofia/gateway/carrier/{number}"},
    }


class Floor:
    """Three who call one after another, of whom the second was promised a callback."""

    def __init__(
        self, start: Start, switch: SimulatedSwitch, servers: dict[str, Any], **callback: Any
    ) -> None:
        self._start = lambda: start(switch, **site(callback), **servers)
        self._history_url = servers["postgres"]["url"]
        self.switch = switch
        switch.unregister("1001")
        self.daemon = self._begun()
        self.callers = [self._comes(number) for number in NUMBERS]

    def _begun(self) -> Daemon:
        daemon = self._start()
        daemon.wait_line("link_restored")
        return daemon

    def _comes(self, number: str) -> Leg:
        caller = self.switch.call_in(dialled="8001", caller_number=number)
        assert caller.wait_until(lambda leg: leg.playing is not None, 10)
        if number == PROMISED_TO:
            caller.press("2")
            assert caller.wait_until(lambda leg: not leg.is_alive, 20)
        return caller

    def is_due(self) -> None:
        """The phone that was promised a call is free again."""
        promised = self.daemon.wait_line("callback_promised")["timestamp"]
        until(lambda: _seconds_since(promised) > ON_HOOK_SECONDS, "the phone is free again")

    def agent_comes(self) -> None:
        """The one agent's phone can be called; a talk lasts a second."""
        self.switch.register(
            "1001", AgentPhone(ring_seconds=Constant(0.2), talk_seconds=Constant(1.0))
        )

    def restart(self) -> None:
        """Killed, and started again."""
        self.daemon.process.kill()
        self.daemon.process.wait(10)
        self.daemon = self._begun()

    def customers_leg(self) -> Leg | None:
        """The line to the customer, if there is one."""
        legs = [leg for leg in self.switch.legs() if leg.variable("callcore_customer")]
        assert len(legs) <= 1
        return legs[0] if legs else None

    def served_in_order(self) -> dict[str, Any]:
        """All three are served in the order in which they came; the callback's record."""

        def all_kept() -> list[dict[str, Any]]:
            rows = [row for row in records_in(self._history_url) if row["outcome"] == "served"]
            return rows if len(rows) == len(NUMBERS) else []

        served = sorted(until(all_kept, "three served"), key=lambda row: row["bridged_at"])
        assert [row["caller_number"] for row in served] == list(NUMBERS)
        kept: dict[str, Any]
        (kept,) = [row for row in served if row["is_callback"]]
        assert (str(kept["callback_of"]), kept["faults"]) == (self.callers[1].leg_id, [])
        return kept


def test_killed_while_an_agent_is_kept_for_a_ringing_customer(
    start: Start, switch: SimulatedSwitch, servers: dict[str, Any]
) -> None:
    """The phone rings on; who picks it up is served in front of who came later."""
    switch.phones.add(PROMISED_TO, AgentPhone(ring_seconds=Constant(LONG_RING_SECONDS)))
    floor = Floor(start, switch, servers, call_first="customer", check="false")
    floor.is_due()
    floor.agent_comes()
    floor.daemon.wait_line("callback_dialled")
    ringing = until(floor.customers_leg, "the customer's phone rings")
    floor.restart()
    assert ringing.is_alive
    kept = floor.served_in_order()
    assert kept["is_adopted"]
    assert str(kept["caller_leg_id"]) == ringing.leg_id


def test_killed_while_the_customer_is_asked_for_a_key(
    start: Start, switch: SimulatedSwitch, servers: dict[str, Any]
) -> None:
    """The line is kept, the customer presses the key, and is served on the same line."""
    switch.phones.add(PROMISED_TO, AgentPhone(ring_seconds=Constant(0.2)))
    floor = Floor(
        start, switch, servers, call_first="customer", check={"timeout_seconds": 30, "tries": 3}
    )
    floor.is_due()
    floor.agent_comes()
    line: Callable[[], Leg | None] = floor.customers_leg
    customer = until(lambda: (leg := line()) is not None and leg.is_answered and leg, "answers")
    floor.restart()
    assert customer.is_alive

    def presses() -> bool:
        if customer.is_alive and customer.bridged_to is None:
            customer.press("1")
        return customer.bridged_to is not None

    until(presses, "customer and agent talk")
    assert str(floor.served_in_order()["caller_leg_id"]) == customer.leg_id


def _seconds_since(timestamp: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(timestamp)).total_seconds()
