"""Lookups, surveys and texts of prompts arrive as they were written, or what is wrong is told."""

import pytest

from callcore.domain import policies
from callcore.domain.ids import LookupName, SurveyName
from callcore.domain.policies import SATISFACTION, LookupMethod, LookupPolicy

SITE = "queues: {support: {survey: csat}}\n"
MENU = "menus: {main: {lookup: crm, otherwise: {queue: support}}}\nnumbers: {1: {menu: main}}\n"
QUEUE = "queues: {support: }\n"
CRM = LookupName("crm")


def lookups(settings: str) -> str:
    return f"{QUEUE}{MENU}lookups: {{crm: {settings}}}"


def test_lookup_is_read_whole(load):
    """With its token from the environment, which is never shown."""
    loaded = load(
        lookups("""{url: "https://crm.example:8443/callers", method: get, timeout_seconds: 1.5,
                 headers: {X-Site: "main 1", User-Agent: shop}, token_header: X-Api-Key,
                 most_at_once: 5, hears: []}"""),
        CALLCORE_LOOKUP_CRM_TOKEN="s3cret",
    )
    assert loaded.policy.lookups == {
        CRM: LookupPolicy(
            name=CRM,
            url="https://crm.example:8443/callers",
            method=LookupMethod.GET,
            timeout_seconds=1.5,
            headers={"X-Site": "main 1", "User-Agent": "shop"},
            token="s3cret",
            token_header="X-Api-Key",
            most_at_once=5,
            hears=(),
        )
    }
    assert "s3cret" not in repr(loaded)


def test_lookup_has_defaults(load):
    """An address is enough."""
    loaded = load(lookups("{url: http://localhost:8080}"))
    assert loaded.policy.lookups[CRM] == LookupPolicy(name=CRM, url="http://localhost:8080")
    assert loaded.policy.lookups[CRM].token is None


def test_token_comes_from_a_file(load, tmp_path):
    """Hyphens of the name are underscores of the variable."""
    (tmp_path / "token").write_text("abc.def-1\n")
    loaded = load(
        f"{QUEUE}lookups: {{crm-2: {{url: 'https://a'}}}}",
        CALLCORE_LOOKUP_CRM_2_TOKEN_FILE=str(tmp_path / "token"),
    )
    assert loaded.policy.lookups[LookupName("crm-2")].token == "abc.def-1"


