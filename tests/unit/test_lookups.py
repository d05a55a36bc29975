"""Answers of other systems: what is understood, and that nothing else gets through."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import lookups, skills
from callcore.domain.ids import Language
from callcore.domain.lookups import LookupAnswer, LookupAnswerError
from callcore.domain.speech import grammar
from callcore.domain.speech.utterances import Digits, Minutes, Number

SECRET = "stranger"
"""A text that no message repeats."""

MEMBERS = ("branch", "language", "priority", "skills", "account", "say")


def test_everything_that_may_be_said() -> None:
    """Each member, and one that nobody knows."""
    answer = lookups.answer_of(
        {
            "branch": "gold",
            "language": "pl",
            "priority": -7,
            "skills": ["polish > 20", "billing or sales"],
            "account": " A-4711 ",
            "say": [
                {"prompt": "billing/balance"},
                {"number": -125},
                {"digits": "0047"},
                {"minutes": 5},
            ],
            "balance": {"any": ["thing"]},
        }
    )
    assert answer == LookupAnswer(
        branch="gold",
        language=Language("pl"),
        priority=-7,
        skills=skills.parse("polish > 20 and (billing or sales)"),
        account="A-4711",
        say=("billing/balance", Number(-125), Digits("0047"), Minutes(5)),
    )


@pytest.mark.parametrize("nothing", [{}, dict.fromkeys(MEMBERS), {"skills": "", "say": []}])
def test_nothing_is_an_answer_too(nothing: dict[str, object]) -> None:
    """Systems leave members out, or say ``null``."""
    assert lookups.answer_of(nothing) == LookupAnswer()


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (None, "the answer must be an object"),
        ([], "the answer must be an object"),
        ("gold", "the answer must be an object"),
        ({"branch": 7}, "branch: "),
        ({"branch": "x" * 65}, "branch: "),
        ({"branch": "go\nld"}, "branch: "),
        ({"language": "tlh"}, "language: must be one of en, pl, ru"),
        ({"language": ["en"]}, "language: "),
        ({"priority": "10"}, "priority: "),
        ({"priority": True}, "priority: "),
        ({"priority": 10.5}, "priority: "),
        ({"priority": 1001}, "priority: must be a whole number, -1000 to 1000"),
        ({"priority": False}, "priority: "),
        ({"skills": "polish >"}, "skills: no rule, from character"),
        ({"skills": {"polish": 20}}, "skills: "),
        ({"skills": [["polish"]]}, "skills: "),
        ({"skills": ["polish"] * 21}, "skills: "),
        ({"skills": ["not " * 19 + "polish or x"] * 2 + ["y" * 1000]}, "skills: "),
        ({"account": 4711}, "account: "),
        ({"account": "x" * 65}, "account: "),
        ({"account": "a\x00b"}, "account: "),
        ({"account": "a\u202eb"}, "account: "),
        ({"account": "a\ud800b"}, "account: "),
        ({"account": "a\u2028b"}, "account: "),
        ({"say": "billing/balance"}, "say: must be a list of at most 20"),
        ({"say": [{"number": 1}] * 21}, "say: must be a list of at most 20"),
        ({"say": [{"digits": "7" * 32}] * 4}, "say: must take at most 100 recordings"),
        ({"say": [{"number": -987_654}] * 20}, "say: must take at most 100 recordings"),
        ({"say": [{"number": 1}, "x"]}, "say[1]: must be an object with one of prompt, number"),
        ({"say": [{"number": 1, "digits": "1"}]}, "say[0]: "),
        ({"say": [{"file": "/etc/passwd"}]}, "say[0]: "),
        ({"say": [{"prompt": "/etc/passwd"}]}, "say[0].prompt: "),
        ({"say": [{"prompt": "../../x"}]}, "say[0].prompt: "),
        ({"say": [{"prompt": "a b"}]}, "say[0].prompt: "),
        ({"say": [{"prompt": "${system ls}"}]}, "say[0].prompt: "),
        ({"say": [{"prompt": "a\n"}]}, "say[0].prompt: "),
        ({"say": [{"prompt": "x" * 101}]}, "say[0].prompt: "),
        ({"say": [{"number": 1_000_000}]}, "say[0].number: "),
        ({"say": [{"number": 1.5}]}, "say[0].number: "),
        ({"say": [{"number": True}]}, "say[0].number: "),
        ({"say": [{"digits": 4711}]}, "say[0].digits: "),
        ({"say": [{"digits": ""}]}, "say[0].digits: "),
        ({"say": [{"digits": "1" * 33}]}, "say[0].digits: "),
        ({"say": [{"digits": "٤٧"}]}, "say[0].digits: "),
        ({"say": [{"digits": "12\n"}]}, "say[0].digits: "),
        ({"say": [{"minutes": 0}]}, "say[0].minutes: "),
    ],
)
def test_anything_else_is_refused_by_the_name_of_the_member(answer: object, fault: str) -> None:
    """All of the answer, in one line."""
    with pytest.raises(LookupAnswerError) as caught:
        lookups.answer_of(answer)
    assert str(caught.value).startswith(fault)
    assert "\n" not in str(caught.value)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(SECRET),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
_ITEMS = st.dictionaries(st.sampled_from(["prompt", "number", "digits", "minutes", "x"]), _JSON)
_ANSWERS = st.fixed_dictionaries(
    {}, optional={**dict.fromkeys(MEMBERS, _JSON), "say": _JSON | st.lists(_ITEMS)}
)


@given(_JSON | _ANSWERS)
def test_no_answer_does_harm(answer: object) -> None:
    """It is understood, and then every language can say it, or refused without repeating it."""
    try:
        understood = lookups.answer_of(answer)
    except LookupAnswerError as error:
        fault = str(error)
    else:
        fault = ""
        assert_is_harmless(understood)
    assert SECRET not in fault
    assert len(fault) < 200


def assert_is_harmless(understood: LookupAnswer) -> None:
    """It can be said, kept and compared."""
    for language in grammar.CATALOGUED:
        grammar.prompt_keys(understood.say, language)
    if understood.skills is not None:
        assert skills.parse(understood.skills.text) == understood.skills
    for text in (understood.branch, understood.account):
        assert text == text.strip()
        assert not set(text.encode()) & set(b"\0\r\n\x7f")
