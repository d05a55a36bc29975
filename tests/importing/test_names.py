"""Names callcore does not take are changed, and never into one name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.importing import names


@pytest.mark.parametrize(
    ("originals", "expected"),
    [
        (["support"], ["support"]),
        (["support@default"], ["support"]),
        (["support@a", "support@b"], ["support-a", "support-b"]),
        (["support@a", "support"], ["support-a", "support"]),
        (["Support", "support"], ["support-2", "support"]),
        (["Biuro Obsługi", "Żółw"], ["biuro-obsugi", "zow"]),
        (["售后", "销售"], ["queue", "queue-2"]),
        (["a b", "a.b", "a-b"], ["a-b-2", "a-b-3", "a-b"]),
        (["x" * 60, "x" * 61], ["x" * 48, f"{'x' * 42}-2"]),
    ],
)
def test_names_are_kept_or_changed_in_their_order(originals, expected):
    """A name that is one already is never changed for another's sake."""
    given_names = names.renamed(originals, "queue")
    assert [given_names[original] for original in originals] == expected


@given(st.lists(st.text(max_size=60) | st.sampled_from(["a@b", "a@c", "a", "A", "a-b", "a-2"])))
def test_no_two_have_one_name(originals):
    """Whatever they are called, each has a name of its own that callcore takes."""
    given_names = names.renamed(originals, "agent")
    assert given_names.keys() == set(originals)
    assert len(set(given_names.values())) == len(given_names)
    assert all(map(names.is_name, given_names.values()))