TOKEN = "set CALLCORE_LOOKUP_CRM_TOKEN or CALLCORE_LOOKUP_CRM_TOKEN_FILE"
SECRET = f"a secret does not belong in this file: {TOKEN}"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("{}", ["url: is missing"]),
        ("{url: crm.example}", ["url: must begin with http:// or https://"]),
        ("{url: 'ftp://crm.example'}", ["url: must begin with http:// or https://"]),
        ("{url: 'https:///callers'}", ["url: is not a URL such as https://crm.example.com/callers"]),
        ("{url: 'https://crm:99999'}", ["url: is not a URL: Port out of range 0-65535"]),
        ("{url: 'https://crm/a b'}", ["url: is not a URL such as https://crm.example.com/callers"]),
        ("{url: 'https://crm/ż'}", ["url: is not a URL such as https://crm.example.com/callers"]),
        ("{url: 'https://me:hidden@crm/'}",
         ["url: must not have a user or a password: its token comes from the environment"]),
        ("{url: 'https://me@crm/'}",
         ["url: must not have a user or a password: its token comes from the environment"]),
        ("{url: 'https://crm/?key=hidden'}",
         ["url: must not have a query: what is asked is added to it"]),
        ("{url: 'https://crm/#a'}", ["url: must not have a query: what is asked is added to it"]),
        ("{url: 'https://crm/', method: put}",
         ["method: expected post or get, found 'put'"]),
        ("{url: 'https://crm/', timeout_seconds: 31, most_at_once: 0}",
         ["timeout_seconds: must be greater than 0 and at most 30, found 31",
          "most_at_once: must be at least 1, found 0"]),
        ("{url: 'https://crm/', token: hidden}",
         ["token: a secret does not belong in this file: set CALLCORE_LOOKUP_<NAME>_TOKEN or "
          "CALLCORE_LOOKUP_<NAME>_TOKEN_FILE"]),
        ("{url: 'https://crm/', headers: {authorization: Basic hidden}}",
         [f"headers.authorization: {SECRET}, which is sent as Authorization: Bearer"]),
        ("{url: 'https://crm/', headers: {X-Api-Key: hidden}}",
         [f"headers.X-Api-Key: {SECRET}, and token_header: X-Api-Key"]),
        ("{url: 'https://crm/', headers: {Cookie: hidden}}",
         [f"headers.Cookie: {SECRET}, and token_header: Cookie"]),
        ("{url: 'https://crm/', token_header: X-Api-Key}",
         [f"token_header: its token is missing: {TOKEN}"]),
        ("{url: 'https://crm/', token_header: Authorization}",
         [f"token_header: its token is missing: {TOKEN}"]),
        ("{url: 'https://crm/', headers: {Content-Length: 5}}",
         ["headers.Content-Length: is set by callcore itself"]),
        ('{url: "https://crm/", headers: {"X-A:": 5, "X B": 6}}',
         ["headers.X-A:: is no name of a header such as X-Site",
          "headers.X B: is no name of a header such as X-Site"]),
        ('{url: "https://crm/", headers: {X-A: "a\\r\\nX-B: c"}}',
         ["headers.X-A: must not hold control characters"]),
        ("{url: 'https://crm/', headers: {X-A: łódź}}",
         ["headers.X-A: expected Latin letters, digits and signs, found 'łódź'"]),
        ("{url: 'https://crm/', headers: {X-A: 1, x-a: 2}}",
         ["headers.x-a: is there already, in other letters"]),
        ("{url: 'https://crm/', headers: {X-A: }}", ["headers.X-A: expected text, found nothing"]),
        ("{url: 'https://crm/', headers: [X-A]}", ["headers: expected a mapping, found a list"]),
        ("{url: 'https://crm/', hears: [Wait]}",
         ["hears[0]: expected a recording such as menus/main, without directory, language and "
          "ending, found 'Wait'"]),
    ],
)  # fmt: skip
def test_fault_of_a_lookup_is_told(faults, settings, expected):
    """Without a word of what may be a secret."""
    told = [line.split(": ", 1)[1] for line in faults(lookups(settings))]
    assert told == [f"lookups.crm.{fault}" for fault in expected]
    assert "hidden" not in str(told)


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("", "CALLCORE_LOOKUP_CRM_TOKEN is empty or holds control characters"),
        ("a\r\nX-B: c", "CALLCORE_LOOKUP_CRM_TOKEN is empty or holds control characters"),
        ("two words", "CALLCORE_LOOKUP_CRM_TOKEN is no token: it holds spaces or accents"),
        ("żółw", "CALLCORE_LOOKUP_CRM_TOKEN is no token: it holds spaces or accents"),
    ],
)
def test_token_that_no_header_can_hold_is_told(faults, token, expected):
    """And not repeated."""
    [line] = faults(lookups("{url: 'https://crm/'}"), CALLCORE_LOOKUP_CRM_TOKEN=token)
    assert line.split(": ", 1)[1] == f"lookups.crm: {expected}"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("token_header: Bearer hidden",
         "token_header: is no name of a header such as X-Api-Key"),
        ('token_header: "X-Key: hidden"',
         "token_header: is no name of a header such as X-Api-Key"),
        ("token_header: content-length",
         "token_header: names a header that is set by callcore itself"),
        ("token_header: ", "token_header: expected text, found nothing"),
        ("token_header: X-Key, headers: {x-key: 1}",
         "headers.x-key: is the header of the token: see token_header"),
    ],
)  # fmt: skip
def test_fault_of_the_tokens_header_is_told(faults, settings, expected):
    """With a token there, and not a word of what may be one."""
    text = lookups(f"{{url: 'https://crm/', {settings}}}")
    [line] = faults(text, CALLCORE_LOOKUP_CRM_TOKEN="hidden")
    assert line.split(": ", 1)[1] == f"lookups.crm.{expected}"


def test_two_lookups_have_two_tokens(faults):
    """Names that give one variable are a fault."""
    text = QUEUE + "lookups: {crm-1: {url: 'https://a'}, crm_1: {url: 'https://b'}}"
    [line] = faults(text)
    assert line.split(": ", 1)[1] == (
        "lookups.crm_1: the lookup 'crm-1' has its token in the variable CALLCORE_LOOKUP_CRM_1_"
        "TOKEN already"
    )


