"""Which prompts a language needs, and what each says."""

from __future__ import annotations

import pytest

from callcore.domain.ids import Language
from callcore.domain.speech import grammar
from callcore.sounds import catalogue, wanted

POLISH, ENGLISH = Language("pl"), Language("en")


def by_key(language, **changes):
    given = {"catalogue": {}, "operators": {}, "named": frozenset()} | changes
    return {one.key: one for one in wanted.of_language(language, **given)}


def test_everything_the_grammar_says_is_wanted():
    """With the text of the catalogue; and what the catalogue has beyond it."""
    found = by_key(POLISH, catalogue={"number/2": "dwa", "break/lunch": "Obiad,"})
    assert found.keys() == grammar.prompts(POLISH) | {"break/lunch"}
    assert (found["number/2"].text, found["break/lunch"].text) == ("dwa", "Obiad,")


def test_the_operators_text_takes_the_place_of_the_catalogues():
    """In the languages it is given in."""
    operators = {
        "greeting/welcome": {POLISH: "Tu sklep."},
        "shop/hours": {ENGLISH: "Nine to five."},
    }
    texts = {"greeting/welcome": "Witamy."}
    polish = by_key(POLISH, catalogue=texts, operators=operators)
    english = by_key(ENGLISH, catalogue=texts, operators=operators)
    assert (polish["greeting/welcome"].text, polish["greeting/welcome"].is_operators_text) == (
        "Tu sklep.",
        True,
    )
    assert (english["greeting/welcome"].text, english["greeting/welcome"].is_operators_text) == (
        "Witamy.",
        False,
    )
    assert (polish["shop/hours"].text, english["shop/hours"].text) == (None, "Nine to five.")


def test_what_is_only_named_is_wanted_without_a_text():
    """Somebody has to tell what it says."""
    assert by_key(POLISH, named={"shop/address"})["shop/address"].text is None


@pytest.mark.parametrize(
    ("text", "pause"),
    [("Goodbye.", 0.25), ("Really? ", 0.25), ("To be called back,", 0.12), ("twenty", 0.06)],
)
def test_the_pause_after_a_prompt_follows_its_text(text, pause):
    """Pieces of a sentence are spoken in one breath."""
    assert wanted.Wanted(key="x", text=text).pause_seconds == pause


@pytest.mark.parametrize(
    ("key", "is_one"),
    [
        ("shop/hours", True),
        ("number/gen/20", True),
        ("goodbye", True),
        ("../etc", False),
        ("/etc/x", False),
        ("shop//x", False),
        ("Shop/x", False),
        ("", False),
        ("x\n", False),
    ],
)
def test_a_key_names_a_file_below_the_directory(key, is_one):
    """And nothing else."""
    assert wanted.is_key(key) is is_one


@pytest.mark.parametrize("language", sorted(grammar.CATALOGUED))
def test_the_catalogue_that_comes_with_callcore_is_read(language):
    """Every prompt of the grammar has a text there, and each is a key."""
    texts = catalogue.texts(language)
    assert grammar.prompts(language) <= texts.keys()
    assert all(map(wanted.is_key, texts))


def test_values_of_a_catalogue_are_text():
    """Neither numbers nor truths."""
    assert catalogue.parsed("a/b: 010\nc: no\n") == {"a/b": "010", "c": "no"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("a: b\na: c\n", "line 2: a stands there twice"),
        ("a: [b]\n", "line 1: must be one prompt and one text"),
        ("a: ''\n", "line 1: a has no text"),
        ("- a\n", "is no mapping"),
        ("", "is no mapping"),
        ("a: 'b", "is no YAML"),
    ],
)
def test_a_damaged_catalogue_is_told(content, told):
    """With the line."""
    with pytest.raises(catalogue.CatalogueError, match=told):
        catalogue.parsed(content)


def test_a_language_without_a_catalogue_is_an_error():
    """Never an empty one."""
    with pytest.raises(catalogue.CatalogueError, match="catalogue of xx cannot be read"):
        catalogue.texts(Language("xx"))
