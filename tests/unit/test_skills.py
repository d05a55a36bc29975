"""Rules over skills: what they mean, and what is no rule."""

from __future__ import annotations

import operator
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import skills

Tree: TypeAlias = tuple
"""A rule as Python sees it: ``("or", tree, tree, ...)``, ``("not", tree)``, ``(skill, "=", 5)``."""

COMPARISONS = {
    ">=": operator.ge,
    "<=": operator.le,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}
BINDS = {"or": 0, "and": 1, "not": 2}
"""How close a word binds; comparisons bind closest."""
NAMES = ("billing", "english", "sales", "not_a_word", "or2", "android")
AGENTS = st.dictionaries(st.sampled_from(NAMES), st.integers(1, 100))
SPACES = st.sampled_from(["", " ", "  ", "\n", "\t", " \r\n "])

COMPARED = st.tuples(
    st.sampled_from(NAMES), st.sampled_from(list(COMPARISONS)), st.integers(0, 100)
)
TREES = st.recursive(
    COMPARED | st.sampled_from(NAMES).map(lambda name: (name,)),
    lambda inner: (
        st.tuples(st.sampled_from(["or", "and"]), inner, inner)
        | st.tuples(st.sampled_from(["or", "and"]), inner, inner, inner)
        | st.tuples(st.just("not"), inner)
    ),
    max_leaves=12,
)


def holds(tree: Tree, agent: dict[str, int]) -> bool:
    """What the rule means, in Python's own words."""
    match tree:
        case ("or", *parts):
            return any(holds(part, agent) for part in parts)
        case ("and", *parts):
            return all(holds(part, agent) for part in parts)
        case ("not", part):
            return not holds(part, agent)
        case (name, comparison, level):
            return bool(COMPARISONS[comparison](agent.get(name, 0), level))
        case (name,):
            return agent.get(name, 0) > 0
    raise AssertionError(tree)


def written(tree: Tree, around: int = 0) -> str:
    """The rule with no more parentheses than it needs where ``around`` binds."""
    match tree:
        case ("or" | "and" as word, *parts):
            text = f" {word} ".join(written(part, BINDS[word] + 1) for part in parts)
        case ("not", part):
            text = f"not {written(part, BINDS['not'])}"
        case _:
            return " ".join(map(str, tree))
    return f"({text})" if BINDS[tree[0]] < around else text


def names_in(tree: Tree) -> set[str]:
    if tree[0] in BINDS:
        return set().union(*map(names_in, tree[1:]))
    return {tree[0]}


@given(TREES, AGENTS)
def test_a_rule_means_what_it_says(tree: Tree, agent: dict[str, int]) -> None:
    """``or`` binds loosest, ``not`` closest; a skill that is not there is level 0."""
    rule = skills.parse(written(tree))
    assert rule.is_met_by(agent) == holds(tree, agent)
    assert rule.names() == names_in(tree)


@given(TREES, AGENTS)
def test_a_rule_read_back_is_the_same_rule(tree: Tree, agent: dict[str, int]) -> None:
    """The text of a rule is a rule, equal to it, and lives in one line."""
    rule = skills.parse(written(tree))
    again = skills.parse(rule.text)
    assert again == rule
    assert hash(again) == hash(rule)
    assert again.is_met_by(agent) == rule.is_met_by(agent)
    assert again.missing(agent) == rule.missing(agent)


@given(TREES, AGENTS, st.data())
def test_space_changes_nothing(tree: Tree, agent: dict[str, int], data: st.DataObject) -> None:
    """Any amount of it, or none beside a sign; a rule of several lines is told in one."""
    text = written(tree)
    spaced = "".join(
        f"{data.draw(SPACES)}{character}{data.draw(SPACES)}" if character in "()" else character
        for character in text.replace(" >= ", data.draw(SPACES) + ">=" + data.draw(SPACES))
    )
    rule = skills.parse(f"{data.draw(SPACES)}{spaced}{data.draw(SPACES)}")
    assert rule.is_met_by(agent) == holds(tree, agent)
    assert rule.text == " ".join(rule.text.split())


@given(TREES, AGENTS)
def test_what_is_missing_is_an_unmet_part(tree: Tree, agent: dict[str, int]) -> None:
    """It is a rule of its own that the agent does not meet, and nothing for one who meets all."""
    rule = skills.parse(written(tree))
    missing = rule.missing(agent)
    assert (missing == "") == rule.is_met_by(agent)
    if missing:
        assert missing in rule.text
        assert not skills.parse(missing).is_met_by(agent)


@given(TREES, TREES, AGENTS)
def test_both_asks_for_both(first: Tree, second: Tree, agent: dict[str, int]) -> None:
    """And its text says so to whoever reads it."""
    rule = skills.both(skills.parse(written(first)), skills.parse(written(second)))
    assert rule.is_met_by(agent) == (holds(first, agent) and holds(second, agent))
    assert rule.names() == names_in(first) | names_in(second)
    again = skills.parse(rule.text)
    assert again == rule
    assert again.is_met_by(agent) == rule.is_met_by(agent)
    assert again.missing(agent) == rule.missing(agent)


