"""The prompts and languages that a site's policies name."""

from __future__ import annotations

import dataclasses
import typing

from callcore.domain import named, policies, treatments
from callcore.domain.agents import BreakCode
from callcore.domain.ids import Language, MenuName, QueueName
from callcore.domain.named import Field
from callcore.domain.policies import (
    BreakPolicy,
    MenuChoice,
    MenuPolicy,
    MessagePolicy,
    MessagesPolicy,
    NumberRoute,
    QueuePolicy,
    SitePolicy,
)
from callcore.domain.speech.utterances import Number, Utterance
from callcore.domain.treatments import Goodbye, OverflowReason, Said, ToQueue


def test_every_prompt_that_policies_name_is_found() -> None:
    """In menus, in what follows them, in messages, in treatments; numbers are the grammars'."""
    queue = QueueName("support")
    said = Said(prompts=("shop/legal", Number(5)), then=ToQueue(queue=queue))
    closed = Said(prompts=("shop/hours",), then=Goodbye(prompts=("shop/bye",)))
    site = SitePolicy(
        site="test",
        agents={},
        queues={
            queue: QueuePolicy(
                name=queue,
                greeting=("shop/greeting",),
                messages=MessagesPolicy(each=(MessagePolicy(prompts=("shop/news",)),)),
                overflow={OverflowReason.CLOSED: closed},
            )
        },
        menus={
            MenuName("main"): MenuPolicy(
                name=MenuName("main"),
                prompts=("shop/main",),
                choices={
                    "1": MenuChoice(to=said, language=Language("pl"), music="local_stream://jazz")
                },
            )
        },
        numbers={"8001": NumberRoute(queue=queue, language=Language("ru"))},
        breaks={
            BreakCode(code): BreakPolicy(code=BreakCode(code), name=code, key=key)
            for code, key in (("smoke", "1"), ("meeting", None))
        },
    )
    prompts = named.prompts(site)
    assert {key for key in prompts if key.startswith("shop/")} == {
        f"shop/{name}" for name in ("legal", "hours", "bye", "greeting", "news", "main")
    }
    assert not any("jazz" in key for key in prompts)
    assert {key for key in prompts if key.startswith("break/")} == {"break/smoke"}
    assert named.languages(site) == ("en", "pl", "ru")


def test_no_policy_hides_what_it_says_from_the_search() -> None:
    """An utterance is a field of its own, and policies are not in sets."""
    for module in (policies, treatments):
        for policy in vars(module).values():
            if not (isinstance(policy, type) and dataclasses.is_dataclass(policy)):
                continue
            for name, hint in typing.get_type_hints(policy).items():
                inner = [one for one in typing.get_args(hint) if one == Utterance]
                assert not inner or hint == Utterance, f"{policy}.{name}"
                in_set = typing.get_origin(hint) in (set, frozenset) and typing.get_args(hint)
                assert not any(map(dataclasses.is_dataclass, in_set or ())), f"{policy}.{name}"


def test_a_prompt_is_told_where_it_is_named_first() -> None:
    """Down to the position, by fields of policies and by what stands in them."""
    support, sales = (
        QueuePolicy(name=QueueName(name), greeting=(Number(1), "shop/hello"))
        for name in ("support", "sales")
    )
    site = SitePolicy(
        site="test",
        agents={},
        queues={queue.name: queue for queue in (support, sales)},
        breaks={BreakCode("smoke"): BreakPolicy(code=BreakCode("smoke"), key="1")},
    )
    prompts = named.prompts(site)
    greeting = (Field(SitePolicy, "queues"), "support", Field(QueuePolicy, "greeting"), 1)
    assert prompts["shop/hello"] == greeting
    assert prompts["break/smoke"] == (Field(SitePolicy, "breaks"), "smoke")
