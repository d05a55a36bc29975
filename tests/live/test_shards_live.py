"""Several workers' links to one real switch: each hears its legs, whatever changes under load."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from callcore.adapters.freeswitch.faults import FaultKind
from callcore.domain.ids import LegId
from callcore.domain.phones import Phone
from callcore.domain.sharding import DIGITS
from callcore.ports.switch_events import (
    DigitPressed,
    LegBridged,
    LegEnded,
    LegEvent,
    LegParked,
    LegUnbridged,
    PhoneCallBegan,
    PhoneRegistered,
    PlaybackStarted,
    SwitchLost,
    SwitchRestored,
)
from callcore.ports.telephony import LegRequest
from tests.live.ear import Ear
from tests.live.switch import DOMAIN
from tests.live.waiting import stays, until

pytestmark = [pytest.mark.live, pytest.mark.timeout(240)]

LOW, HIGH = "01234567", "89abcdef"
MUSIC = "local_stream://moh"

CALLS = 120
CALLS_PER_SECOND = 20
TALK_SECONDS = 0.7
STAY_SECONDS = 0.3
"""How long digits stay as they are."""
UNDER_WAY_SECONDS = 0.1
"""How long an event may be inside the switch before a filter meets it."""

Told = tuple[str, LegId, int]
"""What, of which leg, and when by the switch's clock."""


@pytest.fixture
def ears(switch, esl) -> Iterator[Callable[..., Ear]]:
    """Links of as many workers as wanted."""
    made: list[Ear] = []

    def make(digits: str | None = None) -> Ear:
        made.append(Ear(switch) if digits is None else Ear(switch, digits))
        return made[-1]

    yield make
    for ear in made:
        ear.switch.stop()


def told(ear: Ear, *leg_ids: LegId) -> list[Told]:
    """What a worker was told of legs, in order; of all of them if none is named."""
    return [
        (type(event).__name__, event.leg_id, event.at)
        for event in tuple(ear.heard)
        if isinstance(event, LegEvent) and (not leg_ids or event.leg_id in leg_ids)
    ]


def of_digits(everything: list[Told], digits: str) -> list[Told]:
    return [one for one in everything if one[1][0] in digits]


def serve_and_let_go(ear: Ear, served: dict[LegId, float]) -> None:
    """Answers who has arrived, plays music, and hangs up a little later."""
    for event in ear.told(LegParked):
        if event.leg_id not in served:
            served[event.leg_id] = time.monotonic() + TALK_SECONDS
            ear.switch.unguard(event.leg_id)
            ear.switch.answer(event.leg_id)
            ear.switch.play_endlessly(event.leg_id, MUSIC)
    for leg_id, ends_at in served.items():
        if ends_at < time.monotonic():
            served[leg_id] = float("inf")
            ear.switch.hang_up(leg_id, "NORMAL_CLEARING")


@dataclass
class Stay:
    """Digits, from when the switch had been told until it was told others (epoch µs)."""

    digits: str
    begins_at: float
    ends_at: float

    def is_at(self, told: Told) -> bool:
        return self.begins_at < told[2] < self.ends_at - UNDER_WAY_SECONDS * 1e6


def test_each_of_two_workers_hears_exactly_its_legs(ears, phones):
    """Together they hear everything once; what is of no leg, both."""
    low, high, witness = ears(LOW), ears(HIGH), ears()
    served: dict[LegId, float] = {}
    phones.crowd("5001", 40, per_second=CALLS_PER_SECOND)

    def are_all_gone() -> bool:
        serve_and_let_go(witness, served)
        return len(witness.told(LegEnded)) == 40

    until(are_all_gone, 30, "every caller was served")
    everything = told(witness)
    until(lambda: len(told(low)) + len(told(high)) == len(everything), 5, "both heard their share")
    assert told(low) == of_digits(everything, LOW)
    assert told(high) == of_digits(everything, HIGH)
    assert told(low)
    assert told(high)
    phones.agent("1001")
    low.hear(PhoneRegistered)
    high.hear(PhoneRegistered)


def test_no_event_is_lost_while_digits_change_under_load(ears, phones):
    """None of a digit that is held throughout; none of any other while it is held, from the moment
    in which the switch had been told; and none is told of digits that are not held.
    """
    mover, witness = ears("0123"), ears()
    served: dict[LegId, float] = {}
    stays_of_digits: list[Stay] = []
    others = ("4567", "89abcdef", "", "cdef4567", "456789abcdef")
    phones.crowd("5001", CALLS, per_second=CALLS_PER_SECOND)
    change_at = time.monotonic()

    def are_all_gone() -> bool:
        nonlocal change_at
        serve_and_let_go(witness, served)
        if time.monotonic() >= change_at:
            change_at += STAY_SECONDS
            digits = "0123" + others[len(stays_of_digits) % len(others)]
            if stays_of_digits:
                stays_of_digits[-1].ends_at = time.time() * 1e6
            mover.switch.follow_digits(digits)
            stays_of_digits.append(Stay(digits, time.time() * 1e6, float("inf")))
        return len(witness.told(LegEnded)) == CALLS

    until(are_all_gone, 60, "every caller was served")
    everything = told(witness)
    held = of_digits(everything, "0123")
    until(lambda: len(of_digits(told(mover), "0123")) >= len(held), 5, "the mover has caught up")
    assert of_digits(told(mover), "0123") == held
    heard = set(told(mover))
    checked = unheard = 0
    for stay in stays_of_digits:
        for one in filter(stay.is_at, everything):
            assert (one in heard) == (one[1][0] in stay.digits), (one, stay)
            checked += one[1][0] not in "0123"
            unheard += one[1][0] not in stay.digits
    assert len(stays_of_digits) > 10
    assert min(checked - unheard, unheard) > 20, "both happened often enough to mean something"
    assert heard <= set(everything)


