"""Callers and phones that live by themselves: arrivals, habits, one seed, the demonstration."""

from __future__ import annotations

import os
import random
import signal
import statistics
import subprocess
import sys
from collections import Counter

import pytest

from callcore.switchsim import population
from callcore.switchsim.dialplan import Dialplan
from callcore.switchsim.distributions import Constant, Exponential, Lognormal, Uniform
from callcore.switchsim.phones import AgentPhone, Reaction, reaction
from tests.switchsim.client import Client

ASKING = (("answer", ""), ("playback", "silence_stream://20000"), ("hangup", "NORMAL_CLEARING"))


@pytest.mark.parametrize(
    ("distribution", "mean", "deviation"),
    [
        (Constant(3.0), 3.0, 0.0),
        (Uniform(2.0, 4.0), 3.0, 0.577),
        (Exponential(3.0), 3.0, 3.0),
        (Lognormal(3.0, 0.5), 3.0, 1.5),
    ],
)
def test_distributions_have_their_moments(distribution, mean, deviation):
    """Mean and standard deviation of many draws are the stated ones."""
    chance = random.Random(7)
    draws = [distribution.draw(chance) for _ in range(20_000)]
    assert statistics.fmean(draws) == pytest.approx(mean, rel=0.05)
    assert statistics.pstdev(draws) == pytest.approx(deviation, rel=0.08, abs=1e-9)
    assert min(draws) >= 0


def test_arrivals_swing_around_their_rate():
    """Over whole periods the rate is the stated one; in the high half more come than in the low."""
    arrivals = population.Arrivals(per_minute=60, swing=0.8, period_seconds=100)
    chance = random.Random(3)
    at, high, low = 0.0, 0, 0
    while at < 10_000:
        at += arrivals.gap_seconds(at, chance)
        if at % 100 < 50:
            high += 1
        else:
            low += 1
    assert high + low == pytest.approx(10_000, rel=0.05)
    assert high / low == pytest.approx(3.0, rel=0.15)


def test_phones_react_by_their_chances():
    """Misses, busy signals and refusals come as often as stated."""
    phone = AgentPhone(miss_chance=0.2, busy_chance=0.1, refuse_chance=0.3)
    chance = random.Random(5)
    shares = Counter(reaction(phone, chance) for _ in range(20_000))
    assert shares[Reaction.RINGS] / 20_000 == pytest.approx(0.2, abs=0.01)
    assert shares[Reaction.BUSY] / 20_000 == pytest.approx(0.1, abs=0.01)
    assert shares[Reaction.REFUSES] / 20_000 == pytest.approx(0.3, abs=0.01)


def arrivals_of(switch, clock, habits, minutes):
    """Who came, as told by the switch."""
    client = Client(switch.port).enter("json CHANNEL_CREATE CHANNEL_HANGUP DTMF")
    callers = population.Callers(switch, population.Arrivals(per_minute=30), habits)
    callers.start()
    for _ in range(minutes * 6):
        clock.advance(10)
    callers.stop()
    client.api("status")
    client.close()
    return callers, client.events


HABITS = population.Habits(
    numbers={"5001": 3.0, "5002": 1.0},
    patience_seconds=Exponential(2.0),
    hostile_chance=0.3,
)


def test_one_seed_is_one_story(make_switch, clock):
    """The same seed gives the same callers, ids and instants; another gives others."""
    stories = []
    for seed in (1, 1, 2):
        switch = make_switch(clock=clock, seed=seed)
        began = clock.now()
        _, events = arrivals_of(switch, clock, HABITS, 2)
        stories.append(
            [
                (
                    int(event["Event-Date-Timestamp"]) - began,
                    event["Unique-ID"],
                    event["Caller-Caller-ID-Name"],
                )
                for event in events
                if event["Event-Name"] == "CHANNEL_CREATE"
            ]
        )
        switch.stop()
    assert len(stories[0]) > 30
    assert stories[0] == stories[1]
    assert stories[0] != stories[2]


def test_callers_have_their_habits(make_switch, clock):
    """Numbers come by weight, the impatient leave, some names are hostile."""
    callers, events = arrivals_of(make_switch(clock=clock), clock, HABITS, 10)
    created = [event for event in events if event["Event-Name"] == "CHANNEL_CREATE"]
    assert callers.arrived_count == len(created) == pytest.approx(300, rel=0.2)
    dialled = Counter(event["Caller-Destination-Number"] for event in created)
    assert dialled["5001"] / len(created) == pytest.approx(0.75, abs=0.08)
    assert any("\n" in str(event["Caller-Caller-ID-Name"]) for event in created)
    causes = Counter(e["Hangup-Cause"] for e in events if e["Event-Name"] == "CHANNEL_HANGUP")
    assert causes["ORIGINATOR_CANCEL"] > 200
    assert causes["NORMAL_TEMPORARY_FAILURE"] > 5


