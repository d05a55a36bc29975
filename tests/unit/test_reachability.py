"""Settings that cannot mean what they say."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import reachability, skills
from callcore.domain.hours import OpeningHours
from callcore.domain.ids import AgentId, LookupName, MenuName, QueueName
from callcore.domain.policies import (
    AgentPolicy,
    CallersMenu,
    HoursMenu,
    LookupMenu,
    Menu,
    MenuChoice,
    MenuPolicy,
    QueuePolicy,
    SkillStep,
)
from callcore.domain.serving import Serving
from callcore.domain.treatments import (
    Goodbye,
    OverflowReason,
    Said,
    ToCallback,
    ToExtension,
    ToMenu,
    ToQueue,
    Treatment,
)

SUPPORT = QueueName("support")
FULL, EXIT = OverflowReason.QUEUE_FULL, OverflowReason.EXIT_KEY


def agent(number: str, queue: str = SUPPORT, **levels: int) -> AgentPolicy:
    return AgentPolicy(
        agent_id=AgentId(number),
        name=number,
        contact=f"user/{number}",
        queues=(QueueName(queue),),
        skills=levels,
    )


def queue(name: str, overflow: dict[OverflowReason, Treatment]) -> tuple[QueueName, QueuePolicy]:
    return QueueName(name), QueuePolicy(name=QueueName(name), overflow=overflow)


def menu(
    name: str, otherwise: Treatment, choice: Treatment | None = None
) -> tuple[MenuName, MenuPolicy]:
    return MenuName(name), MenuPolicy(
        name=MenuName(name),
        prompts=("welcome",),
        choices={"1": MenuChoice(to=choice or Goodbye())},
        otherwise=otherwise,
    )


def to_queue(name: str) -> ToQueue:
    return ToQueue(queue=QueueName(name))


def to_menu(name: str) -> ToMenu:
    return ToMenu(menu=MenuName(name))


# --- rules that nobody meets --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "extra", "able"),
    [
        ((), (), {"1001", "1002"}),
        ((), ("english",), {"1001"}),
        (((0, "english"),), (), {"1001"}),
        (((0, "polish"), (30, "english or german")), (), {"1001", "1002"}),
        (((0, "polish"), (30, "english or german")), ("german >= 90",), set()),
        (((0, "english"), (3600, "")), (), {"1001"}),
        (((0, "english"), (3599, "")), (), {"1001", "1002"}),
        (((3600, "english"),), (), {"1001", "1002"}),
    ],
)
def test_who_may_be_asked_in_the_end(
    steps: tuple[tuple[float, str], ...], extra: tuple[str, ...], able: set[str]
) -> None:
    """The last step before the maximum wait counts, with what the caller brings along; agents of
    other queues never do.
    """
    serving = Serving.of(
        {
            one.agent_id: one
            for one in (
                agent("1001", english=50),
                agent("1002", german=50),
                agent("1003", "sales", english=90, german=90),
            )
        }
    )
    policy = QueuePolicy(
        name=SUPPORT,
        maximum_wait_seconds=3600.0,
        skills=tuple(
            SkillStep(after_seconds=seconds, rule=skills.parse(rule)) for seconds, rule in steps
        ),
    )
    rules = tuple(skills.parse(rule) for rule in extra)
    assert reachability.agents_able(policy, rules, serving) == able


def test_a_queue_that_nobody_serves_has_nobody_able() -> None:
    """Whatever its rules."""
    assert reachability.agents_able(QueuePolicy(name=SUPPORT), (), Serving.of({})) == set()


# --- circles ------------------------------------------------------------------------------------


def test_a_circle_is_told_once_from_its_first_queue() -> None:
    """Whatever the number of reasons that lead round it."""
    queues = dict(
        [
            queue("elsewhere", {FULL: to_queue("sales")}),
            queue("support", {FULL: to_queue("sales"), OverflowReason.CLOSED: to_queue("sales")}),
            queue("sales", {OverflowReason.MAXIMUM_WAIT: to_queue("support")}),
        ]
    )
    assert reachability.overflow_loops(queues, {}) == [
        ("queue support", "queue sales", "queue support")
    ]


def test_queues_and_menus_make_circles_together() -> None:
    """A menu leads on those who press nothing; a queue may lead to itself."""
    queues = dict(
        [queue("support", {FULL: to_menu("main")}), queue("sales", {FULL: to_queue("sales")})]
    )
    menus = dict([menu("main", to_menu("second")), menu("second", to_queue("support"))])
    assert reachability.overflow_loops(queues, menus) == [
        ("queue support", "menu main", "menu second", "queue support"),
        ("queue sales", "queue sales"),
    ]


def test_branches_are_nobodys_decision() -> None:
    """Hours, lists and lookups lead round as queues do, whatever is said on the way."""
    back = MenuChoice(to=Said(prompts=("news",), then=to_menu("who")))
    out = MenuChoice(to=Goodbye())
    office = OpeningHours(name="office", timezone="UTC", week={})
    menus: dict[MenuName, Menu] = {
        MenuName("who"): CallersMenu(
            name=MenuName("who"),
            lists={"vip": MenuChoice(to=to_menu("door")), "other": MenuChoice(to=to_menu("crm"))},
            otherwise=out,
        ),
        MenuName("door"): HoursMenu(name=MenuName("door"), hours=office, open=out, closed=back),
        MenuName("crm"): LookupMenu(
            name=MenuName("crm"),
            lookup=LookupName("crm"),
            branches={"gold": MenuChoice(to=ToCallback(otherwise=back.to))},
            otherwise=out,
            failed=out,
        ),
    }
    assert reachability.overflow_loops({}, menus) == [
        ("menu who", "menu door", "menu who"),
        ("menu who", "menu crm", "menu who"),
    ]


def test_what_people_decide_is_no_circle() -> None:
    """The caller presses a key, the operator withdraws; each decides anew every time."""
    queues = dict(
        [
            queue("support", {EXIT: to_menu("main")}),
            queue("sales", {OverflowReason.WITHDRAWN: to_queue("sales")}),
        ]
    )
    menus = dict([menu("main", Goodbye(), choice=to_queue("support"))])
    assert reachability.overflow_loops(queues, menus) == []


def test_a_way_that_ends_is_no_circle() -> None:
    """At an extension, or at a name that does not exist, which is a fault of another kind."""
    queues = dict(
        [
            queue("support", {FULL: to_queue("sales"), OverflowReason.CLOSED: to_queue("gone")}),
            queue("sales", {FULL: ToExtension(extension="5000")}),
        ]
    )
    assert reachability.overflow_loops(queues, {}) == []


def test_circles_that_meet_are_each_told() -> None:
    """Two that share a queue are two faults."""
    queues = dict(
        [
            queue("a", {FULL: to_queue("b")}),
            queue("b", {FULL: to_queue("a"), OverflowReason.CLOSED: to_queue("c")}),
            queue("c", {FULL: to_queue("a")}),
        ]
    )
    assert reachability.overflow_loops(queues, {}) == [
        ("queue a", "queue b", "queue a"),
        ("queue a", "queue b", "queue c", "queue a"),
    ]


@given(
    st.dictionaries(
        st.sampled_from("abcdefg"),
        st.lists(st.sampled_from("abcdefgh"), max_size=3),
    )
)
def test_circles_are_told_exactly_where_there_are_any(ways: dict[str, list[str]]) -> None:
    """Each told one is a way round, none twice; with the links of those told gone, none is left."""
    reasons = (FULL, OverflowReason.CLOSED, OverflowReason.NO_AGENTS)
    queues = dict(
        queue(name, dict(zip(reasons, map(to_queue, nexts), strict=False)))
        for name, nexts in ways.items()
    )
    loops = reachability.overflow_loops(queues, {})
    links = {(f"queue {name}", f"queue {to}") for name, nexts in ways.items() for to in nexts}
    round_links = [set(pairwise(loop)) for loop in loops]
    assert all(
        loop[0] == loop[-1] and part <= links for loop, part in zip(loops, round_links, strict=True)
    )
    assert all(len(set(loop)) == len(loop) - 1 for loop in loops)
    assert len({frozenset(part) for part in round_links}) == len(loops)
    left = links.difference(*round_links)
    assert not is_circular(left)
    assert is_circular(links) == bool(loops)


def is_circular(links: set[tuple[str, str]]) -> bool:
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for start, end in links:
        sorter.add(start, end)
    try:
        sorter.prepare()
    except CycleError:
        return True
    return False
