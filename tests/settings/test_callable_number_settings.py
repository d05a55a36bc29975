"""Which numbers may be called back: read as people write them, and what is wrong is told."""

import pytest

from callcore.domain.phone_numbers import Home
from callcore.domain.policies import CallableNumbers

AROUND = "queues: {support: }\ncaller_lists: {blocked: {numbers: ['1']}, vip: {numbers: ['2']}}\n"


def numbers(settings: str) -> str:
    return f"{AROUND}dialplan: {{callable_numbers: {settings}}}"


def test_numbers_are_read_whole(load):
    """Prefixes become those of normalised numbers."""
    loaded = load(
        numbers(
            "{allowed: [+48, 00 49, '0', (1)], refused: [0048 70, '+49-900', +4870123],"
            " least_digits: 5, do_not_call: [blocked, vip, blocked]}"
        )
    )
    assert loaded.policy.dialplan.callable_numbers == CallableNumbers(
        allowed=("+48", "+49", "0", "1"),
        refused=("+4870", "+49900", "+4870123"),
        least_digits=5,
        do_not_call=("blocked", "vip"),
    )


@pytest.mark.parametrize("settings", ["", "{}", "{allowed: , refused: [], do_not_call: }"])
def test_without_rules_there_are_the_usual_ones(load, settings):
    """Every number of three digits or more."""
    assert load(numbers(settings)).policy.dialplan.callable_numbers == CallableNumbers()


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("{allowed: [48a]}", "allowed[0]: expected the beginning of a number such as +48 or 0, "
         "found '48a'"),
        ("{allowed: ['+0']}", "allowed[0]: expected the beginning of a number such as +48 or 0, "
         "found '+0'"),
        ("{allowed: ['*']}", "allowed[0]: expected the beginning of a number such as +48 or 0, "
         "found '*'"),
        ("{allowed: ['']}", "allowed[0]: must not be empty"),
        ("{allowed: +48}", "allowed: expected a list, found '+48'"),
        ("{refused: [+48, 0048]}", "refused[1]: +48 is there already"),
        ("{allowed: [+48], refused: [0048]}",
         "refused[0]: +48 is allowed too: take it out of one of the two"),
        ("{allowed: [+48], refused: [+4870, +49]}",
         "refused[1]: has no effect: none of what it refuses is allowed, as allowed names nothing "
         "shorter, found '+49'"),
        ("{allowed: [+48], refused: [+]}",
         "refused[0]: has no effect: none of what it refuses is allowed, as allowed names nothing "
         "shorter, found '+'"),
        ("{least_digits: 0}", "least_digits: must be 1 to 15, found 0"),
        ("{do_not_call: [blockd]}",
         "do_not_call[0]: unknown caller list 'blockd'; did you mean 'blocked'?"),
        ("{do_not_call: [A b]}",
         "do_not_call[0]: expected 1 to 48 lower-case letters, digits, '-' or '_', found 'A b'"),
        ("{alowed: []}", "alowed: unknown key; did you mean 'allowed'?"),
    ],
)  # fmt: skip
def test_fault_of_the_numbers_is_told(faults, settings, expected):
    """In its place, with what would be right."""
    (fault,) = faults(numbers(settings))
    assert fault.split(": ", 1)[1] == f"dialplan.callable_numbers.{expected}"


def test_fault_of_the_numbers_hides_none_of_the_contact(faults):
    """Each setting of the section is read by itself."""
    told = faults(
        AROUND + "dialplan: {callback_contact: 'x', callable_numbers: {least_digits: 16}}"
    )
    assert [line.split(": ")[1] for line in told] == [
        "dialplan.callback_contact",
        "dialplan.callable_numbers.least_digits",
    ]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("{country_code: 48}", Home(country_code="48")),
        ("{country_code: 49, trunk_prefix: 0}", Home(country_code="49", trunk_prefix="0")),
        ("", None),
    ],
)
def test_home_is_read(load, settings, expected):
    """Or there is none."""
    loaded = load(f"{AROUND}dialplan: {{home: {settings}}}")
    assert loaded.policy.dialplan.home == expected


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ("{country_code: +48}",
         "country_code: expected a country code such as 48, without +, found '+48'"),
        ("{country_code: 48, trunk_prefix: a}",
         "trunk_prefix: expected one to three digits such as 0, found 'a'"),
        ("{trunk_prefix: '0'}", "country_code: is missing"),
    ],
)  # fmt: skip
def test_fault_of_home_is_told(faults, settings, expected):
    """In its place."""
    (fault,) = faults(f"{AROUND}dialplan: {{home: {settings}}}")
    assert fault.split(": ", 1)[1] == f"dialplan.home.{expected}"
