"""A call centre that speaks three languages, and what is heard of them."""

from __future__ import annotations

from dataclasses import replace

from callcore.domain.events import PromptMissing
from callcore.domain.ids import Language, LegId, MenuName
from callcore.domain.policies import CallerList, MenuChoice, MenuPolicy, NumberRoute
from callcore.domain.treatments import Goodbye, OverflowReason, ToQueue
from tests.flows.floor import SUPPORT, TestFloor
from tests.flows.stories import line_of, queue_of

PL, RU = Language("pl"), Language("ru")
NUMBER, VIP = "+48200100", "+48600100200"
MAIN = MenuName("main")
MUSIC = "local_stream://moh"
JAZZ, POLKA = "local_stream://jazz", "local_stream://polka"
FIRST_TOLD_SECONDS = 10.5
"""When callers are told their position, which is then being said."""

QUESTION = MenuPolicy(
    name=MAIN,
    prompts=("shop/main",),
    choices={"1": MenuChoice(to=ToQueue(queue=SUPPORT), language=PL)},
    invalid=(),
    no_input=(),
)
SITE = replace(
    queue_of(overflow={OverflowReason.MAXIMUM_WAIT: Goodbye(prompts=("shop/sorry",))}),
    numbers={
        "8001": NumberRoute(queue=SUPPORT),
        "8002": NumberRoute(queue=SUPPORT, language=PL, music=POLKA),
        "9001": NumberRoute(menu=MAIN),
    },
    caller_lists=(
        CallerList(name="vip", numbers=frozenset({VIP}), language=RU, music=JAZZ, account="gold"),
    ),
    menus={MAIN: QUESTION},
)
"""Polish by the second number, Russian for those on the list."""


def next_in(language: str) -> tuple[str, ...]:
    """What the first in line is told."""
    return (f"/sounds/{language}/position/you-are-next.wav",)


def told(floor: TestFloor, leg_id: LegId) -> list[tuple[str, ...]]:
    """What was announced on a leg."""
    return line_of(floor, leg_id).announced


def missing(floor: TestFloor) -> list[str]:
    """What was told not to be there, in order."""
    return [fact.what for fact in floor.told(PromptMissing)]