def test_both_leaves_out_what_asks_for_nothing_more() -> None:
    """The empty rule, and the same rule again."""
    nothing, sales = skills.parse(""), skills.parse("sales or billing")
    assert skills.both(nothing, sales) == sales
    assert skills.both(sales, nothing) == sales
    assert skills.both(sales, sales) == sales
    assert skills.both(nothing, nothing) == nothing
    assert skills.both(sales, skills.parse("vip")).text == "(sales or billing) and vip"


@pytest.mark.parametrize("text", ["", "  ", "\n"])
def test_the_empty_rule_is_met_by_everybody(text: str) -> None:
    """An agent without any skill too."""
    rule = skills.parse(text)
    assert rule.is_met_by({})
    assert (rule.text, rule.missing({}), rule.names()) == ("", "", frozenset())


@pytest.mark.parametrize(
    ("agent", "missing"),
    [
        ({"english": 50, "sales": 1}, ""),
        ({"english": 49, "sales": 1}, "english >= 50"),
        ({"english": 49}, "english >= 50"),
        ({"english": 80}, "billing or sales"),
        ({"english": 80, "sales": 1, "trainee": 3}, "not trainee"),
    ],
)
def test_what_is_missing_is_told_in_the_rules_own_words(
    agent: dict[str, int], missing: str
) -> None:
    """Of what stands between ``and``, the first that is not met."""
    rule = skills.parse("english >= 50 and (billing   or sales)\n and not trainee")
    assert rule.missing(agent) == missing


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("and", "at character 1: expected a skill (a-z, 0-9, _), 'not' or '(', found 'and'"),
        ("english >= 50 and",
         "at character 18: expected a skill (a-z, 0-9, _), 'not' or '(', found the end"),
        ("  English", "at character 3: expected a skill (a-z, 0-9, _), 'not' or '(', found 'E'"),
        ("50 <= english",
         "at character 1: expected a skill (a-z, 0-9, _), 'not' or '(', found '50'"),
        ("()", "at character 2: expected a skill (a-z, 0-9, _), 'not' or '(', found ')'"),
        ("a or or b", "at character 6: expected a skill (a-z, 0-9, _), 'not' or '(', found 'or'"),
        ("not", "at character 4: expected a skill (a-z, 0-9, _), 'not' or '(', found the end"),
        ("(a or b", "at character 8: expected 'and', 'or' or ')', found the end"),
        ("a or b)", "at character 7: expected 'and', 'or' or the end, found ')'"),
        ("a b", "at character 3: expected 'and', 'or' or the end, found 'b'"),
        ("a and not b 5", "at character 13: expected 'and', 'or' or the end, found '5'"),
        ("a\u00a0and b", "at character 2: expected 'and', 'or' or the end, found '\\xa0'"),
        ("a\x00", "at character 2: expected 'and', 'or' or the end, found '\\x00'"),
        ("a >= ", "at character 6: expected a level of 0 to 100, found the end"),
        ("a >= 101", "at character 6: expected a level of 0 to 100, found '101'"),
        ("a >= b", "at character 6: expected a level of 0 to 100, found 'b'"),
        ("a == 5", "at character 4: expected a level of 0 to 100, found '='"),
        ("a >= -5", "at character 6: expected a level of 0 to 100, found '-'"),
        ("a >= ٥", "at character 6: expected a level of 0 to 100, found '٥'"),
        ("a > 50.5", "at character 7: expected 'and', 'or' or the end, found '.'"),
        ("a; import os", "at character 2: expected 'and', 'or' or the end, found ';'"),
        ("a" * 1001, "at character 1001: a rule has at most 1000 characters"),
        ("(" * 21 + "a" + ")" * 21,
         "at character 21: parentheses and 'not' go at most 20 deep"),
        ("not " * 21 + "a", "at character 81: parentheses and 'not' go at most 20 deep"),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_told_with_its_place(text: str, message: str) -> None:
    """The first character at which the text cannot be a rule, and what could stand there."""
    with pytest.raises(skills.SkillRuleError) as caught:
        skills.parse(text)
    assert str(caught.value) == message
    assert message.startswith(f"at character {caught.value.position}: ")


@pytest.mark.parametrize(
    "text",
    [
        "(" * 20 + "a" + ")" * 20,
        "not " * 20 + "a",
        "a and " * 166 + "abcd",
        " or ".join(["(not a)"] * 80),
        "a=0 and a!=100 and b<1 and b<=0",
    ],
)
def test_rules_within_the_limits_are_read(text: str) -> None:
    """A thousand characters, twenty deep; what is side by side is not deep."""
    assert skills.parse(text).is_met_by({"a": 50, "abcd": 1}) in {True, False}


@given(st.text(st.sampled_from("ab01 ()<>=!or\nandt")) | st.text())
def test_any_text_is_a_rule_or_an_error(text: str) -> None:
    """Nothing else comes of it."""
    try:
        rule = skills.parse(text)
    except skills.SkillRuleError as error:
        place = error.position
    else:
        place = 1
        assert skills.parse(rule.text) == rule
    assert 1 <= place <= len(text) + 1
