"""Which talks a survey follows, what it asks, and what a leg remembers of it."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import surveys
from callcore.domain.ids import CallId, Micros, SurveyName
from callcore.domain.policies import (
    QueueSurveyPolicy,
    SurveyPolicy,
    SurveyQuestion,
    SurveyWhen,
)
from callcore.domain.surveys import Given, KeyPressedTwice

CSAT = SurveyName("csat")
ALWAYS = QueueSurveyPolicy(name=CSAT)
SURVEY = SurveyPolicy(
    name=CSAT,
    questions=tuple(
        SurveyQuestion(name=name, prompts=(f"survey/{name}",)) for name in ("one", "two", "three")
    ),
)
NOW = Micros(1_800_000_000_000_000)

answers = st.builds(
    Given,
    question=st.from_regex(r"[a-z0-9_-]{1,48}", fullmatch=True),
    answer=st.sampled_from(["", *"0123456789*#"]),
    at=st.integers(min_value=10**15, max_value=10**16 - 1).map(Micros),
)


def answered(*keys: str) -> list[Given]:
    """So many questions were answered, from the first."""
    return [
        Given(question=question.name, answer=key, at=NOW)
        for question, key in zip(SURVEY.questions, keys, strict=False)
    ]


def calls(count: int) -> list[CallId]:
    """As many calls."""
    return [CallId(str(uuid.UUID(int=number))) for number in range(count)]


class TestWhich:
    """After which talks."""

    def test_a_share_of_the_calls_is_about_so_many(self) -> None:
        """And the same ones each time that is asked."""
        policy = replace(ALWAYS, share=0.3)
        chosen = [call for call in calls(5000) if surveys.follows_hang_up(policy, call)]
        assert len(chosen) / 5000 == pytest.approx(0.3, abs=0.03)
        assert chosen == [call for call in calls(5000) if surveys.follows_hang_up(policy, call)]

    def test_a_larger_share_holds_the_smaller_one(self) -> None:
        """Who is asked at ten in a hundred is asked at fifty."""
        few, many = replace(ALWAYS, share=0.1), replace(ALWAYS, share=0.5)
        for call in calls(500):
            assert surveys.follows_hang_up(many, call) or not surveys.follows_hang_up(few, call)

    def test_the_whole_share_is_everybody(self) -> None:
        """No call falls off the end."""
        assert all(surveys.follows_hang_up(ALWAYS, call) for call in calls(1000))

    def test_none_follows_where_it_must_be_asked_for(self) -> None:
        """Nor where the queue has none."""
        asked = replace(ALWAYS, when=SurveyWhen.ASKED)
        assert not any(surveys.follows_hang_up(asked, call) for call in calls(100))
        assert not surveys.follows_hang_up(None, CallId("a"))


class TestKeyPressedTwice:
    """What the agent presses."""

    @pytest.mark.parametrize(
        ("presses", "is_complete"),
        [
            ([("9", 0.0), ("9", 0.4)], True),
            ([("9", 0.0), ("9", 1.6)], False),
            ([("9", 0.0), ("9", 1.6), ("9", 2.0)], True),
            ([("9", 0.0), ("1", 0.2), ("9", 0.4)], False),
            ([("1", 0.0), ("1", 0.2)], False),
            ([("9", 0.0)], False),
        ],
    )
    def test_two_in_a_row(self, presses: list[tuple[str, float]], is_complete: bool) -> None:
        """The same key, close together, with none between."""
        keys = KeyPressedTwice(replace(ALWAYS, key="9"))
        told = [
            keys.is_complete_with(digit, Micros(round(NOW + at * 1e6))) for digit, at in presses
        ]
        assert told[-1] is is_complete
        assert not any(told[:-1])

    @pytest.mark.parametrize("policy", [None, ALWAYS])
    def test_no_key_is_none(self, policy: QueueSurveyPolicy | None) -> None:
        """Whatever is pressed."""
        keys = KeyPressedTwice(policy)
        assert not any(keys.is_complete_with(digit, NOW) for digit in "0011223399**##")


class TestCourse:
    """What is asked next."""

    @pytest.mark.parametrize(
        ("keys", "question"),
        [
            ((), "one"),
            (("5",), "two"),
            (("",), "two"),
            (("", "5"), "three"),
            (("5", ""), "three"),
            (("", ""), None),
            (("5", "5", "5"), None),
        ],
    )
    def test_one_after_another(self, keys: tuple[str, ...], question: str | None) -> None:
        """All of them, unless two in a row are answered with nothing."""
        found = surveys.next_question(SURVEY, answered(*keys))
        assert (found and found.name) == question

    def test_a_question_taken_out_meanwhile_is_not_asked(self) -> None:
        """And one that is new is."""
        changed = replace(
            SURVEY,
            questions=(SURVEY.questions[0], SurveyQuestion(name="new", prompts=("survey/new",))),
        )
        found = surveys.next_question(changed, answered("5", "5"))
        assert found is not None
        assert found.name == "new"


class TestRemembered:
    """On the leg."""

    @given(st.lists(answers, max_size=20))
    def test_what_is_kept_is_found(self, given_answers: list[Given]) -> None:
        """In the order of the questions."""
        assert surveys.found(surveys.kept(given_answers)) == tuple(given_answers)

    @given(st.text(max_size=200))
    def test_nonsense_is_no_answer(self, text: str) -> None:
        """Whatever somebody has set on the leg."""
        assert all(one.question and one.answer in "0123456789*#" for one in surveys.found(text))

    def test_what_was_cut_off_is_left_out(self) -> None:
        """A switch keeps no text of any length."""
        text = surveys.kept(answered("1", "2"))
        assert surveys.found(text[:-3]) == tuple(answered("1"))
