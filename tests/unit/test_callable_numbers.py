"""Which numbers may be called back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import callable_numbers, phone_numbers
from callcore.domain.outcomes import AskingEnd
from callcore.domain.policies import CallableNumbers, CallerList

_USUAL = CallableNumbers()
_NUMBERS = st.from_regex(r"\+?[1-9][0-9]{2,14}", fullmatch=True).filter(phone_numbers.normalised)
_PREFIXES = st.lists(st.from_regex(r"\+?[0-9]{1,3}", fullmatch=True), max_size=4).map(tuple)


def _verdict(number: str, rules: CallableNumbers = _USUAL) -> AskingEnd | None:
    return callable_numbers.verdict(number, rules, ())


@pytest.mark.parametrize(
    "number",
    [
        "",
        "  ",
        "anonymous",
        "Anonymous",
        " RESTRICTED ",
        "unknown",
        "Unavailable",
        "FreeSWITCH",
        "0",
        "00",
        "0000000000",
        "+0000000000",
        "266696687",  # ANONYMOUS on a keypad
        "+266696687",
    ],
)
def test_who_withholds_the_number_has_none(number: str) -> None:
    """Whatever word, or zeros, stand in its place."""
    assert _verdict(number) is AskingEnd.WITHHELD


@pytest.mark.parametrize(
    "number",
    [
        "12",
        "+12",
        "5",
        "*80",
        "#",
        "+48221234567890123",
        "123456789012345678901",
        "sip:someone@example.com",
        "+48 22 CALL ME",
        "+48221234567;ext=5",
        "+4822\nEvent-Name: FORGED",
    ],
)
def test_what_is_no_number_is_impossible(number: str) -> None:
    """Too short, too long, or no digits."""
    assert _verdict(number) is AskingEnd.NUMBER_IMPOSSIBLE


def test_how_short_a_number_may_be_is_a_setting() -> None:
    """Its digits count, the plus does not."""
    rules = CallableNumbers(least_digits=5)

    assert _verdict("+1234", rules) is AskingEnd.NUMBER_IMPOSSIBLE
    assert _verdict("12345", rules) is None


def test_usually_every_number_is_called() -> None:
    """Extensions too."""
    assert _verdict("1001") is None
    assert _verdict("+44 (0)20 7946 0000") is None


@pytest.mark.parametrize(
    ("number", "allowed", "refused", "may_be_called"),
    [
        ("+48221234567", ("+48",), (), True),
        ("0048 22 123 45 67", ("+48",), (), True),
        ("+49301234567", ("+48",), (), False),
        ("1001", ("+48",), (), False),
        ("+48701234567", ("+48",), ("+4870",), False),
        ("+48701234567", ("+48", "+4870123"), ("+4870",), True),
        ("+48701234567", ("+4870",), ("+4870",), False),
        ("+48701234567", (), ("+4870",), False),
        ("+48221234567", (), ("+4870",), True),
        ("0221234567", ("+48", "0"), (), True),
        ("+48221234567", ("+48",), ("+",), True),
        ("+49301234567", ("+48",), ("+",), False),
    ],
)
def test_the_longest_prefix_decides(
    number: str, allowed: tuple[str, ...], refused: tuple[str, ...], *, may_be_called: bool
) -> None:
    """Of one both allowed and refused, refusing; with some allowed by name, no others are."""
    rules = CallableNumbers(allowed=allowed, refused=refused)

    expected = None if may_be_called else AskingEnd.NUMBER_NOT_ALLOWED
    assert _verdict(number, rules) is expected


def test_a_list_that_is_not_called_holds_whatever_the_prefixes_allow() -> None:
    """However the number is written; other lists refuse nobody."""
    rules = CallableNumbers(allowed=("+48",), do_not_call=("blocked",))
    lists = (
        CallerList(name="vip", numbers=frozenset({"+48221110000"})),
        CallerList(name="blocked", numbers=frozenset({"+48221234567"})),
    )

    assert callable_numbers.verdict("0048 22 1234567", rules, lists) is AskingEnd.DO_NOT_CALL
    assert callable_numbers.verdict("+48221110000", rules, lists) is None


@pytest.mark.parametrize(
    ("listed", "number", "is_called"),
    [
        ("+48601100200", "601100200", False),
        ("+48601100200", "0048 601 100 200", False),
        ("+442079460000", "020 7946 0000", False),
        ("+12125550100", "212 555 0100", False),
        ("601100200", "+48601100200", False),
        ("02079460000", "+442079460000", False),
        ("0221234567", "221234567", False),
        ("221234567", "0221234567", False),
        ("+48601100200", "601100201", True),
        ("+48601100200", "1100200", True),
        ("+48601100200", "+49601100200", True),
        ("100200", "+48100200", True),
        ("+48601100", "601100", True),
    ],
)
def test_who_is_not_to_be_called_is_known_in_every_form(
    listed: str, number: str, *, is_called: bool
) -> None:
    """As dialled at home, with a zero or without, or from abroad; what is short is no number."""
    rules = CallableNumbers(do_not_call=("blocked",))
    lists = (CallerList(name="blocked", numbers=frozenset({listed})),)

    expected = None if is_called else AskingEnd.DO_NOT_CALL
    assert callable_numbers.verdict(number, rules, lists) is expected


def test_a_second_list_with_the_number_does_not_hide_that_it_is_not_called() -> None:
    """Priorities look at the first list only; this does not."""
    rules = CallableNumbers(do_not_call=("blocked",))
    lists = (
        CallerList(name="vip", numbers=frozenset({"+48221234567"})),
        CallerList(name="blocked", numbers=frozenset({"+48221234567"})),
    )

    assert callable_numbers.verdict("+48221234567", rules, lists) is AskingEnd.DO_NOT_CALL


@given(number=st.text(max_size=24), allowed=_PREFIXES, refused=_PREFIXES)
def test_the_verdict_is_the_same_once_normalised(
    number: str, allowed: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    """What was promised is judged again at dialling by what is on the floor."""
    rules = CallableNumbers(allowed=allowed, refused=refused)
    normalised = phone_numbers.normalised(number)

    if normalised:
        assert _verdict(normalised, rules) is _verdict(number, rules)
    else:
        assert _verdict(number, rules) in {AskingEnd.WITHHELD, AskingEnd.NUMBER_IMPOSSIBLE}


@given(number=_NUMBERS, allowed=_PREFIXES, refused=_PREFIXES)
def test_to_refuse_more_never_allows_more(
    number: str, allowed: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    """A prefix added to those refused opens no number."""
    before = callable_numbers.is_allowed(number, CallableNumbers(allowed=allowed, refused=refused))
    more = CallableNumbers(allowed=allowed, refused=(*refused, number[:2]))

    assert callable_numbers.is_allowed(number, more) <= before
