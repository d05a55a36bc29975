"""Agents whose phone is away or on a call of its own, on a real FreeSWITCH with phones of SIPp."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import gevent
import pytest

from callcore.adapters.freeswitch.link import Retry
from callcore.adapters.freeswitch.switch import FreeSwitch as Adapter
from callcore.domain.ids import LegId, NodeName
from callcore.domain.policies import NodePolicy
from callcore.ports.switch_events import LegEvent, PhoneCallBegan, SwitchEvent, SwitchRestored
from callcore.runtime.clock import SystemClock
from tests.adapters.freeswitch.scripted_switch import RecordingObserver
from tests.contract import phone_scenes
from tests.contract.switch_scenes import request_for
from tests.live.daemon import NODE, agent, queue
from tests.live.esl import Esl
from tests.live.passage import Passage
from tests.live.phones import Phones
from tests.live.ports import HOST
from tests.live.switch import DOMAIN, FreeSwitch
from tests.live.waiting import stays, until
from tests.live.watching import arrival, bridged, exists

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

ANN, BOB, FRIEND = "1001", "1002", "1003"
STORM = 6000
CALM_SECONDS = 1.5

T = TypeVar("T", bound=SwitchEvent)


class LiveStage:
    """The adapter, on a FreeSWITCH with phones that SIPp plays."""

    def __init__(self, switch: FreeSwitch, esl: Esl, phones: Phones) -> None:
        self.heard: list[SwitchEvent] = []
        self._esl = esl
        self._phones = phones
        self._ports: dict[str, int] = {}
        self._passage = Passage(switch.esl_port)
        self._adapter = self.switch = Adapter(
            NodePolicy(name=NodeName(NODE), host=HOST, port=self._passage.port),
            switch.esl_password,
            clock=SystemClock(),
            deliver=self.heard.append,
            observe=RecordingObserver(),
            retry=Retry(first_seconds=0.05, longest_seconds=0.1),
        )
        self.switch.start()
        self.hear(SwitchRestored)
        self.heard.clear()

    def hear(self, kind: type[T], leg_id: LegId | None = None) -> T:
        def told() -> list[T]:
            return [
                event
                for event in self.heard
                if isinstance(event, kind)
                and (leg_id is None or (isinstance(event, LegEvent) and event.leg_id == leg_id))
            ]

        self.until(told)
        return told()[0]

    def until(self, holds: Callable[[], Any]) -> None:
        until(holds, 10, f"the scene goes on; heard {self.heard}")

    def comes(self, user: str) -> None:
        if user not in self._ports:
            self._ports[user] = self._phones.agent(answer_after_seconds=0.2).port
        self._phones.register(user, self._ports[user])

    def goes(self, user: str) -> None:
        self._phones.register(user, self._ports.get(user, 9), expires_seconds=0)

    def dials(self, user: str) -> None:
        friend = self._phones.agent(FRIEND)
        self._phones.dials(user, FRIEND)
        friend.wait_for("picked_up")

    def is_called(self, user: str) -> None:
        self._phones.dials(FRIEND, user)

    def put_down(self, leg_id: LegId) -> None:
        self._esl.api(f"uuid_kill {leg_id}")

    def lose_link(self) -> None:
        self._passage.cut()

    def restore_link(self) -> None:
        self._passage.mend()

    def close(self) -> None:
        self._adapter.stop()
        self._passage.close()


@pytest.fixture
def stage(switch, esl, phones) -> Iterator[LiveStage]:
    """A switch and the world around it."""
    made = LiveStage(switch, esl, phones)
    yield made
    made.close()


def test_a_phone_comes_and_goes(stage):
    """As on the fake and the simulated switch."""
    phone_scenes.comes_and_goes(stage, DOMAIN)


@pytest.mark.parametrize("act", ["dials", "is_called"])
def test_a_phone_is_on_a_call_of_its_own(stage, act):
    """As on the fake and the simulated switch."""
    phone_scenes.is_on_a_call(stage, DOMAIN, getattr(stage, act))


def test_an_offer_is_told_apart(stage):
    """As on the fake and the simulated switch."""
    phone_scenes.is_offered(stage, DOMAIN, request_for(f"user/{ANN}@{DOMAIN}"))


def test_what_was_not_told_is_found(stage):
    """As on the fake and the simulated switch."""
    phone_scenes.acts_unheard(stage, DOMAIN)


def test_nobody_can_claim_an_agents_phone(stage, phones):
    """A caller from outside who writes the agent's name into From keeps nobody from being asked."""
    stage.comes(ANN)
    phones.caller("5001", from_user=ANN)
    stage.until(stage._esl.channels)
    stays(
        lambda: not any(isinstance(event, PhoneCallBegan) for event in stage.heard),
        0.3,
        "nobody is told that Ann's phone is on a call",
    )
    assert stage.switch.legs_of({f"{ANN}@{DOMAIN}"}) == {}


