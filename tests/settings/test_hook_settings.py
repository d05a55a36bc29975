"""Hooks and the token of requests arrive as they were written, or what is wrong is told."""

import pytest

from callcore.domain.ids import HookName
from callcore.domain.policies import HookPolicy

SMS = HookName("sms")
TOKEN = "set CALLCORE_HOOK_SMS_TOKEN or CALLCORE_HOOK_SMS_TOKEN_FILE"


def hooks(settings: str) -> str:
    return f"queues: {{support: {{callback: {{notices: {{over: sms}}}}}}}}\nhooks: {settings}"


def test_hook_is_read_whole(load):
    """With its token from the environment, which is never shown."""
    loaded = load(
        hooks("""{sms: {url: "https://sms.example:8443/notices", timeout_seconds: 2.5, tries: 5,
                 retry_after_seconds: 30, headers: {X-Site: main}, token_header: X-Api-Key,
                 most_waiting: 10}}"""),
        CALLCORE_HOOK_SMS_TOKEN="s3cret",
    )
    assert loaded.policy.hooks == {
        SMS: HookPolicy(
            name=SMS,
            url="https://sms.example:8443/notices",
            timeout_seconds=2.5,
            tries=5,
            retry_after_seconds=30,
            headers={"X-Site": "main"},
            token="s3cret",
            token_header="X-Api-Key",
            most_waiting=10,
        )
    }
    assert "s3cret" not in repr(loaded)


def test_hook_has_defaults(load):
    """An address is enough."""
    loaded = load(hooks("{sms: {url: http://localhost:8080}}"))
    assert loaded.policy.hooks[SMS] == HookPolicy(name=SMS, url="http://localhost:8080")


def test_token_of_a_hook_is_not_that_of_a_lookup(load, tmp_path):
    """Both may have one name; a file may hold either."""
    (tmp_path / "token").write_text("abc.def-1\n")
    loaded = load(
        hooks("{sms: {url: 'https://a'}}")
        + "\nlookups: {sms: {url: 'https://b'}}"
        + "\nmenus: {m: {lookup: sms, otherwise: {queue: support}}}\nnumbers: {1: {menu: m}}",
        CALLCORE_HOOK_SMS_TOKEN_FILE=str(tmp_path / "token"),
        CALLCORE_LOOKUP_SMS_TOKEN="other",
    ).policy
    assert loaded.hooks[SMS].token == "abc.def-1"
    assert [one.token for one in loaded.lookups.values()] == ["other"]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("{}", ["url: is missing"]),
        ("{url: 'ftp://sms'}", ["url: must begin with http:// or https://"]),
        ("{url: 'https:///'}", ["url: is not a URL such as https://sms.example.com/notices"]),
        ("{url: 'https://sms/?key=hidden'}",
         ["url: must not have a query: what is told is in the body, and its token comes from the "
          "environment"]),
        ("{url: 'https://me:hidden@sms/'}",
         ["url: must not have a user or a password: its token comes from the environment"]),
        ("{url: 'https://sms/', timeout_seconds: 31, tries: 11, retry_after_seconds: 0,"
         " most_waiting: 0}",
         ["timeout_seconds: must be greater than 0 and at most 30, found 31",
          "tries: must be 1 to 10, found 11",
          "retry_after_seconds: must be greater than 0, found 0",
          "most_waiting: must be at least 1, found 0"]),
        ("{url: 'https://sms/', token: hidden}",
         ["token: a secret does not belong in this file: set CALLCORE_HOOK_<NAME>_TOKEN or "
          "CALLCORE_HOOK_<NAME>_TOKEN_FILE"]),
        ("{url: 'https://sms/', headers: {Authorization: hidden}}",
         [f"headers.Authorization: a secret does not belong in this file: {TOKEN}, which is sent "
          "as Authorization: Bearer"]),
        ("{url: 'https://sms/', token_header: X-Api-Key}",
         [f"token_header: its token is missing: {TOKEN}"]),
        ("{url: 'https://sms/', headers: {Idempotency-Key: 1}}",
         ["headers.Idempotency-Key: is set by callcore itself"]),
        ("{url: 'https://sms/', method: post}", ["method: unknown key"]),
    ],
)  # fmt: skip
def test_fault_of_a_hook_is_told(faults, settings, expected):
    """Without a word of what may be a secret."""
    told = [line.split(": ", 1)[1] for line in faults(hooks(f"{{sms: {settings}}}"))]
    assert told == [f"hooks.sms.{fault}" for fault in expected]


def test_two_hooks_of_one_variable_are_a_fault(faults):
    """Each has a token of its own, or none."""
    (fault,) = faults(
        "queues: {support: }\nhooks: {a-b: {url: 'https://a'}, a_b: {url: 'https://b'}}"
    )
    assert (
        "hooks.a_b: the hook 'a-b' has its token in the variable CALLCORE_HOOK_A_B_TOKEN" in fault
    )


def test_token_of_requests_comes_from_the_environment(load, tmp_path):
    """Without one there are no requests over HTTP; it is never shown."""
    (tmp_path / "token").write_text("0123456789abcdef\n")
    text = "queues: {support: }"
    assert load(text).api_token is None
    loaded = load(text, CALLCORE_API_TOKEN_FILE=str(tmp_path / "token"))
    assert loaded.api_token == "0123456789abcdef"
    assert "0123456789abcdef" not in repr(loaded)


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("0123456789abcde", "CALLCORE_API_TOKEN is too short: whoever guesses it"),
        ("0123456789 abcdef", "CALLCORE_API_TOKEN is no token: it holds spaces or accents"),
        ("0123456789ąbcdef", "CALLCORE_API_TOKEN is no token: it holds spaces or accents"),
        ("", "CALLCORE_API_TOKEN is empty or holds control characters"),
    ],
)
def test_weak_token_of_requests_is_refused(faults, token, expected):
    """It lets phones be called."""
    (fault,) = faults("queues: {support: }\nhttp: {port: 1}", CALLCORE_API_TOKEN=token)
    assert fault.startswith(f"callcore.yaml:2:7: http: {expected}")
    assert not token or token not in fault


def test_token_in_the_file_is_told_where_it_belongs(faults):
    """With the name of its variable."""
    (fault,) = faults("queues: {support: }\nhttp: {token: hidden}")
    assert fault.endswith(
        "http.token: a secret does not belong in this file: set CALLCORE_API_TOKEN or "
        "CALLCORE_API_TOKEN_FILE"
    )