def test_what_is_listed_follows_the_digits_of_now(ears, phones):
    """Legs, and legs of phones; a leg may be asked about by anybody."""
    first, second = ears(), ears("")
    caller = first.arrived(phones)
    until(lambda: first.switch.leg_ids() == {caller}, 3, "the switch lists the leg")
    assert second.switch.leg_ids() == frozenset()
    assert second.switch.legs() == []
    assert [leg.leg_id for leg in second.switch.legs([caller])] == [caller]
    first.switch.follow_digits(DIGITS.replace(caller[0], ""))
    second.switch.follow_digits(caller[0])
    assert first.switch.leg_ids() == frozenset()
    assert [leg.leg_id for leg in second.switch.legs()] == [caller]
    second.switch.hang_up(caller, "NORMAL_CLEARING")
    second.hear(LegEnded, caller)
    stays(lambda: not first.told(LegEnded), 0.2, "the first hears nothing of it")


def test_a_line_of_another_worker_is_lent(ears, esl, phones):
    """Who hears it hears it whole, its owner too; when it is given back, only the owner."""
    phones.agent("1001")
    owner, borrower = ears(""), ears()
    caller = borrower.arrived(phones)
    borrower.switch.follow_digits(caller[0])
    owner.switch.follow_digits(DIGITS.replace(caller[0], ""))
    digit = "0" if caller[0] == "f" else "f"
    request = request_for("1001", digit, {"callcore_line": "1001"})
    line = request.leg_id
    owner.switch.originate(request)
    owner.hear(LegParked, line)
    owner.switch.outlive_talks(line)
    began = owner.hear(PhoneCallBegan)
    assert (began.leg_id, began.phone) == (line, Phone(f"1001@{DOMAIN}"))
    # The switch's list is behind its events.
    until(lambda: owner.switch.legs_of([began.phone]).keys() == {line}, 5, "the line is listed")
    assert borrower.switch.legs_of([began.phone]) == {}
    assert borrower.told(PhoneCallBegan) == []
    borrower.switch.hear(line)
    borrower.switch.answer(caller)
    borrower.switch.play_endlessly(caller, MUSIC)
    borrower.hear(PlaybackStarted, caller)
    borrower.switch.bridge(caller, line)
    borrower.hear(LegBridged, caller)
    esl.api(f"uuid_recv_dtmf {line} 7")
    assert borrower.hear(DigitPressed, line).digit == "7"
    assert owner.hear(DigitPressed, line).digit == "7"
    until(lambda: borrower.switch.leg_ids() >= {caller, line}, 3, "the line is listed")
    borrower.switch.hang_up(caller, "NORMAL_CLEARING")
    borrower.hear(LegUnbridged)
    borrower.hear(LegParked, line)
    owner.hear(LegParked, line, count=2)
    borrower.switch.unhear(line)
    until(lambda: line not in borrower.switch.leg_ids(), 3, "it is not listed any more")
    esl.api(f"uuid_recv_dtmf {line} 8")
    owner.hear(DigitPressed, line, count=2)
    owner.switch.hang_up(line, "NORMAL_CLEARING")
    owner.hear(LegEnded, line)
    stays(lambda: len(borrower.told(DigitPressed)) == 1, 0.2, "the borrower hears no more of it")
    assert borrower.told(LegEnded, line) == []
    assert told(owner, caller) == []


def test_digits_lines_and_owners_survive_a_lost_link(ears, esl, phones):
    """What was asked for holds for the next link; marks are the switch's own, for every worker."""
    one, two = ears(LOW), ears(HIGH)
    one.switch.mark_owner(LOW, "one:1")
    two.switch.mark_owner(HIGH, "two:2")
    caller = Ear.arrived(ears(), phones)
    stranger = one if caller[0] in HIGH else two
    stranger.switch.hear(caller)
    stranger.switch._link._events.lose(FaultKind.CLOSED)
    stranger.hear(SwitchLost)
    stranger.hear(SwitchRestored, count=2)
    esl.api(f"uuid_recv_dtmf {caller} 5")
    stranger.hear(DigitPressed, caller)
    expected = dict.fromkeys(LOW, "one:1") | dict.fromkeys(HIGH, "two:2")
    assert one.switch.owners() == two.switch.owners() == expected
    one.switch.stop()
    two.switch.mark_owner("07", "two:3")
    assert ears("").switch.owners() == expected | {"0": "two:3", "7": "two:3"}


def test_a_phone_that_cannot_be_called_is_told_to_who_called(ears):
    """Though the switch tells every worker of every job."""
    low, high = ears(LOW), ears(HIGH)
    for digit in "0f":
        (low if digit == "0" else high).switch.originate(request_for("1077", digit, {}))
    assert low.hear(LegEnded).leg_id[0] == "0"
    assert high.hear(LegEnded).leg_id[0] == "f"
    stays(lambda: len(low.told(LegEnded) + high.told(LegEnded)) == 2, 0.3, "nobody is told twice")


def request_for(user: str, digit: str, variables: dict[str, str]) -> LegRequest:
    return LegRequest(
        leg_id=LegId(digit + str(uuid.uuid4())[1:]),
        contact=f"user/{user}@{DOMAIN}",
        timeout_seconds=10,
        caller_number="+48200100",
        caller_name="Ann",
        variables=variables,
    )
