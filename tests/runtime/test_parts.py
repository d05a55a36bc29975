"""Parts that ask their whole."""

from __future__ import annotations

import gc
import weakref

import pytest

from callcore.runtime.parts import Asking


class Whole:
    """Something whose part asks it."""

    def __init__(self) -> None:
        self.part = Asking(self.answer)

    def answer(self) -> int:
        return 42


def test_a_part_asks_its_whole() -> None:
    """As if it had the method itself."""
    whole = Whole()
    assert whole.part() == 42


def test_a_whole_is_gone_when_nobody_needs_it() -> None:
    """At once, without a collection of garbage."""
    gc.disable()
    try:
        whole = Whole()
        seen = weakref.ref(whole)
        del whole
        assert seen() is None
    finally:
        gc.enable()


def test_a_part_that_outlives_its_whole_says_so() -> None:
    """It has nobody to ask."""
    part = Whole().part
    with pytest.raises(ReferenceError, match="outlived"):
        part()
