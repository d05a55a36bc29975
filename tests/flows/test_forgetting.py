"""A person is taken out of the past while callcore runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from callcore.domain import phone_numbers
from callcore.domain.ids import CallId, LegId
from callcore.domain.phone_numbers import Home
from callcore.flows.site import Site
from callcore.ports.operations import (
    Forgotten,
    NotReadyError,
    NumberOnCallError,
    OperationError,
    OutOfRangeError,
)
from callcore.runtime.greenlets import spawn
from tests.fakes.clock import MortalClock, settle
from tests.fakes.keeper import FakePast
from tests.flows.callbacks import CallbackFloor
from tests.flows.callbacks import policy as with_callbacks
from tests.flows.floor import ANN, SALES, SUPPORT

PERSON, AT_HOME, OTHER = "+48201234501", "0201234501", "+48201234502"
HOME = Home(country_code="48", trunk_prefix="0")
SITE = with_callbacks()
SITE = replace(SITE, dialplan=replace(SITE.dialplan, home=HOME))


class PastFloor(CallbackFloor):
    """The call centre with a past."""

    __test__ = False

    def __init__(self) -> None:
        self.past: FakePast | None = None
        super().__init__(SITE)

    def _new_site(self, life: MortalClock) -> Site:
        if self.past is None:
            self.past = FakePast(self.store, self.clock)
            self.store.know_by(lambda number: phone_numbers.identified(number, HOME))
        return replace(super()._new_site(life), keeper=self.past.keeper)

    @property
    def history(self) -> FakePast:
        assert self.past is not None
        return self.past

    def talk(self, number: str, queue: str = "8002") -> LegId:
        """Somebody calls, talks, and is recorded."""
        caller = self.call_in(queue, number=number)
        self.clock.advance(10)
        self.switch.end(caller)
        self.clock.advance(5)
        self.history.history.take()
        return caller

    def forget(self, number: str = PERSON, *, is_dry_run: bool = False) -> Forgotten:
        """As an operator asks for it, while time and the record writer go on."""
        found: list[Forgotten | OperationError] = []

        def ask() -> None:
            try:
                found.append(self.worker.operating.forget(number, by="eve", is_dry_run=is_dry_run))
            except OperationError as error:
                found.append(error)

        spawn("operator", ask)
        settle()
        for _ in range(100):
            if found:
                break
            self.clock.advance(0.25)
            if not self.history.history.is_down:
                self.history.history.take()
        (answer,) = found
        if isinstance(answer, OperationError):
            raise answer
        return answer


@pytest.fixture
def floor() -> PastFloor:
    return PastFloor()


def numbers(floor: PastFloor) -> set[str]:
    return {record.caller_number for record in floor.history.history.records}


def test_all_calls_of_a_person_lose_whose_they_were(floor: PastFloor) -> None:
    """In whichever form the number came and is asked for; recordings go, others stay."""
    floor.log_in(ANN)
    first, second, other = (floor.talk(one, "8001") for one in (PERSON, AT_HOME, OTHER))
    answer = floor.forget(AT_HOME)
    assert answer.number == "+4820…01"
    assert answer.counts["call_records"] == 2
    assert numbers(floor) == {"", OTHER}
    assert len(floor.history.history.records) == 3
    assert {first, second, other} == {record.call_id for record in floor.history.history.records}
    assert [(by, subject) for by, subject, _ in floor.history.history.audit] == [
        ("eve", "+4820…01")
    ]
    assert floor.forget(PERSON).counts == {}


def test_recordings_go_and_those_out_of_reach_are_named(floor: PastFloor) -> None:
    """Those of another machine are for a person to delete."""
    floor.policy = SITE
    cleo = [agent for agent, policy in SITE.agents.items() if SALES in policy.queues]
    floor.log_in(*cleo)
    near, far = floor.talk(PERSON), floor.talk(PERSON)
    paths = {record.call_id: record.recordings[0].path for record in floor.history.history.records}
    floor.history.files.far.add(paths[CallId(far)])
    answer = floor.forget()
    assert floor.history.files.removed == [paths[CallId(near)]]
    assert answer.recordings_left == (paths[CallId(far)],)
    assert answer.counts["recordings"] == answer.counts["recordings_left"] == 1


def test_a_dry_run_tells_and_does_nothing(floor: PastFloor) -> None:
    """Neither records nor promises are touched."""
    floor.promised(number=PERSON)
    floor.clock.advance(5)
    floor.history.history.take()
    answer = floor.forget(is_dry_run=True)
    assert answer.is_dry_run
    assert answer.counts == {"call_records": 1, "promises": 1, "promised_numbers": 1}
    assert numbers(floor) == {PERSON}
    assert len(floor.promises()) == 1
    assert floor.history.history.audit == []


def test_promises_are_taken_back_and_their_records_too(floor: PastFloor) -> None:
    """The record that the promise itself leaves is waited for."""
    floor.promised(number=PERSON)
    floor.clock.advance(5)
    answer = floor.forget()
    assert answer.counts["promises"] == 1
    assert answer.counts["call_records"] == 2
    assert numbers(floor) == {""}
    assert [call for call in floor.promises() if call.ended_at is None] == []
    assert not any(floor.store.people.remembered([SUPPORT], PERSON).values())
    floor.log_in(ANN)
    floor.clock.advance(60)
    assert floor.customers_legs() == []


def test_who_is_on_the_line_is_not_forgotten(floor: PastFloor) -> None:
    """Waiting or talking: there would be a record afterwards. Nothing is half done."""
    floor.promised(number=PERSON)
    caller = floor.call_in(number=AT_HOME)
    floor.clock.advance(1)
    for _ in range(2):
        with pytest.raises(NumberOnCallError, match="ask again after the call"):
            floor.forget()
        floor.log_in(ANN)
        floor.clock.advance(10)
    assert floor.history.history.audit == []
    floor.switch.end(caller)
    for leg_id in list(floor.switch.legs_by_id):
        floor.switch.end(leg_id)
    floor.clock.advance(60)
    floor.history.history.take()
    assert floor.forget().counts["call_records"] >= 2
    assert numbers(floor) == {""}


def test_without_the_history_nothing_is_done(floor: PastFloor) -> None:
    """It is told, and may be asked again."""
    floor.talk(PERSON)
    floor.history.history.is_down = True
    with pytest.raises(NotReadyError, match="ask again"):
        floor.forget()
    floor.history.history.is_down = False
    assert floor.forget().counts["call_records"] == 1


def test_records_that_do_not_arrive_are_waited_for_in_vain(floor: PastFloor) -> None:
    """The person is not called forgotten while a record of theirs is on the way."""
    caller = floor.call_in(number=PERSON)
    floor.clock.advance(1)
    floor.switch.end(caller)
    floor.clock.advance(1)
    floor.history.history.take = lambda: None  # Postgres takes none
    with pytest.raises(NotReadyError, match="records wait for Postgres"):
        floor.forget()
    assert floor.history.history.audit == []


@pytest.mark.parametrize("number", ["", "anonymous", "000", "+", "12a4567"])
def test_what_is_no_number_is_refused(floor: PastFloor, number: str) -> None:
    """Before anybody is looked for."""
    with pytest.raises(OutOfRangeError, match="no phone number"):
        floor.forget(number)


def test_without_a_past_there_is_nothing_to_forget() -> None:
    """A site without history says so."""
    floor = CallbackFloor()
    with pytest.raises(NotReadyError):
        floor.worker.operating.forget(PERSON, by="eve", is_dry_run=True)
