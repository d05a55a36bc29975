"""What callers bring along: what is kept of it as text."""

from __future__ import annotations

from callcore.adapters.freeswitch import commands
from callcore.domain import skills
from callcore.domain.ids import LegId
from callcore.domain.wishes import LONGEST_SKILLS_TEXT, Wishes

LEG = LegId("3f2a9c1e-0000-4000-8000-000000000001")


def test_of_more_demands_than_a_leg_can_keep_the_first_are_kept() -> None:
    """Number, list, menus and lookups may each add a long one; none is cut in two."""
    rules = tuple(skills.parse(" and ".join([f"s{number}"] * 120)) for number in range(5))
    wishes = Wishes(skills=rules)
    text = wishes.skills_text()
    kept = Wishes.of(0, Wishes.split(text)).skills
    commands.remember(LEG, {"callcore_wished_skills": text})
    assert kept
    assert kept == rules[: len(kept)]
    assert len(f"{text} | {rules[len(kept)].text}") > LONGEST_SKILLS_TEXT


def test_few_demands_are_kept_whole() -> None:
    """In the order in which they came."""
    wishes = Wishes(skills=(skills.parse("polish > 20"), skills.parse("billing or sales")))
    assert Wishes.of(0, Wishes.split(wishes.skills_text())) == wishes
    assert Wishes.of(0, Wishes.split(Wishes().skills_text())) == Wishes()