AGENTS = {
    ANN: agent("Anna Nowak", f"user/{ANN}@{DOMAIN}"),
    BOB: agent("Bob Nowak", f"user/{BOB}@{DOMAIN}", logged_in=False),
}


def on_floor(**more: Any) -> dict[str, Any]:
    """Settings of a queue whose first agent is Ann."""
    return {"queues": {"support": queue(wrap_up_seconds=0, **more)}, "agents": AGENTS}


def logged(daemon, text: str, count: int = 1) -> None:
    """Waits until callcore has written a line with that text so often."""
    until(lambda: daemon.log_text().count(text) >= count, 5, f"{count} times {text!r} in the log")


@pytest.fixture
def passage(switch) -> Iterator[Passage]:
    """A way to the event socket that a test may cut."""
    made = Passage(switch.esl_port)
    yield made
    made.close()


def test_an_agent_is_asked_while_the_phone_is_registered(watched, phones, passage, callcore):
    """Unregistered: passed over, and the other agent rings. Back: rung at once, by an event; and by
    a comparison, when the event socket was away at that time. No offer is lost in all this.
    """
    anns, bobs = phones.agent(), phones.agent(BOB)
    daemon = callcore(
        nodes=[{"name": NODE, "host": HOST, "port": passage.port}],
        queues={"support": queue(wrap_up_seconds=0)},
        agents={**AGENTS, BOB: agent("Bob Nowak", f"user/{BOB}@{DOMAIN}")},
    )
    phones.caller("5001")
    first = arrival(watched)
    bridged(watched, first, 3)
    phones.caller("5001")
    second = arrival(watched)
    stays(lambda: not anns.milestones(), 0.5, "Ann's phone is not called")
    phones.register(ANN, anns.port)
    bridged(watched, second, 3)

    phones.register(ANN, anns.port, expires_seconds=0)
    watched.api(f"uuid_kill {second}")
    phones.caller("5001")
    third = arrival(watched)
    stays(lambda: anns.milestones().count("picked_up") == 1, 0.5, "Ann's phone is not called")

    passage.cut()
    until(lambda: daemon.metric("callcore_link_up", node=NODE) == 0, 5, "the link is down")
    phones.register(ANN, anns.port)
    passage.mend()
    bridged(watched, third, 10)
    for uuid in (first, third):
        watched.api(f"uuid_kill {uuid}")
    offers = [daemon.offers(uuid) for uuid in (first, second, third)]
    assert [[offer["agent_id"] for offer in each] for each in offers] == [[BOB], [ANN], [ANN]]
    assert all(each[0]["lost_reason"] is None for each in offers)
    assert bobs.milestones().count("picked_up") == 1


