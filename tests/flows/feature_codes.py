"""A call centre whose agents dial feature codes, and what they do on their phones."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import gevent

from callcore.domain import pins
from callcore.domain.agents import AgentState, BreakCode
from callcore.domain.events import FeatureCodeDialled
from callcore.domain.feature_answers import FeatureAnswer
from callcore.domain.ids import LegId
from callcore.domain.policies import (
    BreakPolicy,
    Connection,
    FeatureCode,
    PinPolicy,
    SitePolicy,
    SoundsPolicy,
)
from tests.flows.floor import ANN, BOB, ROOMY, TestFloor
from tests.flows.stories import agent_of, arrive, line_of

ANNS_PIN, BOBS_PIN = "4711", "080815"
CODES = {
    "*80": FeatureCode.LOG_IN,
    "*81": FeatureCode.LOG_OUT,
    "*82": FeatureCode.START_BREAK,
    "*83": FeatureCode.AVAILABLE,
    "*84": FeatureCode.EXTEND_WRAP_UP,
}
LUNCH, COFFEE = BreakCode("lunch"), BreakCode("coffee")
BREAKS = {
    LUNCH: BreakPolicy(code=LUNCH, maximum_seconds=1800, key="1"),
    COFFEE: BreakPolicy(code=COFFEE, key="2"),
}
ANNS_PHONE = "1001@t"

_HASHES = {
    ANN: pins.hashed(ANNS_PIN, bytes(16)),
    BOB: pins.hashed(BOBS_PIN, bytes(range(16))),
}


def by_phone(policy: SitePolicy = ROOMY, **settings: Any) -> SitePolicy:
    """The site with feature codes; Ann and Bob have PINs, Cleo has none."""
    policy = replace(policy, feature_codes=CODES, pins=PinPolicy(**settings))
    for agent_id, pin_hash in _HASHES.items():
        policy = agent_of(agent_id, policy, pin_hash=pin_hash)
    return policy


def with_tones(policy: SitePolicy) -> SitePolicy:
    """The site without recordings."""
    return replace(policy, sounds=SoundsPolicy())


def standing(policy: SitePolicy | None = None, **settings: Any) -> SitePolicy:
    """The site, with Ann on a standing line when she logs in."""
    return agent_of(ANN, policy or by_phone(), connection=Connection.STANDING, **settings)


def until(holds: Callable[[], Any], floor: TestFloor) -> None:
    """Lets time pass until something holds; none while a PIN is looked at, which is done in real
    time.
    """
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline, f"not in time; told {floor.facts[-5:]}"
        gevent.sleep(0.002)
        if not floor.worker.office.feature_calls._checking._back_room._place.locked():
            floor.clock.advance(0.1)


def key(floor: TestFloor, leg_id: LegId, keys: str) -> None:
    """Keys are pressed, 100 ms apart."""
    for one in keys:
        if leg_id in floor.switch.legs_by_id:
            floor.switch.press(leg_id, one)
            floor.clock.advance(0.1)


def dial(floor: TestFloor, code: str, keys: str = "", *, phone: str = ANNS_PHONE) -> LegId:
    """A code is dialled from a phone, and keys are pressed."""
    leg_id = arrive(floor, code, **({"phone": phone} if phone else {}))
    floor.clock.advance(0.1)
    key(floor, leg_id, keys)
    return leg_id


def answers(floor: TestFloor) -> list[FeatureAnswer]:
    """What came of the codes dialled so far."""
    return [fact.answer for fact in floor.told(FeatureCodeDialled)]


def dial_until_over(
    floor: TestFloor, code: str, keys: str = "", *, phone: str = ANNS_PHONE
) -> FeatureAnswer:
    """A code is dialled, and all that follows is heard to the end; what came of it."""
    before = len(answers(floor))
    leg_id = dial(floor, code, keys, phone=phone)
    until(lambda: len(answers(floor)) > before, floor)
    until(lambda: leg_id not in floor.switch.legs_by_id, floor)
    return answers(floor)[-1]


def heard(floor: TestFloor, leg_id: LegId) -> list[str]:
    """The prompts a leg has heard, without their folder."""
    return [
        path.removeprefix("/sounds/en/").removesuffix(".wav")
        for paths in line_of(floor, leg_id).announced
        for path in paths
    ]


def stand(floor: TestFloor) -> LegId:
    """Ann logs in on her line; the line."""
    leg_id = dial(floor, "*80", f"{ANNS_PIN}#")
    until(lambda: floor.agent(ANN).state is AgentState.AVAILABLE, floor)
    until(lambda: line_of(floor, leg_id).playing == "silence_stream://-1", floor)
    return leg_id
