"""What one of several workers knows of phones, and what it may tell of them."""

from __future__ import annotations

from callcore.domain.ids import LegId
from callcore.domain.phones import Phone
from callcore.domain.sharding import Shard, WorkerId
from callcore.flows.phone_knowledge import PhoneKnowledge
from callcore.flows.tenure import Tenure
from callcore.ports.telephony import PhoneLeg
from tests.fakes.switch import NODE

ANNS = Phone("1001@t")
OURS, GAINED = Shard(NODE, "a"), Shard(NODE, "b")


def test_only_what_was_compared_under_its_token_may_be_told() -> None:
    """A shard that was lost and is held again may hold what nobody here has heard of."""
    tenure = Tenure(WorkerId("1"), is_alone=False)
    known = PhoneKnowledge(tenure)
    tenure.note({OURS: 1}, {}, frozenset())
    assert not known.is_compared(OURS)
    known.compared({OURS: 1})
    assert known.is_compared(OURS)
    tenure.note({OURS: 1, GAINED: 5}, {}, frozenset())
    assert not known.is_compared(GAINED)
    tenure.note({}, {}, frozenset())
    assert not known.is_compared(OURS)
    tenure.note({OURS: 2}, {}, frozenset())
    assert not known.is_compared(OURS)


def test_who_is_alone_may_tell_of_everything() -> None:
    """Whether it has compared or not."""
    assert PhoneKnowledge(Tenure()).is_compared(OURS)


def test_legs_of_others_are_forgotten() -> None:
    """As soon as their shard is another worker's."""
    tenure = Tenure(WorkerId("1"), is_alone=False)
    known = PhoneKnowledge(tenure)
    tenure.note({OURS: 1, GAINED: 1}, {}, frozenset())
    for leg_id in ("a1", "b1"):
        known.begins(NODE, LegId(leg_id), PhoneLeg(phone=ANNS, is_offer=False))
    tenure.note({OURS: 1}, {}, frozenset())
    known.forget_others()
    assert set(known.legs_of(ANNS)) == {"a1"}
