"""What differs between two configurations, in the words of the settings."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from callcore.domain.hours import OpeningHours
from callcore.domain.ids import HookName, LookupName, MenuName, SurveyName
from callcore.domain.pins import PinHash
from callcore.domain.policies import (
    SATISFACTION,
    CallableNumbers,
    CallbackPolicy,
    CallerList,
    HookPolicy,
    HoursMenu,
    LookupPolicy,
    MenuChoice,
    MenuPolicy,
    MessagePolicy,
    MessagesPolicy,
    NumberRoute,
    SitePolicy,
    SurveyPolicy,
    Tier,
)
from callcore.domain.policy_changes import changes
from callcore.domain.treatments import ToQueue
from tests.flows.floor import ANN, POLICY, SALES, SUPPORT
from tests.flows.reloads import DORA, with_agent, without_agents, without_queue
from tests.flows.stories import agent_of, queue_of

HOURS = OpeningHours(name="office", timezone="Europe/Warsaw", week={})
MENU = MenuPolicy(
    name=MenuName("main"), prompts=("hi",), choices={"1": MenuChoice(to=ToQueue(queue=SALES))}
)


def told(before: SitePolicy, after: SitePolicy) -> list[str]:
    """The changes as an operator reads them."""
    return [str(change) for change in changes(before, after)]


def test_the_same_has_no_changes() -> None:
    """Nor has an equal one."""
    assert told(POLICY, POLICY) == told(POLICY, replace(POLICY)) == []


def test_agents_and_queues_come_and_go() -> None:
    """In the order of their names."""
    after = with_agent(DORA, without_agents(ANN, policy=without_queue(POLICY)))
    assert told(POLICY, after) == [
        "agents.1001 removed",
        "agents.1003 changed: queues",
        "agents.1004 added",
        "numbers.8002 removed",
        "queues.sales removed",
    ]


def test_settings_have_the_words_of_the_file() -> None:
    """Tiers stand with the queues there; a PIN is never told, only that it is another."""
    after = agent_of(ANN, POLICY, tiers={SUPPORT: Tier(level=2)}, pin_hash=PinHash("scrypt:x:y"))
    assert told(POLICY, after) == ["agents.1001 changed: queues, pin"]
    assert "scrypt" not in repr(changes(POLICY, after))


def test_hours_are_told_by_their_name_and_by_their_queues() -> None:
    """Another holiday changes every queue that keeps the hours."""
    before = queue_of(policy=POLICY, hours=HOURS)
    after = queue_of(policy=POLICY, hours=replace(HOURS, timezone="UTC"))
    assert told(POLICY, before) == ["hours.office added", "queues.support changed: hours"]
    assert told(before, after) == [
        "hours.office changed: timezone",
        "queues.support changed: hours",
    ]


def test_parts_without_names_are_told_too() -> None:
    """Sections with one entry, lists, and what is none of a mapping."""
    vips = CallerList(name="vips", numbers=frozenset({"+48225550101"}))
    after = replace(
        POLICY,
        menus={MENU.name: MENU},
        caller_lists=(vips,),
        recordings_directory=None,
        fallback=replace(POLICY.fallback, extension="5000"),
        numbers={**POLICY.numbers, "8002": NumberRoute(menu=MENU.name)},
    )
    assert told(POLICY, after) == [
        "caller_lists.vips added",
        "fallback changed: extension",
        "menus.main added",
        "numbers.8002 changed: queue, menu",
        "recordings changed",
    ]


def test_the_front_door_is_told_by_name() -> None:
    """Menus of each kind, lookups, surveys, and hours that only a menu or a message keeps."""
    door = HoursMenu(
        name=MENU.name,
        hours=HOURS,
        open=MenuChoice(to=ToQueue(queue=SALES)),
        closed=MenuChoice(to=ToQueue(queue=SUPPORT)),
    )
    crm = LookupPolicy(name=LookupName("crm"), url="https://crm.example")
    csat = SurveyPolicy(name=SurveyName("csat"), questions=(SATISFACTION,))
    before = replace(
        POLICY, menus={MENU.name: MENU}, lookups={crm.name: crm}, surveys={csat.name: csat}
    )
    after = queue_of(
        policy=replace(
            before,
            menus={MENU.name: door},
            lookups={crm.name: replace(crm, token="hidden", headers={"X-Site": "main"})},
            surveys={},
        ),
        messages=MessagesPolicy(
            each=(MessagePolicy(prompts=("a",), hours=replace(HOURS, name="sale")),)
        ),
        greeting=("greeting/welcome",),
    )
    assert told(before, after) == [
        "hours.office added",
        "hours.sale added",
        "lookups.crm changed: headers, token",
        "menus.main changed: kind",
        "queues.support changed: greeting, messages",
        "surveys.csat removed",
    ]
    assert "hidden" not in repr(changes(before, after))
    closed = replace(door, closed=MenuChoice(to=ToQueue(queue=SALES)))
    assert told(after, replace(after, menus={MENU.name: closed})) == ["menus.main changed: closed"]


def test_callbacks_are_told_where_the_file_has_them() -> None:
    """Hooks, the numbers that may be called, and hours that only callbacks keep."""
    sms = HookPolicy(name=HookName("sms"), url="https://sms.example")
    before = replace(POLICY, hooks={sms.name: sms})
    after = queue_of(
        policy=replace(
            before,
            hooks={sms.name: replace(sms, token="hidden", tries=1)},
            dialplan=replace(
                POLICY.dialplan, callable_numbers=CallableNumbers(do_not_call=("blocked",))
            ),
        ),
        callback=CallbackPolicy(hours=replace(HOURS, name="evening")),
    )
    assert told(before, after) == [
        "dialplan changed: callable_numbers",
        "hooks.sms changed: tries, token",
        "hours.evening added",
        "queues.support changed: callback",
    ]
    assert "hidden" not in repr(changes(before, after))


def test_no_part_of_a_policy_changes_untold() -> None:
    """Whatever is added to the policy some day."""
    for field in fields(POLICY):
        if field.name in {"site", "retired"}:  # the first needs a restart, the second is ours
            continue
        changed: dict[str, Any] = {field.name: _other(getattr(POLICY, field.name))}
        other = replace(POLICY, **changed)
        assert told(POLICY, other), field.name


def _other(value: object) -> object:
    match value:
        case dict():
            return {} if value else {"new": MENU}
        case tuple():
            return (CallerList(name="new", numbers=frozenset()),)
        case str():
            return f"{value}/elsewhere"
        case _:
            return object()
