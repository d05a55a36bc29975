"""The log holds no caller's whole number and no secret."""

from __future__ import annotations

import dataclasses

import pytest

from callcore.adapters.logs import observer, setup
from callcore.domain import phone_numbers
from callcore.domain.lookups import LookupFailure
from tests.adapters.logs.facts import ANSWERED, looked_up, sent_on
from tests.adapters.logs.written_log import Written


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+48201234501", "+4820…01"),
        ("48201234501", "48201…01"),
        ("1001", "1001"),
        ("112", "112"),
        ("", ""),
        ("sip:bob@example.org", "sip:b…rg"),
    ],
)
def test_numbers_are_shortened(number, expected):
    """The ends are enough to recognise a number one knows; extensions stay."""
    assert phone_numbers.shorten(number) == expected


def test_numbers_in_texts_are_shortened_and_ids_are_not(written):
    """Display names hold numbers; channel ids and instants only look like them."""
    values = {
        "caller_name": "Bob +48201234501",
        "reason": "no route to 48201234501",
        "leg_id": "12345678-1234-1234-1234-123456789012",
        "text": "leg 12345678-1234-1234-1234-123456789012 at 1790000000000001",
        "numbers": ["+48201234501"],
        "url": "http://crm/?caller=%2B48201234501&at=3",
        "spoken": "call +48 20 123-45-01 or 0048 (0)20 123 45 01, not +48 or +1 2 of 00:00:05",
    }
    written.log.write(setup.Level.INFO, "noted", values)
    line = written.lines[0]
    assert line["caller_name"] == "Bob +4820…01"
    assert line["reason"] == "no route to 48201…01"
    assert line["leg_id"] == values["leg_id"]
    assert line["text"] == values["text"]
    assert line["numbers"] == ["+4820…01"]
    assert line["url"] == "http://crm/?caller=%2B48201…01&at=3"
    assert line["spoken"] == "call +4820…01 or +4820…01, not +48 or +1 2 of 00:00:05"


SECRET = "hunter2horse"


@pytest.mark.parametrize(
    "values",
    [
        {"password": SECRET},
        {"esl_password": SECRET},
        {"Authorization": f"Bearer {SECRET}"},
        {"api_key": SECRET},
        {"pin": SECRET},
        {"agent": {"pin_hash": SECRET}},
        {"settings": {"redis": {"password": SECRET}}},
        {"pairs": [{"token": SECRET}]},
        {"url": f"postgresql://ops:{SECRET}@db:5432/calls"},
        {"reason": f"cannot reach redis://:{SECRET}@10.0.0.1:6379/0 now"},
        {"reason": f"host=db password={SECRET} user=ops"},
        {"reason": f"password: '{SECRET}'"},
        {"command": f"auth {SECRET}"},
        {"header": f"Authorization: Bearer {SECRET}"},
    ],
)
@pytest.mark.parametrize("is_json", [True, False])
def test_secrets_are_never_written(values, is_json):
    """Neither under a telling key nor inside a text, in either form of the log."""
    written = Written(json=is_json)
    written.log.write(setup.Level.INFO, "noted", values)
    assert SECRET not in written.text
    assert "***" in written.text


def test_secrets_of_an_exception_are_not_written(written):
    """A traceback is text like any other and shows no local variables."""

    def connect(password):
        raise ConnectionError(f"redis://:{SECRET}@10.0.0.1 refused") from OSError(
            str(len(password))
        )

    try:
        connect(SECRET)
    except ConnectionError as error:
        written.log.greenlet_died("reader", error)
    line = written.lines[0]
    assert line["event"] == "greenlet_died"
    assert line["level"] == "error"
    assert "ConnectionError" in line["exception"]
    assert SECRET not in written.text


@pytest.mark.parametrize(
    ("to", "expected"),
    [
        ("number:+48201234501", "number:+4820…01"),
        ("number:0048 20 123 45 01", "number:0048 …01"),
        ("number:48201234501;ext=12", "number:48201…12"),
        ("extension:48201234501", "extension:48201…01"),
        ("extension:5000", "extension:5000"),
        ("voicemail:7000", "voicemail:7000"),
        ("goodbye", "goodbye"),
    ],
)
@pytest.mark.parametrize("is_json", [True, False])
def test_the_number_a_caller_is_sent_on_to_is_shortened(to, expected, is_json):
    """It may be somebody's own, however it is written; extensions and boxes stay."""
    written = Written(json=is_json)
    observe = observer.LogObserver(written.log).observe
    observe(sent_on(to))
    observe(dataclasses.replace(ANSWERED, to=to))
    if is_json:
        assert [line["to"] for line in written.lines] == [expected] * 2
    else:
        assert written.text.count(f"to={expected}") + written.text.count(f"to='{expected}'") == 2


def test_what_another_system_said_holds_no_number_and_no_secret(written):
    """Its address may carry a password, its words the caller's number."""
    detail = f"https://eve:{SECRET}@crm.example/callers: nobody has +48201234501"
    observer.LogObserver(written.log).observe(looked_up(LookupFailure.STATUS, detail))
    assert SECRET not in written.text
    assert written.lines[0]["detail"] == "https://eve:***@crm.example/callers: nobody has +4820…01"