def test_callers_answer_what_they_are_asked(make_switch, clock):
    """Those of a number that asks press one of its keys, or nothing; the others press nothing."""
    switch = make_switch(
        clock=clock,
        dialplan=Dialplan(extensions={"5001": ASKING, "5002": ASKING}),
    )
    habits = population.Habits(
        numbers={"5001": 1.0, "5002": 1.0},
        patience_seconds=Constant(10_000.0),
        choices={"5001": "12"},
        silent_chance=0.3,
    )
    _, events = arrivals_of(switch, clock, habits, 10)
    answered = [e for e in events if e["Event-Name"] == "CHANNEL_CREATE"]
    pressed = [event for event in events if event["Event-Name"] == "DTMF"]
    assert {event["Caller-Destination-Number"] for event in pressed} == {"5001"}
    assert {event["DTMF-Digit"] for event in pressed} == {"1", "2"}
    asked = [e for e in answered if e["Caller-Destination-Number"] == "5001"]
    assert len(pressed) / len(asked) == pytest.approx(0.7, abs=0.15)


def test_speed_makes_people_faster_and_not_the_protocol(make_switch, clock):
    """At ten times the speed ten times as many come, and the guard still takes its seconds."""
    switch = make_switch(clock=clock, speed=10.0)
    habits = population.Habits(numbers={"5001": 1.0}, patience_seconds=Constant(10_000.0))
    callers, events = arrivals_of(switch, clock, habits, 1)
    assert callers.arrived_count == pytest.approx(300, rel=0.2)
    created = {e["Unique-ID"]: int(e["Event-Date-Timestamp"]) for e in reversed(events)}
    ended = [e for e in events if e["Event-Name"] == "CHANNEL_HANGUP"]
    waits = [(int(e["Event-Date-Timestamp"]) - created[e["Unique-ID"]]) / 1e6 for e in ended]
    assert all(4.0 < wait < 6.5 for wait in waits)


def test_phone_talks_holds_and_hangs_up(make_switch, clock):
    """A phone picks up after its ringing, holds once, and ends the conversation."""
    switch = make_switch(clock=clock)
    switch.register(
        "1001",
        AgentPhone(
            ring_seconds=Constant(2.0),
            talk_seconds=Constant(30.0),
            hold_chance=1.0,
            hold_seconds=Constant(5.0),
        ),
    )
    client = Client(switch.port).enter()
    caller = switch.call_in(dialled="5001")
    clock.advance(0.1)
    client.api(f"sched_del {caller.leg_id}")
    client.api(f"uuid_answer {caller.leg_id}")
    client.ask("bgapi originate {origination_uuid=agent}user/1001 &park()")
    clock.advance(1.5)
    assert not switch.leg("agent").is_answered
    clock.advance(1.0)
    client.api(f"uuid_bridge {caller.leg_id} agent")
    clock.advance(12.0)
    assert caller.playing == "local_stream://moh"
    clock.advance(5.0)
    assert caller.playing is None
    clock.advance(15.0)
    assert not caller.is_alive
    names = client.names()
    assert (names.count("CHANNEL_HOLD"), names.count("CHANNEL_UNHOLD")) == (1, 1)
    client.close()


@pytest.mark.slow
def test_demonstration_runs_as_a_process_until_told_to_end():
    """The child says its port, has a population, and ends in order on SIGTERM."""
    program = (
        "from gevent import monkey; monkey.patch_all()\n"
        "from callcore.switchsim import demo\n"
        "demo.run(port=0, password='pw', queues={'5001': 'support'}, agents=['1001', '1002'],"
        " seed=3, arrivals_per_minute=600, speed=5.0)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, env={**os.environ}, text=True
    ) as child:
        try:
            assert child.stdout is not None
            word, port = child.stdout.readline().split()
            assert word == "ready"
            client = Client(int(port)).enter("json CHANNEL_PARK", password="pw")
            client.until(lambda: client.names().count("CHANNEL_PARK") >= 3)
            assert '"reg_user":"1002"' in client.api("show registrations as json")
            child.send_signal(signal.SIGTERM)
            client.until(lambda: client.is_closed)
            assert client.frames[-1].kind == "text/disconnect-notice"
            client.close()
            assert child.wait(10) == 0
        finally:
            if child.poll() is None:
                child.kill()