def test_survey_is_read_whole(load):
    """Questions in their order."""
    loaded = load(
        SITE
        + """
surveys:
  csat:
    introduction: [shop/ask]
    invalid: []
    thanks: [shop/thanks]
    questions:
      - {name: satisfaction, prompts: [survey/satisfaction], timeout_seconds: 3, tries: 1}
      - {name: resolved, prompts: [survey/resolved], keys: "12*"}
"""
    )
    assert loaded.policy.surveys == {
        "csat": policies.SurveyPolicy(
            name=SurveyName("csat"),
            introduction=("shop/ask",),
            invalid=(),
            thanks=("shop/thanks",),
            questions=(
                policies.SurveyQuestion(
                    name="satisfaction",
                    prompts=("survey/satisfaction",),
                    timeout_seconds=3,
                    tries=1,
                ),
                policies.SurveyQuestion(
                    name="resolved", prompts=("survey/resolved",), keys=frozenset("12*")
                ),
            ),
        )
    }


def test_survey_without_questions_has_the_usual_one(load):
    """How satisfied callers are."""
    for settings in ("", "{}", "{questions: }"):
        loaded = load(f"{SITE}surveys: {{csat: {settings}}}")
        assert loaded.policy.surveys[SurveyName("csat")].questions == (SATISFACTION,)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("{questions: []}", ["questions: must be 1 to 20"]),
        ("{questions: {}}", ["questions: expected a list, found a mapping"]),
        ("{questions: [{}]}",
         ["questions[0].name: is missing", "questions[0].prompts: is missing"]),
        ("{questions: [{name: Q 1, prompts: []}]}",
         ["questions[0].name: expected 1 to 48 lower-case letters, digits, '-' or '_', found "
          "'Q 1'", "questions[0].prompts: must name at least one prompt"]),
        ("{questions: [{name: a, prompts: [a], keys: 1-5, tries: 11, timeout_seconds: 0}]}",
         ["questions[0].keys: must be keys: 0 to 9, * or #",
          "questions[0].timeout_seconds: must be greater than 0, found 0",
          "questions[0].tries: must be 1 to 10, found 11"]),
        ("{questions: [{name: a, prompts: [a]}, {name: a, prompts: [b]}]}",
         ["questions[1].name: a is the name of a question before"]),
        ("{thanks: bye}", ["thanks: expected a list, found 'bye'"]),
    ],
)  # fmt: skip
def test_fault_of_a_survey_is_told(faults, settings, expected):
    """Each in its place."""
    told = [line.split(": ", 1)[1] for line in faults(f"{SITE}surveys: {{csat: {settings}}}")]
    assert sorted(told) == sorted(f"surveys.csat.{fault}" for fault in expected)


def test_texts_of_prompts_are_read(load):
    """As one line each, however they are written."""
    loaded = load(
        QUEUE
        + """
prompts:
  shop/address:
    en: Our address is 10 Market Square.
    pl: >
      Nasz adres
      to Rynek 10.
  waiting/all-busy: {ru: "Подождите, пожалуйста."}
"""
    )
    assert loaded.prompt_texts == {
        "shop/address": {"en": "Our address is 10 Market Square.", "pl": "Nasz adres to Rynek 10."},
        "waiting/all-busy": {"ru": "Подождите, пожалуйста."},
    }


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("[a]", ": expected a mapping, found a list"),
        ("{Shop: {en: a}}",
         ".Shop: expected a recording such as menus/main, without directory, language and ending, "
         "found 'Shop'"),
        ("{a: {}}", ".a: has no text: give one by language"),
        ("{a: }", ".a: has no text: give one by language"),
        ("{a: hello}", ".a: expected a mapping, found 'hello'"),
        ("{a: {de: Hallo}}",
         ".a.de: expected a language callcore speaks, en or pl or ru, found 'de'"),
        ("{a: {en: ' '}}", ".a.en: must not be empty"),
        ("{a: {en: [x]}}", ".a.en: expected a text to be spoken, found a list"),
        ('{a: {en: "a\\x07"}}', ".a.en: must not hold control characters"),
        (f"{{a: {{en: {'x' * 2001}}}}}", ".a.en: must not be longer than 2000 characters"),
    ],
)  # fmt: skip
def test_fault_of_a_text_is_told(faults, settings, expected):
    """Each in its place."""
    [line] = faults(f"{QUEUE}prompts: {settings}")
    assert line.split(": ", 1)[1] == f"prompts{expected}"
