"""How much of the agents a queue has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain.ids import AgentId, QueueName
from callcore.domain.staffing import Presence, Staffing

SUPPORT, SALES, BILLING = (QueueName(name) for name in ("support", "sales", "billing"))

SEATS = st.lists(
    st.tuples(
        st.sampled_from([SUPPORT, SALES, BILLING]),
        st.frozensets(st.sampled_from([AgentId(each) for each in "abcde"])),
    ),
    max_size=12,
)


def seen(**staffed: str) -> Presence:
    """Who is where, an agent by letter."""
    presence = Presence()
    for queue, agents in staffed.items():
        presence.see(QueueName(queue), frozenset(AgentId(each) for each in agents))
    return presence


def test_agents_of_one_queue_count_whole() -> None:
    """Whatever the share of those who are shared."""
    staffing = seen(support="abc", sales="de").staffing(SUPPORT)
    assert staffing == Staffing(whole_count=3, shared_count=0)
    assert staffing.effective_agents(3, None) == staffing.effective_agents(3, 0.1) == 3.0


def test_shared_agents_are_divided_in_equal_parts_until_more_is_known() -> None:
    """One is in two queues, another in three."""
    presence = seen(support="abc", sales="bc", billing="c")
    assert presence.staffing(SUPPORT).effective_agents(3, None) == pytest.approx(1 + 1 / 2 + 1 / 3)
    assert presence.staffing(BILLING).effective_agents(1, None) == pytest.approx(1 / 3)


def test_the_share_that_was_learnt_counts_in_place_of_equal_parts() -> None:
    """Of those who are shared alone."""
    staffing = seen(support="abc", sales="bc").staffing(SUPPORT)
    assert staffing.effective_agents(3, 0.8) == pytest.approx(1 + 2 * 0.8)
    assert staffing.effective_agents(3, 0.0) == 1.0


def test_who_was_not_seen_yet_is_like_the_others() -> None:
    """Two of three were seen, each half; another process let the third in."""
    staffing = seen(support="ab", sales="ab").staffing(SUPPORT)
    assert staffing.effective_agents(3, None) == pytest.approx(1.5)
    assert staffing.effective_agents(1, None) == pytest.approx(0.5)


def test_of_agents_none_of_whom_was_seen_nothing_is_known() -> None:
    """Nobody is nobody."""
    assert seen(sales="a").staffing(SUPPORT).effective_agents(2, 0.5) is None
    assert seen(sales="a").staffing(SUPPORT).effective_agents(0, 0.5) == 0.0
    assert seen(support="a").staffing(SUPPORT).effective_agents(0, None) == 0.0


def test_a_queue_that_is_no_more_shares_nobody() -> None:
    """Its agents are the others' alone."""
    presence = seen(support="ab", sales="a")
    assert presence.staffing(SUPPORT).shared_count == 1
    presence.keep({SUPPORT})
    assert presence.staffing(SUPPORT) == Staffing(whole_count=2)
    assert presence.queues_of(AgentId("a")) == {SUPPORT}
    assert presence.staffing(SALES) == Staffing()


@given(SEATS)
def test_what_counts_is_what_was_seen_last(
    seats: list[tuple[QueueName, frozenset[AgentId]]],
) -> None:
    """In whatever order agents come and go, and whatever was asked meanwhile."""
    presence, last = Presence(), {}
    for queue, staffed in seats:
        presence.see(queue, staffed)
        presence.staffing(SUPPORT)
        last[queue] = staffed
    for queue in (SUPPORT, SALES, BILLING):
        counts = [
            sum(agent in staffed for staffed in last.values())
            for agent in last.get(queue, frozenset())
        ]
        found = presence.staffing(queue)
        assert found.whole_count == counts.count(1)
        assert found.shared_count == len(counts) - counts.count(1)
        assert found.equal_parts == pytest.approx(sum(1 / each for each in counts if each > 1))
