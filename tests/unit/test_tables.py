"""The transition tables leave nothing to chance."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcore.domain import agents, offers
from callcore.domain.agents import AgentEvent, AgentState
from callcore.domain.ids import AgentId, OfferId
from callcore.domain.offers import OfferEvent, OfferState
from tests.unit import state_tables

AGENT, OFFER = AgentId("1001"), OfferId("offer")


def test_every_pair_of_offer_state_and_event_is_decided() -> None:
    """No row and no column is missing."""
    assert set(offers.TRANSITIONS) == set(OfferState)
    assert all(set(row) == set(OfferEvent) for row in offers.TRANSITIONS.values())


def test_every_pair_of_agent_state_and_event_is_decided() -> None:
    """No row and no column is missing."""
    assert set(agents.TRANSITIONS) == set(AgentState)
    assert all(set(row) == set(AgentEvent) for row in agents.TRANSITIONS.values())


@given(st.lists(st.sampled_from(OfferEvent)))
def test_an_offer_that_is_over_stays_over(events: list[OfferEvent]) -> None:
    """Whatever comes after, won stays won and lost stays lost; a refused event changes nothing."""
    state, over = OfferState.RESERVED, None
    for event in events:
        try:
            state = offers.next_state(OFFER, state, event)
        except offers.EventRefusedError as refused:
            assert refused.state is state  # noqa: PT017 - most events are not refused
        if over is not None:
            assert state is over
        if offers.is_over(state):
            over = state


def test_an_offer_is_won_only_after_a_pick_up() -> None:
    """There is no way to a conversation but through pick-up and bridge."""
    before = [
        (state, event)
        for state, row in offers.TRANSITIONS.items()
        for event, after in row.items()
        if after is OfferState.WON
    ]
    assert before == [(OfferState.PICKED_UP, OfferEvent.BRIDGED)]


def test_only_an_available_agent_is_reserved() -> None:
    """One caller at a time, and none for who is absent."""
    assert agents.states_before(AgentEvent.RESERVE) == (AgentState.AVAILABLE,)


def test_only_who_holds_a_call_wishes_to_go() -> None:
    """And wishes for nothing else; meanwhile the state stays."""
    wishes = {
        (state, event)
        for state, row in agents.TRANSITIONS.items()
        for event, answer in row.items()
        if answer is agents.WISH
    }
    holding = (AgentState.RESERVED, AgentState.RINGING, AgentState.TALKING)
    assert wishes == set(product(holding, (AgentEvent.LOG_OUT, AgentEvent.BREAK_STARTED)))
    for state, event in wishes:
        assert agents.next_state(AGENT, state, event) is state


def test_a_refused_change_names_agent_state_and_event() -> None:
    """The complaint says what was asked of whom."""
    with pytest.raises(agents.ChangeRefusedError, match="agent 1001 is talking: reserve"):
        agents.next_state(AGENT, AgentState.TALKING, AgentEvent.RESERVE)


def test_every_state_leads_back_to_available() -> None:
    """No agent is ever in a state without a way out."""
    reach = {AgentState.AVAILABLE}
    while True:
        more = {
            state
            for state, row in agents.TRANSITIONS.items()
            if any(after in reach for after in row.values())
        } - reach
        if not more:
            break
        reach |= more
    assert reach == set(AgentState)


def test_logged_out_and_on_break_are_both_absent() -> None:
    """Talking and wrapping up are present."""
    assert set(AgentState) - agents.STAFFED == {AgentState.LOGGED_OUT, AgentState.ON_BREAK}


def test_the_documentation_shows_the_tables_of_the_code() -> None:
    """Run ``python -m tests.unit.state_tables`` after changing a table."""
    assert state_tables.PAGE.read_text() == state_tables.page()
