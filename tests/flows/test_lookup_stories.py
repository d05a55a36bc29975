"""Callers about whom another system is asked: what it is told, and where its answer leads."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from callcore.domain import skills
from callcore.domain.events import LookupMade, MenuAnswered
from callcore.domain.ids import Language
from callcore.domain.policies import CallerList, MenuPolicy, NumberRoute
from callcore.domain.treatments import Said, ToMenu
from tests.fakes.lookups import System
from tests.flows.floor import SALES, SUPPORT, TestFloor
from tests.flows.front_doors import (
    CRM,
    DOOR,
    NEXT,
    NUMBER,
    PROMPT_SECONDS,
    choice,
    dial,
    floor_of,
    heard,
    press,
    with_menus,
)
from tests.flows.lookups import BYE, asked, lookup_menu
from tests.flows.stories import done_to, line, line_of, place, record_of


class TestAnswer:
    """What is made of it."""

    def test_at_once_nothing_is_heard(self) -> None:
        """The line is not even answered for it."""
        floor, caller = asked(System(answer={"branch": "gold"}, after_seconds=0.9))
        floor.clock.advance(0.95)
        assert heard(floor, caller) == []
        assert set(done_to(floor, caller)) & {"announce", "pre_answer"} == set()
        assert place(floor, caller).own_priority == 10
        assert line(floor, caller, queue=SALES) == [1]
        (told,) = floor.told(MenuAnswered)
        assert (told.menu, told.key, told.branch, told.to) == (DOOR, "", "gold", "queue:sales")
        (made,) = floor.told(LookupMade)
        assert (made.lookup, made.failure, made.detail) == (CRM, None, "")
        assert made.seconds == pytest.approx(0.9, abs=0.01)

    def test_everything_it_brings(self) -> None:
        """Added to what the caller had; spoken, and known to the floor and the record."""
        answer = {
            "language": "pl",
            "priority": 4,
            "skills": ["polish", "billing > 20"],
            "account": "A'4711",
            "say": [{"prompt": "shop/balance"}, {"digits": "40"}],
        }
        floor, caller = asked(System(answer=answer))
        floor.clock.advance(0.5)
        (said,) = line_of(floor, caller).announced
        assert said == tuple(
            f"/sounds/pl/{key}.wav" for key in ("shop/balance", "digit/4", "digit/0")
        )
        floor.clock.advance(PROMPT_SECONDS)
        call = place(floor, caller)
        assert (call.queue, call.own_priority) == (SUPPORT, 4)
        assert (call.language, call.account) == ("pl", "A'4711")
        assert [skills.parse(text) for text in call.skills] == [
            skills.parse("polish and billing > 20")
        ]
        assert [fact.branch for fact in floor.told(MenuAnswered)] == ["otherwise"]
        floor.switch.end(caller)
        floor.clock.advance(0.1)
        record = record_of(floor, caller)
        assert (record.language, record.account) == ("pl", "A'4711")

    @pytest.mark.parametrize("word", ["silver", "", "otherwise", "failed"])
    def test_another_word_is_otherwise(self, word: str) -> None:
        """Words of strangers are no names of ours."""
        floor, caller = asked(System(answer={"branch": word}))
        floor.clock.advance(0.1)
        assert line(floor, caller) == [1]
        (told,) = floor.told(MenuAnswered)
        assert (told.branch, told.detail) == ("otherwise", word)

    def test_what_is_spoken_may_be_cut(self) -> None:
        """By a key, which the menu that follows takes."""
        answer = {"branch": "debt", "say": [{"prompt": "shop/balance"}]}
        floor, caller = asked(System(answer=answer))
        floor.clock.advance(0.5)
        press(floor, caller, "7")
        assert line(floor, caller, queue=SALES) == [1]
        assert heard(floor, caller) == ["shop/balance"]


class TestQuestion:
    """What the other system is told."""

    def test_who_calls_whom(self) -> None:
        """And what is known of them so far."""
        lists = (CallerList(name="vip", numbers=frozenset({"+48200100"}), account="A-1"),)
        policy = replace(with_menus(lookup_menu(), BYE), caller_lists=lists)
        route = NumberRoute(menu=DOOR, language=Language("ru"))
        floor = TestFloor(replace(policy, numbers={NUMBER: route}))
        caller = floor.call_in(NUMBER, name="Zoë; ${x}\n")
        floor.clock.advance(0.1)
        assert floor.lookups.asked == [
            (
                CRM,
                {
                    "call_id": caller,
                    "caller_number": "+48200100",
                    "caller_name": "Zoë; ${x}\n",
                    "dialled_number": NUMBER,
                    "language": "ru",
                    "account": "A-1",
                    "site": "test",
                    "menu": DOOR,
                },
            )
        ]

    def test_the_documentation_shows_every_member(self) -> None:
        """Whoever answers can read what is asked, and in which words."""
        document = (Path(__file__).parents[2] / "docs" / "menus.md").read_text(encoding="utf-8")
        shown = re.search(r"```json\n(\{\"call_id\".*?)```", document, re.DOTALL)
        assert shown is not None
        floor = TestFloor(
            replace(with_menus(lookup_menu(), BYE), numbers={NUMBER: NumberRoute(menu=DOOR)})
        )
        floor.call_in(NUMBER)
        floor.clock.advance(0.1)
        ((_, question),) = floor.lookups.asked
        assert set(json.loads(shown[1])) == {*question, "digits"}


class TestDigits:
    """Collected before the question."""

    SETTINGS: ClassVar[dict[str, Any]] = {"asks": ("account",), "digits": 4, "tries": 2}

    @pytest.mark.parametrize(
        ("keys", "sent"),
        [("4711", "4711"), ("47#", "47"), ("4*7A1#", "471"), ("0000", "0000"), ("#", None)],
    )
    def test_as_many_as_there_may_be_or_up_to_the_hash_key(
        self, keys: str, sent: str | None
    ) -> None:
        """Only digits; the hash key alone is the answer of one who has none."""
        floor, caller = asked(System(), **self.SETTINGS)
        floor.clock.advance(0.5)
        assert line_of(floor, caller).is_answered
        dial(floor, caller, keys)
        ((_, question),) = floor.lookups.asked
        assert question.get("digits") == sent
        assert line(floor, caller) == [1]

    def test_a_pause_ends_them(self) -> None:
        """As long as one may think about each."""
        floor, caller = asked(System(), **self.SETTINGS)
        floor.clock.advance(0.5)
        press(floor, caller, "47", then_seconds=4.9)
        assert floor.lookups.asked == []
        floor.clock.advance(0.2)
        assert floor.lookups.asked[0][1]["digits"] == "47"

    def test_none_at_all(self) -> None:
        """Asked for as often as is tried; then the question goes without them."""
        floor, caller = asked(System(), **self.SETTINGS)
        floor.clock.advance(2 * (PROMPT_SECONDS + 5) - 0.1)
        assert heard(floor, caller) == ["account", "account"]
        assert floor.lookups.asked == []
        floor.clock.advance(0.5)
        assert "digits" not in floor.lookups.asked[0][1]

    def test_too_many_are_the_next_menus(self) -> None:
        """Typed ahead like all others."""
        floor, caller = asked(System(answer={"branch": "debt"}, after_seconds=0.5), **self.SETTINGS)
        floor.clock.advance(0.5)
        dial(floor, caller, "47117", every_seconds=0.05)
        floor.clock.advance(1)
        assert line(floor, caller, queue=SALES) == [1]


def test_a_choice_with_words_before_a_lookup() -> None:
    """Heard to the end; the question waits for them."""
    door = MenuPolicy(
        name=NEXT,
        prompts=("next",),
        choices={"1": choice(Said(prompts=("law",), then=ToMenu(menu=DOOR), is_skippable=False))},
    )
    floor = floor_of(door, lookup_menu(), systems={CRM: System(answer={"branch": "gold"})})
    caller = floor.call_in(NUMBER)
    press(floor, caller, "1", then_seconds=PROMPT_SECONDS - 0.2)
    assert floor.lookups.asked == []
    floor.clock.advance(0.5)
    assert line(floor, caller, queue=SALES) == [1]