@pytest.mark.parametrize("way", ["dials", "is_called"])
def test_an_agent_on_a_call_of_the_phones_own_is_left_alone(watched, phones, callcore, way):
    """Until it is over; then the caller who waits is rung for at once."""
    anns, friend = phones.agent(ANN), phones.agent(FRIEND)
    daemon = callcore(**on_floor())
    caller, called = (ANN, FRIEND) if way == "dials" else (FRIEND, ANN)
    own = phones.dials(caller, called)
    (friend if way == "dials" else anns).wait_for("picked_up")
    already = anns.milestones()
    phones.caller("5001")
    uuid = arrival(watched)
    stays(lambda: anns.milestones() == already, 1, "Ann's phone is not called")
    phone_leg = next(
        row["uuid"]
        for row in watched.channels()
        if row["cid_num"] == caller and row["uuid"] != uuid
    )
    over_at = time.monotonic()
    watched.api(f"uuid_kill {phone_leg}")
    bridged(watched, uuid, 3)
    assert time.monotonic() - over_at < CALM_SECONDS
    own.wait_for_end()
    watched.api(f"uuid_kill {uuid}")
    [offer] = daemon.offers(uuid)
    assert (offer["agent_id"], offer["lost_reason"]) == (ANN, None)


def test_an_agents_leg_that_is_sent_elsewhere(watched, phones, callcore):
    """The caller is gone, but the agent's leg talks on with somebody else: nobody is offered until
    it ends.
    """
    anns, friend = phones.agent(ANN), phones.agent(FRIEND)
    daemon = callcore(**on_floor())
    phones.caller("5001")
    first = arrival(watched)
    leg_id = bridged(watched, first)["Bridge-B-Unique-ID"]
    watched.api(f"uuid_setvar {leg_id} hangup_after_bridge false")
    watched.api(f"uuid_transfer {leg_id} {FRIEND} XML default")
    friend.wait_for("picked_up")
    until(lambda: not exists(watched, first), 5, "the first caller is gone")
    logged(daemon, '"holds":["outside_call"]')
    phones.caller("5001")
    second = arrival(watched)
    stays(lambda: anns.milestones().count("picked_up") == 1, 1, "Ann's phone is not called")
    watched.api(f"uuid_kill {leg_id}")
    bridged(watched, second, 3)


def test_a_phone_that_is_not_heard_of_any_more(watched, phones, callcore):
    """Its registration is ended by the switch: nobody is rung until another comes."""
    anns = phones.agent(ANN)
    daemon = callcore(**on_floor())
    watched.api(f"sofia profile internal flush_inbound_reg {ANN}@{DOMAIN}")
    logged(daemon, '"holds":["unregistered"]')
    phones.caller("5001")
    uuid = arrival(watched)
    stays(lambda: not anns.milestones(), 0.5, "Ann's phone is not called")
    phones.register(ANN, anns.port)
    bridged(watched, uuid, 3)


def test_a_storm_of_registrations_stalls_nobody(watched, phones, callcore, switch):
    """Thousands of strangers' phones register at once: a caller is served as ever meanwhile."""
    anns = phones.agent(ANN)
    daemon = callcore(**on_floor())
    stormy = switch.connect()
    lines = "sendevent CUSTOM\nEvent-Subclass: sofia::register\nfrom-host: elsewhere\nfrom-user: "

    def blow() -> None:
        for number in range(STORM):
            stormy.socket.sendall(f"{lines}{number}\n\n".encode())
            if number % 200 == 0:
                gevent.sleep(0)

    storm = gevent.spawn(blow)
    try:
        phones.caller("5001")
        uuid = arrival(watched)
        arrived_at = time.monotonic()
        bridged(watched, uuid, 5)
        assert time.monotonic() - arrived_at < CALM_SECONDS
        daemon.wait_metric(STORM, "callcore_link_events_total", node=NODE, event="CUSTOM")
    finally:
        storm.kill()
        stormy.close()
    assert daemon.metric("callcore_link_up", node=NODE) == 1
    assert anns.milestones().count("picked_up") == 1
