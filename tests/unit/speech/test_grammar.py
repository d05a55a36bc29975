"""What is the same in all languages: keys as they are, digits, numbers that are none of use."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain.ids import Language
from callcore.domain.speech import grammar, phrases
from callcore.domain.speech.utterances import HIGHEST_NUMBER, Digits, Number, PressKey
from tests.unit.speech.spoken import EN, PL, RU, heard, texts

languages = st.sampled_from(sorted(grammar.CATALOGUED))


def test_prompts_and_what_is_put_into_words_keep_their_order() -> None:
    """A key that the operator has recorded stands among callcore's own."""
    utterance = ("shop/sales", phrases.WHISPER_TO_ACCEPT, PressKey("1"), "shop/thanks")
    assert grammar.prompt_keys(utterance, EN) == (
        *("shop/sales", "whisper/to-accept", "press/key", "digit/1", "shop/thanks"),
    )


@pytest.mark.parametrize("language", ["", "de", "EN", "en-GB"])
def test_a_language_without_a_catalogue_is_an_error(language: str) -> None:
    """Which names those there are."""
    with pytest.raises(grammar.UnknownLanguageError, match="en, pl, ru"):
        grammar.prompt_keys((Number(1),), Language(language))
    with pytest.raises(grammar.UnknownLanguageError):
        grammar.prompts(Language(language))


@given(languages, st.integers(min_value=HIGHEST_NUMBER + 1))
def test_a_number_too_large_for_words_is_spoken_digit_by_digit(
    language: Language, value: int
) -> None:
    """However large it is."""
    assert grammar.prompt_keys((Number(value),), language) == grammar.prompt_keys(
        (Digits(str(value)),), language
    )


@given(languages, st.integers(min_value=1))
def test_a_number_below_zero_is_spoken_with_minus(language: Language, value: int) -> None:
    """A balance may be one."""
    assert grammar.prompt_keys((Number(-value),), language) == (
        "number/minus",
        *grammar.prompt_keys((Number(value),), language),
    )


@given(languages, st.text())
def test_of_digits_everything_that_is_none_is_left_out(language: Language, text: str) -> None:
    """Text of other systems: spaces, letters, digits of other scripts."""
    spoken = grammar.prompt_keys((Digits(text),), language)
    assert len(spoken) == sum(character in "0123456789*#+" for character in text)
    assert texts(language).keys() >= set(spoken)


@pytest.mark.parametrize(
    ("language", "text"), [(EN, "minus five"), (PL, "minus pięć"), (RU, "минус пять")]
)
def test_minus(language: Language, text: str) -> None:
    """In words."""
    assert heard(language, Number(-5)) == text


def test_digits_without_any_are_nothing() -> None:
    """In every language: there is nothing to play."""
    assert {grammar.prompt_keys((Digits("-"),), one) for one in grammar.CATALOGUED} == {()}
