"""Which numbers may be called back: one rule for the dialogue, requests and the time of dialling.

A number is judged whole and normalised, by the site's prefixes and its do-not-call lists. Prefixes
guess nothing: ``0048…`` is ``+48…`` for everybody, ``22…`` and ``+4822…`` are two numbers. Lists
of those who are not to be called do: whichever country it is, ``22…`` may be ``+4822…``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from callcore.domain import phone_numbers
from callcore.domain.outcomes import AskingEnd
from callcore.domain.policies import CallableNumbers, CallerList

_WORDS_OF_NONE = frozenset(
    {
        "anonymous",
        "asserted-id anonymous",
        "blocked",
        "freeswitch",
        "n/a",
        "none",
        "private",
        "restricted",
        "unavailable",
        "unknown",
        "withheld",
    }
)
"""What stands where a number was withheld; FreeSWITCH puts its own name."""


_COUNTRY_CODE_LENGTHS = (1, 2, 3)


def verdict(
    number: str, rules: CallableNumbers, caller_lists: Iterable[CallerList]
) -> AskingEnd | None:
    """Why the number is not called; ``None``: it may be.

    ``number`` is as the switch shows it, as it was entered, or normalised already: what is called
    then is ``phone_numbers.normalised(number)``. One of ``WITHHELD``, ``NUMBER_IMPOSSIBLE``,
    ``DO_NOT_CALL`` and ``NUMBER_NOT_ALLOWED``, in this order.
    """
    called = phone_numbers.normalised(number)
    if not called:
        return AskingEnd.WITHHELD if _is_withheld(number) else AskingEnd.NUMBER_IMPOSSIBLE
    if len(called.removeprefix("+")) < rules.least_digits:
        return AskingEnd.NUMBER_IMPOSSIBLE
    if any(one.name in rules.do_not_call and _has(one.numbers, called) for one in caller_lists):
        return AskingEnd.DO_NOT_CALL
    return None if is_allowed(called, rules) else AskingEnd.NUMBER_NOT_ALLOWED


def is_allowed(number: str, rules: CallableNumbers) -> bool:
    """True if the prefixes allow the normalised number.

    The longest that fits decides; of one that is both allowed and refused, refusing.
    """
    allowing = _longest(number, rules.allowed)
    refusing = _longest(number, rules.refused)
    if refusing is not None:
        return allowing is not None and allowing > refusing
    return allowing is not None or not rules.allowed


def _has(numbers: frozenset[str], called: str) -> bool:
    """True if the number is there, as it is dialled at home or from abroad."""
    return called in numbers or any(form in numbers for form in _other_forms(called))


def _other_forms(number: str) -> Iterator[str]:
    """How else the number may be written, without knowing the country."""
    if number.startswith("+"):
        for length in _COUNTRY_CODE_LENGTHS:
            at_home = number[1 + length :]
            if len(at_home) >= phone_numbers.LEAST_NATIONAL_DIGITS:
                yield from (at_home, f"0{at_home}")
        return
    at_home = number.removeprefix("0")
    if len(at_home) >= phone_numbers.LEAST_NATIONAL_DIGITS:
        yield from (at_home, f"0{at_home}")
        for code in range(1, 10 ** max(_COUNTRY_CODE_LENGTHS)):
            yield f"+{code}{at_home}"


def _longest(number: str, prefixes: Iterable[str]) -> int | None:
    """The length of the longest prefix of the number."""
    return max((len(prefix) for prefix in prefixes if number.startswith(prefix)), default=None)


def _is_withheld(text: str) -> bool:
    """True of what stands for a number that is not shown; anything else is a bad one."""
    stripped = text.strip().lower()
    is_word = stripped in _WORDS_OF_NONE or phone_numbers.is_spelt_out(stripped)
    return is_word or not stripped.lstrip("+").strip("0")
