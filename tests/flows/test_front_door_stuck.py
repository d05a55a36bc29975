"""Menus, lookups, announcements and surveys while everything goes wrong: nobody is stuck there."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar

import pytest

from callcore.domain.events import (
    CallEnded,
    FlowFailed,
    LookupMade,
    MenuAnswered,
    MessageAnnounced,
    PositionAnnounced,
    SurveyAnswered,
)
from callcore.domain.ids import CallId, Language, LegId, LookupName, MenuName, SurveyName
from callcore.domain.policies import (
    EstimatePolicy,
    LookupMenu,
    LookupPolicy,
    MenuChoice,
    MenuPolicy,
    MessagePolicy,
    MessagesPolicy,
    NumberRoute,
    PositionPolicy,
    QueueSurveyPolicy,
    SitePolicy,
    SurveyPolicy,
    SurveyQuestion,
)
from callcore.domain.treatments import OverflowReason, Said, ToMenu, ToQueue, ToSurvey, Treatment
from callcore.ports.operations import OperationError
from callcore.runtime.greenlets import spawn
from tests.fakes.lookups import System
from tests.fakes.switch import NODE
from tests.flows.floor import SALES, SUPPORT
from tests.flows.test_never_stuck import IDLE, TROUBLES
from tests.flows.turmoil import BUSTLE, TEAM, Turmoil, play

SEED = int(os.environ.get("CALLCORE_STUCK_SEED", "1"))
STORIES = int(os.environ.get("CALLCORE_STUCK_STORIES", "1"))
CALLS = int(os.environ.get("CALLCORE_STUCK_CALLS", "150"))

CSAT, CRM = SurveyName("csat"), LookupName("crm")
DOOR, ACCOUNT = MenuName("door"), MenuName("account")
SYSTEMS = (
    System(answer={"branch": "gold", "language": "ru", "say": [{"number": 5}]}),
    System(answer={"branch": "again"}, after_seconds=1.5),
    System(after_seconds=5.0),
    System(after_seconds=9.0, ignores_time=True),
    System(answer={"priority": "x"}),
)
SOUNDS = ("local_stream://moh", "/sounds/en/shop/main.wav", "/sounds/en/survey/satisfaction.wav")


def way(to: Treatment, **settings: Any) -> MenuChoice:
    return MenuChoice(to=to, **settings)


SITE = replace(
    BUSTLE,
    queues={
        SUPPORT: replace(
            BUSTLE.queues[SUPPORT],
            greeting=("greeting/welcome",),
            announce_position=PositionPolicy(first_after_seconds=1, interval_seconds=5),
            announce_estimate=EstimatePolicy(first_after_seconds=1, interval_seconds=9),
            messages=MessagesPolicy(
                each=(MessagePolicy(prompts=("shop/news",)),),
                first_after_seconds=2,
                interval_seconds=7,
            ),
            survey=QueueSurveyPolicy(name=CSAT, key="9"),
            exit_key="5",
            overflow={OverflowReason.EXIT_KEY: ToMenu(menu=DOOR)},
        ),
        SALES: replace(BUSTLE.queues[SALES], survey=QueueSurveyPolicy(name=CSAT, share=0.5)),
        TEAM: BUSTLE.queues[TEAM],
    },
    surveys={
        CSAT: SurveyPolicy(
            name=CSAT,
            questions=(
                SurveyQuestion(name="satisfaction", prompts=("survey/satisfaction",)),
                SurveyQuestion(name="resolved", prompts=("survey/resolved",)),
            ),
        )
    },
    lookups={CRM: LookupPolicy(name=CRM, url="http://crm/", most_at_once=3)},
    menus={
        DOOR: MenuPolicy(
            name=DOOR,
            prompts=("shop/main",),
            timeout_seconds=3,
            tries=2,
            choices={
                "1": way(ToQueue(queue=SUPPORT), priority=2),
                "2": way(Said(prompts=("shop/address",), then=ToMenu(menu=DOOR))),
                "3": way(ToMenu(menu=ACCOUNT)),
                "4": way(ToSurvey(survey=CSAT)),
                "5": way(ToQueue(queue=SALES), language=Language("pl")),
            },
            otherwise=ToQueue(queue=TEAM),
        ),
        ACCOUNT: LookupMenu(
            name=ACCOUNT,
            lookup=CRM,
            asks=("shop/account-number",),
            digits=2,
            timeout_seconds=2,
            branches={"gold": way(ToQueue(queue=SALES)), "again": way(ToMenu(menu=DOOR))},
            otherwise=way(ToQueue(queue=SUPPORT)),
            failed=way(ToQueue(queue=TEAM)),
        ),
    },
    numbers={
        **BUSTLE.numbers,
        "9000": NumberRoute(menu=DOOR),
        "9001": NumberRoute(menu=ACCOUNT),
        "8009": NumberRoute(survey=CSAT),
    },
)


class FrontDoor(Turmoil):
    """The same with callers who press keys, and systems that answer as they like."""

    SITE: ClassVar[SitePolicy] = SITE

    def call_door(self) -> None:
        self.calls_count += 1
        self.callers.append(self.switch.call_in(self.dice.choice(("9000", "9000", "9001"))))

    def caller_presses(self) -> None:
        count = self.dice.choice((1, 1, 2, 3))
        keys = "".join(self.dice.choice("123459#") for _ in range(count))
        self._of_a_caller(lambda leg_id: self.switch.press(leg_id, keys))

    def agent_asks(self) -> None:
        if talks := self.talks():
            self.switch.press(self.dice.choice(talks), "99")

    def transfer_to_survey(self) -> None:
        self._transfer("8009")

    def transfer_to_door(self) -> None:
        self._transfer("9000")

    def system_changes(self) -> None:
        self.lookups.systems[CRM] = self.dice.choice(SYSTEMS)

    def sound_comes_or_goes(self) -> None:
        self.switch.missing_sounds ^= {self.dice.choice(SOUNDS)}

    def language(self) -> None:
        language = Language(self.dice.choice(("en", "pl", "ru")))

        def change(leg_id: LegId) -> None:
            try:
                self.worker.operating.set_language(CallId(leg_id), language, by="eve")
            except OperationError:
                self.acts["refused"] += 1

        self._of_a_caller(lambda leg_id: spawn("operator", change, leg_id))

    def _of_a_caller(self, act: Callable[[LegId], object]) -> None:
        alive = [leg_id for leg_id in self.callers if leg_id in self.switch.legs_by_id]
        if alive:
            act(self.dice.choice(alive))

    def _transfer(self, number: str) -> None:
        if talks := self.talks():
            caller = self.switch.blind_transfer(self.dice.choice(talks))
            self.switch.park_again(caller, number, queue="")


ACTS = (
    *(FrontDoor.call_door,) * 8,
    *(FrontDoor.caller_presses,) * 9,
    FrontDoor.agent_asks,
    FrontDoor.transfer_to_survey,
    FrontDoor.transfer_to_door,
    FrontDoor.system_changes,
    FrontDoor.sound_comes_or_goes,
    FrontDoor.language,
)


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("seed", range(SEED, SEED + STORIES), indirect=True)
def test_nobody_is_stuck_in_a_menu_or_a_survey(trouble: str, seed: int) -> None:
    """Once it is quiet no leg is without a call and no agent without work that waits; when all have
    hung up nothing is left, and each call had one end.
    """
    floor = FrontDoor(seed)
    play(floor, (*TROUBLES[trouble], *ACTS), CALLS)
    floor.calm()
    told = f"{trouble}: CALLCORE_STUCK_SEED={seed}"
    assert floor.objections() == [], told
    floor.hang_up_all()
    assert {agent.state for agent in floor.store.roster.agents()} <= IDLE, told
    assert floor.store.waiting_room.calls(NODE) == [], told
    assert floor.worker.calls_count == 0, told
    assert floor.unhealed() == set(), told
    assert floor.unexplained() == [], told
    assert floor.told(FlowFailed) == [], told
    assert floor.complaints == [], told
    ends = Counter(fact.call_id for fact in floor.told(CallEnded))
    assert [call_id for call_id, count in ends.items() if count > 1] == [], told


@pytest.mark.parametrize("seed", [4], indirect=True)
def test_the_story_is_about_the_front_door(seed: int) -> None:
    """Callers choose, are looked up, hear announcements and are asked."""
    floor = FrontDoor(seed)
    play(floor, (*TROUBLES["none"], *ACTS), CALLS)
    assert {act.__name__ for act in ACTS} <= set(floor.acts)
    for kind in (MenuAnswered, LookupMade, PositionAnnounced, MessageAnnounced, SurveyAnswered):
        assert floor.told(kind), kind
