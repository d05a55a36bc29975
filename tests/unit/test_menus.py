"""What dialled keys mean: choices and extensions, as soon as nothing more can become of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import menus
from callcore.domain.ids import MenuName
from callcore.domain.menus import Meaning
from callcore.domain.policies import Extensions, MenuChoice, MenuPolicy
from callcore.domain.policies.menu import LONGEST_EXTENSION
from callcore.domain.treatments import Goodbye

PRESSED = "0123456789*#ABCD"
"""What phones send."""


def menu_of(choices: str, *ranges: tuple[str, str]) -> MenuPolicy:
    return MenuPolicy(
        name=MenuName("main"),
        prompts=("main",),
        choices={key: MenuChoice(to=Goodbye()) for key in choices},
        extensions=Extensions(ranges=ranges) if ranges else None,
    )


@st.composite
def some_ranges(draw: st.DrawFn) -> tuple[str, str]:
    """Extensions of one length."""
    length = draw(st.integers(1, 5))
    ends = st.integers(0, 10**length - 1)
    first, last = sorted((draw(ends), draw(ends)))
    return str(first).zfill(length), str(last).zfill(length)


@st.composite
def some_menus(draw: st.DrawFn) -> MenuPolicy:
    choices = draw(st.sets(st.sampled_from("0123456789*#")))
    ranges = draw(st.lists(some_ranges(), min_size=0 if choices else 1, max_size=4))
    return menu_of("".join(choices), *ranges)


class TestChoices:
    """A menu without extensions."""

    @pytest.mark.parametrize("key", "05*#")
    def test_a_choice_acts_at_once(self, key: str) -> None:
        """The key that ends extensions too, where it is one."""
        assert menus.dialled(menu_of("05*#"), key).meaning is Meaning.CHOICE

    @pytest.mark.parametrize("key", "1#*A")
    def test_every_other_key_is_invalid_at_once(self, key: str) -> None:
        """Letters included."""
        assert menus.dialled(menu_of("5"), key).meaning is Meaning.INVALID


class TestExtensions:
    """Extensions beside choices."""

    MENU = menu_of("1239", ("100", "119"), ("250", "250"), ("2500", "2599"), ("4", "4"))

    @pytest.mark.parametrize(
        ("keys", "meaning", "means"),
        [
            ("3", Meaning.CHOICE, "3"),
            ("1", Meaning.UNFINISHED, "1"),
            ("1#", Meaning.CHOICE, "1"),
            ("10", Meaning.UNFINISHED, "10"),
            ("10#", Meaning.INVALID, "10"),
            ("105", Meaning.EXTENSION, "105"),
            ("12", Meaning.INVALID, "12"),
            ("1*", Meaning.INVALID, "1*"),
            ("25", Meaning.UNFINISHED, "25"),
            ("250", Meaning.UNFINISHED, "250"),
            ("250#", Meaning.EXTENSION, "250"),
            ("2507", Meaning.EXTENSION, "2507"),
            ("26", Meaning.INVALID, "26"),
            ("4", Meaning.EXTENSION, "4"),
            ("5", Meaning.INVALID, "5"),
            ("#", Meaning.INVALID, "#"),
        ],
    )
    def test_as_soon_as_nothing_more_can_become_of_it(
        self, keys: str, meaning: Meaning, means: str
    ) -> None:
        """The longest wait for a key is where one would make a difference."""
        found = menus.dialled(self.MENU, keys)
        assert (found.meaning, found.keys) == (meaning, means)

    @pytest.mark.parametrize(
        ("keys", "meaning"),
        [("1", Meaning.CHOICE), ("250", Meaning.EXTENSION), ("10", Meaning.INVALID)],
    )
    def test_after_a_pause_it_is_what_it_is(self, keys: str, meaning: Meaning) -> None:
        """Nobody is waited for any longer."""
        assert menus.completed(self.MENU, keys).meaning is meaning

    @pytest.mark.parametrize(
        ("keys", "may_be"), [("7", True), ("799", True), ("7999", False), ("79#", False)]
    )
    def test_a_wrong_extension_may_go_on(self, keys: str, *, may_be: bool) -> None:
        """Up to as many keys as the longest right one has; never in a menu without any."""
        assert menus.may_be_dialled_on(self.MENU, keys) is may_be
        assert not menus.may_be_dialled_on(menu_of("5"), keys)

    def test_a_choice_goes_before_an_extension_of_one_digit(self) -> None:
        """The choice is what the prompts speak of."""
        assert menus.dialled(menu_of("4", ("4", "4")), "4").meaning is Meaning.CHOICE


@given(some_menus(), st.text(alphabet=PRESSED, min_size=LONGEST_EXTENSION + 1))
def test_every_sequence_of_keys_comes_to_an_end(menu: MenuPolicy, pressed: str) -> None:
    """Within as many keys as the longest extension has, and in something that exists."""
    for count in range(1, len(pressed) + 1):
        found = menus.dialled(menu, pressed[:count])
        if found.meaning is not Meaning.UNFINISHED:
            break
        assert menus.completed(menu, found.keys).meaning is not Meaning.UNFINISHED
    assert found.meaning is not Meaning.UNFINISHED
    assert count <= LONGEST_EXTENSION
    if found.meaning is Meaning.CHOICE:
        assert found.keys in menu.choices
    if found.meaning is Meaning.EXTENSION:
        assert menu.extensions is not None
        assert re.fullmatch(r"[0-9]+", found.keys)
        assert any(
            len(first) == len(found.keys) and int(first) <= int(found.keys) <= int(last)
            for first, last in menu.extensions.ranges
        )


@given(some_ranges(), st.data())
def test_every_extension_can_be_dialled(numbers: tuple[str, str], data: st.DataObject) -> None:
    """Whatever else begins with the same digits: with ``#`` at the end it is complete."""
    first, last = numbers
    number = str(data.draw(st.integers(int(first), int(last)))).zfill(len(first))
    menu = menu_of("*", numbers, ("0" * 12, "9" * 12))
    for count in range(1, len(number) + 1):
        assert menus.dialled(menu, number[:count]).meaning is Meaning.UNFINISHED
    found = menus.dialled(menu, f"{number}#")
    assert (found.meaning, found.keys) == (Meaning.EXTENSION, number)
