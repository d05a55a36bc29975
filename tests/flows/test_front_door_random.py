"""Front doors that nobody would build, and callers who press what they like: nobody is stuck."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from callcore.domain.events import MenuAnswered
from callcore.domain.hours import Interval, OpeningHours
from callcore.domain.ids import Language, LegId, MenuName, QueueName, SurveyName
from callcore.domain.lookups import LookupFailure
from callcore.domain.policies import (
    CallerList,
    CallersMenu,
    Extensions,
    HoursMenu,
    LookupMenu,
    Menu,
    MenuChoice,
    MenuPolicy,
    SitePolicy,
)
from callcore.domain.treatments import (
    Goodbye,
    OverflowReason,
    Said,
    ToCallback,
    ToExtension,
    ToMenu,
    ToNumber,
    ToQueue,
    ToSurvey,
    ToVoicemail,
    Treatment,
)
from callcore.flows.journey import MOST_STEPS
from tests.fakes.lookups import System
from tests.flows.floor import SALES, SUPPORT, TestFloor
from tests.flows.front_doors import CRM, NUMBER, choice, press, sent_to, with_menus
from tests.flows.stories import queue_of

NAMES = [MenuName(f"m{count}") for count in range(4)]
KEYS = "0123456789*#A"
THINKING_SECONDS = 4.0
STEP_SECONDS = 0.5
LONGEST_SILENCE_SECONDS = THINKING_SECONDS + 1.0 + STEP_SECONDS
"""Besides thinking: the moment in which an answer may come, and a step in which it began."""
LONGEST_CALL_SECONDS = 3600

ALWAYS = {day: (Interval(opens=time(0), closes=time(0)),) for day in range(7)}

prompts = st.sampled_from([("a",), ("b", "c"), ("missing",)])
extensions = Extensions(ranges=(("10", "19"), ("200", "299")))
destinations: st.SearchStrategy[Treatment] = st.one_of(
    st.sampled_from([*NAMES, MenuName("gone")]).map(lambda name: ToMenu(menu=name)),
    st.sampled_from([SUPPORT, SALES, QueueName("gone")]).map(lambda name: ToQueue(queue=name)),
    st.sampled_from(
        [
            Goodbye(),
            Goodbye(prompts=("bye",), cause="CALL_REJECTED"),
            ToExtension(extension="5000"),
            ToNumber(number="+48221234567"),
            ToVoicemail(box="7"),
            ToSurvey(survey=SurveyName("gone")),
        ]
    ),
)
treatments = st.recursive(
    destinations,
    lambda then: st.builds(
        Said, prompts=st.just(()) | prompts, then=then, is_skippable=st.booleans()
    ),
    max_leaves=3,
)
choices = st.builds(
    MenuChoice,
    to=treatments,
    priority=st.integers(-5, 5),
    language=st.sampled_from([None, Language("ru"), Language("xx")]),
    music=st.sampled_from([None, "local_stream://jazz", "missing.wav"]),
)
overflows = treatments | st.builds(
    ToCallback, prompts=prompts, timeout_seconds=st.just(THINKING_SECONDS), otherwise=treatments
)


@st.composite
def some_menu(draw: st.DrawFn, name: MenuName) -> Menu:
    """A menu of any kind."""
    kind = draw(st.sampled_from(["question", "question", "hours", "lists", "lookup", "lookup"]))
    if kind == "hours":
        week = draw(st.sampled_from([ALWAYS, {}]))
        hours = OpeningHours(name="h", timezone="UTC", week=week)
        return HoursMenu(name=name, hours=hours, open=draw(choices), closed=draw(choices))
    if kind == "lists":
        return CallersMenu(name=name, lists={"vip": draw(choices)}, otherwise=draw(choices))
    if kind == "lookup":
        asks = draw(st.sampled_from([(), ("a",)]))
        return LookupMenu(
            name=name,
            lookup=CRM,
            branches={"gold": draw(choices)},
            otherwise=draw(choices),
            failed=draw(choices),
            asks=asks,
            digits=3 if asks else 0,
            timeout_seconds=THINKING_SECONDS,
        )
    return MenuPolicy(
        name=name,
        prompts=draw(prompts),
        greeting=draw(st.just(()) | prompts),
        choices=draw(st.dictionaries(st.sampled_from("0123#*"), choices, min_size=1)),
        extensions=draw(st.none() | st.just(extensions)),
        timeout_seconds=draw(st.floats(0.1, THINKING_SECONDS)),
        between_keys_seconds=draw(st.floats(0.1, THINKING_SECONDS)),
        tries=draw(st.integers(1, 3)),
        otherwise=draw(treatments),
    )


@st.composite
def some_site(draw: st.DrawFn) -> SitePolicy:
    """Queues that nobody serves for long, and menus before and behind them."""
    policy = with_menus(*(draw(some_menu(name)) for name in NAMES))
    for queue in (SUPPORT, SALES):
        reasons = (OverflowReason.MAXIMUM_WAIT, OverflowReason.EXIT_KEY)
        overflow = draw(st.dictionaries(st.sampled_from(reasons), overflows))
        policy = queue_of(
            queue, policy=policy, maximum_wait_seconds=20, exit_key="0", overflow=overflow
        )
    vip = CallerList(name="vip", numbers=frozenset({"+48200100"}))
    dialplan = replace(policy.dialplan, callback_contact="sofia/gateway/out/{number}")
    return replace(policy, caller_lists=(vip,), dialplan=dialplan)


systems = st.builds(
    System,
    answer=st.sampled_from(
        [{"branch": "gold"}, {"say": [{"prompt": "a"}, {"digits": "12"}]}, {}, [], {"say": "x"}]
    ),
    after_seconds=st.sampled_from([0.0, 0.5, 1.5, 2.9, 60.0]),
    failure=st.sampled_from([None, None, *LookupFailure]),
    ignores_time=st.booleans(),
)
presses = st.lists(
    st.tuples(st.floats(0.0, 12.0), st.text(alphabet=KEYS, min_size=1, max_size=5)), max_size=6
)


class Listener:
    """Notes how long a caller hears nothing."""

    def __init__(self, floor: TestFloor, caller: LegId) -> None:
        self._floor = floor
        self._caller = caller
        self._silent_seconds = 0.0
        self.longest_seconds = 0.0

    @property
    def is_on_the_line(self) -> bool:
        """True while the caller is in our hands."""
        return (
            self._caller in self._floor.switch.legs_by_id
            and sent_to(self._floor, self._caller) is None
        )

    def listen(self, seconds: float) -> None:
        """Lets time pass."""
        while seconds > 0 and self.is_on_the_line:
            self._floor.clock.advance(min(seconds, STEP_SECONDS))
            self._note(min(seconds, STEP_SECONDS))
            seconds -= STEP_SECONDS

    def press(self, keys: str) -> None:
        """The caller presses something, and is patient again."""
        press(self._floor, self._caller, keys, then_seconds=0.05)
        self._silent_seconds = 0.0

    def _note(self, seconds: float) -> None:
        leg = self._floor.switch.legs_by_id.get(self._caller)
        if leg is None or leg.announcing or leg.playing or leg.orders or not leg.has_media:
            self._silent_seconds = 0.0
            return
        self._silent_seconds += seconds
        self.longest_seconds = max(self.longest_seconds, self._silent_seconds)


def door_to(menu: Treatment, name: MenuName) -> MenuPolicy:
    """A menu that leads there, whatever is done in it."""
    return MenuPolicy(
        name=name, prompts=("a",), choices={"1": choice(menu)}, otherwise=menu, tries=1
    )


CIRCLE = with_menus(
    *(
        door_to(Said(prompts=("b",), then=ToMenu(menu=NAMES[(count + 1) % 4])), name)
        for count, name in enumerate(NAMES)
    )
)


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(some_site(), systems, presses, st.none() | st.floats(0.0, 30.0))
@example(CIRCLE, System(), [], None)
@example(CIRCLE, System(), [(1.0, "1111111")], 3.0)
def test_every_call_ends_and_nobody_listens_to_nothing(
    policy: SitePolicy,
    system: System,
    pressed: list[tuple[float, str]],
    hangs_up_after: float | None,
) -> None:
    """Somewhere, after a bounded number of steps; and nothing of the call is left behind."""
    floor = TestFloor(policy)
    floor.switch.missing_sounds |= {
        "missing.wav",
        *(f"/sounds/{language}/missing.wav" for language in ("en", "ru")),
    }
    floor.lookups.systems[CRM] = system
    caller = floor.call_in(NUMBER)
    listener = Listener(floor, caller)
    for seconds, keys in pressed:
        listener.listen(seconds)
        if listener.is_on_the_line:
            listener.press(keys)
    listener.listen(LONGEST_CALL_SECONDS if hangs_up_after is None else hangs_up_after)
    if hangs_up_after is None:
        assert not listener.is_on_the_line
    assert listener.longest_seconds <= LONGEST_SILENCE_SECONDS
    keys_count = sum(len(keys) for _, keys in pressed)
    assert len(floor.told(MenuAnswered)) <= MOST_STEPS * (keys_count + 1)
    floor.switch.end(caller)
    floor.clock.advance(0.1)
    assert floor.worker.calls_count == 0 or floor.store.waiting_room.counts((SUPPORT, SALES))
    assert len([one for one in floor.records() if one.caller_leg_id == caller]) == 1
    assert floor.lookups.unanswered[CRM] == 0
    assert floor.complaints == []
    floor.switch.commands.clear()
    floor.clock.advance(60)
    assert caller not in {leg_id for _, leg_id in floor.switch.commands}
