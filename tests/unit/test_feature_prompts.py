"""What an agent hears who dials a feature code."""

from __future__ import annotations

import pytest

from callcore.adapters.freeswitch import hostile
from callcore.domain import feature_prompts
from callcore.domain.agents import BreakCode
from callcore.domain.feature_answers import FeatureAnswer
from callcore.domain.ids import Language
from callcore.domain.policies import BreakPolicy, FeatureCode
from callcore.domain.speech import grammar
from callcore.domain.speech.utterances import PressKey


@pytest.mark.parametrize("code", FeatureCode)
@pytest.mark.parametrize("answer", FeatureAnswer)
def test_every_answer_to_every_code_is_told(code: FeatureCode, answer: FeatureAnswer) -> None:
    """By a prompt, or a tone that the switch plays; nobody hears that he has hung up."""
    saying = feature_prompts.answer(code, answer)
    if answer is FeatureAnswer.HUNG_UP:
        assert saying is None
        return
    assert saying is not None
    assert saying.words
    assert saying.tone is not None
    assert hostile.sound(saying.tone) == saying.tone


@pytest.mark.parametrize("code", FeatureCode)
def test_answers_differ(code: FeatureCode) -> None:
    """No two say the same in words."""
    told = [feature_prompts.answer(code, answer) for answer in FeatureAnswer]
    words = [saying.words for saying in told if saying is not None]
    assert len(set(words)) == len(words)


def test_success_and_failure_sound_different() -> None:
    """Yes, later and no, where nothing is recorded."""
    tones = {
        answer: saying.tone
        for answer in FeatureAnswer
        if (saying := feature_prompts.answer(FeatureCode.LOG_IN, answer)) is not None
    }
    yes = {tones[FeatureAnswer.DONE], tones[FeatureAnswer.ALREADY]}
    no = {
        tones[answer]
        for answer in (
            *(FeatureAnswer.NOT_POSSIBLE, FeatureAnswer.WRONG_PIN),
            *(FeatureAnswer.LOCKED_OUT, FeatureAnswer.NOT_READY),
        )
    }
    assert (len(yes), len(no)) == (1, 1)
    assert yes.isdisjoint(no)
    assert tones[FeatureAnswer.AFTER_THE_CALL] not in yes | no


def test_breaks_are_named_with_their_keys() -> None:
    """In their order; one that cannot be taken by phone is not named."""
    breaks = [
        BreakPolicy(code=BreakCode("lunch"), key="1"),
        BreakPolicy(code=BreakCode("training")),
        BreakPolicy(code=BreakCode("short"), key="*"),
    ]
    assert feature_prompts.ask_break(breaks).words == (
        *("feature/which-break", "break/lunch", PressKey("1")),
        *("break/short", PressKey("*")),
    )


@pytest.mark.parametrize("language", sorted(grammar.CATALOGUED))
@pytest.mark.parametrize("code", FeatureCode)
@pytest.mark.parametrize("answer", FeatureAnswer)
def test_every_catalogue_has_what_is_told(
    code: FeatureCode, answer: FeatureAnswer, language: Language
) -> None:
    """And what is asked, but for the names of breaks, which are the operator's."""
    saying = feature_prompts.answer(code, answer)
    words = () if saying is None else saying.words
    asked = (*feature_prompts.ASK_AGENT.words, *feature_prompts.ASK_PIN.words)
    keys = grammar.prompt_keys((*asked, *words, *feature_prompts.ask_break([]).words), language)
    assert grammar.prompts(language).issuperset(keys)
