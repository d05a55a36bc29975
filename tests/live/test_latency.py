"""How long callcore takes to decide, measured on a real switch. Prints; judges only the absurd."""

from __future__ import annotations

import statistics

import pytest

from tests.live.daemon import agent, phone_at, queue
from tests.live.watching import bridged

pytestmark = [pytest.mark.live, pytest.mark.timeout(180)]

CALLS = 20
ABSURD_SECONDS = 0.5


@pytest.fixture
def report(request, capfd):
    """Writes a line to the terminal, whatever is captured."""
    terminal = request.config.pluginmanager.get_plugin("terminalreporter")

    def write(line):
        with capfd.disabled():
            terminal.write_line(f"\n{line}")

    return write


def milliseconds(earlier, later):
    """Between two events, by the switch's own clock, which stamps microseconds."""
    stamp = "Event-Date-Timestamp"
    return (int(later[stamp]) - int(earlier[stamp])) / 1000


def summary(values):
    ordered = sorted(values)
    middle, most = statistics.median(ordered), ordered[int(len(ordered) * 0.9)]
    return (
        f"median {middle:.1f} ms, 90 % {most:.1f} ms, longest {ordered[-1]:.1f} ms"
        f" of {len(ordered)}"
    )


def test_time_from_arrival_to_ringing_and_talking(watched, phones, callcore, report):
    """From the caller's PARK to the agent's leg and to the bridge, one call after another."""
    phone = phones.agent(answer_after_seconds=0.001, hang_up_after_seconds=0.3)
    daemon = callcore(
        queues={"support": queue(wrap_up_seconds=0, announce_position=False)},
        agents={"1001": agent("Anna Nowak", phone_at(phone.port))},
    )
    to_offer: list[float] = []
    to_bridge: list[float] = []
    for _ in range(CALLS):
        caller = phones.caller("5001")
        parked = watched.wait_event(
            "CHANNEL_PARK", 10, lambda event: event["Call-Direction"] == "inbound"
        )
        outgoing = watched.wait_event("CHANNEL_OUTGOING", 10)
        to_offer.append(milliseconds(parked, outgoing))
        to_bridge.append(milliseconds(parked, bridged(watched, parked["Unique-ID"])))
        caller.ended_well()
        daemon.wait_metric(1, "callcore_queue_free_agents", queue="support")
    decisions = daemon.metric("callcore_decision_seconds_count", trigger="caller_joined")
    mean = daemon.metric("callcore_decision_seconds_sum", trigger="caller_joined") / decisions
    report(f"caller parked -> agent's leg:  {summary(to_offer)}")
    report(f"caller parked -> talking:      {summary(to_bridge)}")
    report(f"callcore's own decision:       mean {mean * 1000:.1f} ms of {decisions:.0f}")
    assert decisions == CALLS
    assert statistics.median(to_offer) < ABSURD_SECONDS * 1000


def test_time_from_free_agent_to_ringing(watched, phones, callcore, report):
    """From the end of one conversation to the next caller's offer, with callers waiting."""
    phone = phones.agent(answer_after_seconds=0.001, hang_up_after_seconds=0.3)
    daemon = callcore(
        queues={"support": queue(wrap_up_seconds=0, announce_position=False)},
        agents={"1001": agent("Anna Nowak", phone_at(phone.port))},
    )
    for _ in range(CALLS):
        phones.caller("5001")
    gaps: list[float] = []
    ended = None
    while len(gaps) < CALLS - 1:
        event = watched.next_event(15)
        if event.get("Call-Direction") == "outbound":
            if event["Event-Name"] == "CHANNEL_HANGUP":
                ended = event
            elif event["Event-Name"] == "CHANNEL_OUTGOING" and ended is not None:
                gaps.append(milliseconds(ended, event))
    decisions = daemon.metric("callcore_decision_seconds_count", trigger="agent_free")
    mean = daemon.metric("callcore_decision_seconds_sum", trigger="agent_free") / max(decisions, 1)
    report(f"agent hung up -> next leg:     {summary(gaps)}")
    report(f"callcore's own decision:       mean {mean * 1000:.1f} ms of {decisions:.0f}")
    assert statistics.median(gaps) < ABSURD_SECONDS * 1000
