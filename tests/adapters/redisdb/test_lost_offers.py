"""How the hash of a call holds the offers that were lost."""

from __future__ import annotations

from typing import Any

import pytest

from callcore.adapters.redisdb.floor import Floor
from callcore.adapters.redisdb.keys import Keys
from callcore.domain.ids import CallId
from tests.adapters.redisdb.floors import SITE
from tests.contract.floor_builders import Offer, known, reserved
from tests.contract.test_lost_offers_contract import lose, noted, offered_again

CALL = Keys(SITE).call(CallId("c1"))
FIELD = "lost_offers"


@pytest.fixture
def offer(floor: Floor) -> Offer:
    """One caller, promised to the only agent."""
    return reserved(floor)


def test_a_call_without_a_lost_offer_has_nothing_more(offer: Offer, raw: Any) -> None:
    """Not through an offer that nobody was told of either."""
    assert not raw.hexists(CALL, FIELD)
    lose(offer, None)
    assert not raw.hexists(CALL, FIELD)


def test_a_lost_offer_is_a_short_line(offer: Offer, raw: Any) -> None:
    """Callers may lose many."""
    lose(offer, noted(offer))
    assert len(raw.hget(CALL, FIELD)) < 120


@pytest.mark.parametrize(
    "line",
    ["", "lost", "[1]", '["o2","support","anna","l",[1,null,null,2],"struck_by_lightning",""]'],
)
def test_a_line_that_cannot_be_read_hides_no_other(offer: Offer, raw: Any, line: str) -> None:
    """A version to come may have other reasons; the caller keeps the place all the same."""
    lose(offer, noted(offer))
    raw.hset(CALL, FIELD, line + "\n" + raw.hget(CALL, FIELD))
    again = offered_again(offer.floor, "o2")
    lose(again, noted(again))
    call = known(offer.floor)
    assert (call.state, call.lost_offers) == ("waiting", (noted(offer), noted(again)))
