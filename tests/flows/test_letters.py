"""Letters between workers: nobody waits, nothing is lost without a word, nothing comes twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from callcore.domain.events import FlowFailed, StoreFailed
from callcore.domain.ids import QueueName
from callcore.domain.sharding import WorkerId
from callcore.flows.letters import KEPT_COUNT
from callcore.flows.messages.between import AgentIsFree, Letter, MatchAsked, QueuesTouched
from callcore.ports.stores import Census, StoreUnavailableError
from tests.fakes.clock import settle
from tests.flows.sharing_team import Process, Team


def touched(name: str) -> QueuesTouched:
    return QueuesTouched(queues=(QueueName(name),))


def letters_to(process: Process) -> list[str]:
    """Which letters come there from now on, by the queue they name."""
    names: list[str] = []
    process.letters.on(QueuesTouched, lambda letter: names.append(letter.queues[0]))
    return names


def test_letters_come_to_all_or_to_one(team: Team) -> None:
    """In the order in which they were sent, and not to who sent them."""
    one, two, three = team.start_settled("1", "2", "3")
    come = [letters_to(process) for process in (one, two, three)]
    one.letters.send_all(touched("a"))
    one.letters.send(three.name, touched("b"))
    one.letters.send_all(touched("c"))
    settle()
    team.advance(0.1)
    assert come == [[], ["a", "c"], ["a", "b", "c"]]


def test_the_only_worker_writes_to_nobody(team: Team) -> None:
    """It costs nothing."""
    (one,) = team.start_settled("1")
    one.letters.send_all(touched("a"))
    assert one.letters.unsent_count == 0


def test_letters_wait_for_redis(team: Team) -> None:
    """Whoever writes them does not; they come in order when it is back."""
    one, two = team.start_settled("1", "2")
    come = letters_to(two)
    one.is_cut_off = True
    for name in "abc":
        one.letters.send(two.name, touched(name))
        team.advance(0.3)
    assert (come, one.letters.unsent_count) == ([], 3)
    reasons = [fact.reason.partition(":")[0] for fact in one.heard(StoreFailed)]
    assert reasons.count("letters") == 1
    one.is_cut_off = False
    team.advance(1)
    assert come == ["a", "b", "c"]


def test_the_latest_are_kept(team: Team) -> None:
    """How many were dropped is told when the others can be sent."""
    one, two = team.start_settled("1", "2")
    come = letters_to(two)
    one.is_cut_off = True
    for number in range(KEPT_COUNT + 7):
        one.letters.send(two.name, touched(str(number)))
        settle()
    assert one.letters.unsent_count == KEPT_COUNT
    one.is_cut_off = False
    team.advance(1)
    assert come == [str(number) for number in range(7, KEPT_COUNT + 7)]
    assert "7 could not be sent" in one.heard(StoreFailed)[-1].reason


def test_what_is_sent_again_comes_once(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sending that timed out may have happened, wholly or in part."""
    one, two = team.start_settled("1", "2")
    come = letters_to(two)
    send = team.floor.worker_post.send
    fails = iter([2, 1, 0])

    def time_out(letters: Mapping[WorkerId, Sequence[bytes]]) -> None:
        arrived = next(fails, None)
        send({worker: several[:arrived] for worker, several in letters.items()})
        if arrived is not None:
            one.letters.send(two.name, touched(f"e{arrived}"))
            message = "no answer in time"
            raise StoreUnavailableError(message)

    monkeypatch.setattr(team.floor.worker_post, "send", time_out)
    for name in "abcd":
        one.letters.send(two.name, touched(name))
    team.advance(3)
    assert come == ["a", "b", "c", "d", "e2", "e1", "e0"]


def test_letters_of_another_process_of_the_name_come_too(team: Team) -> None:
    """Its numbers begin anew."""
    one, two = team.start_settled("1", "2")
    come = letters_to(two)
    one.letters.send(two.name, touched("a"))
    team.advance(0.1)
    one.die()
    again = team.start("1")
    again.letters.send(two.name, touched("b"))
    team.advance(0.1)
    assert come == ["a", "b"]


def test_what_was_meant_for_a_dead_process_is_forgotten(team: Team) -> None:
    """The one in its place knows nothing of it."""
    one, two = team.start_settled("1", "2")
    two.die()
    one.letters.send(two.name, touched("old"))
    team.advance(0.1)
    again = team.start("2")
    come = letters_to(again)
    one.letters.send(two.name, touched("new"))
    team.advance(0.2)
    assert come == ["new"]


def test_a_bad_letter_stops_no_other(team: Team) -> None:
    """Unreadable ones, those nobody reads, and those whose reader fails are told of."""
    one, two = team.start_settled("1", "2")
    come = letters_to(two)

    def fail(_: Letter) -> None:
        message = "a defect"
        raise RuntimeError(message)

    two.letters.on(AgentIsFree, fail)
    one.letters.send(two.name, AgentIsFree(agent_id="a", triggered_at=1))  # type: ignore[arg-type]
    one.letters.send(two.name, MatchAsked(queue="q", triggered_at=1, trigger="t"))  # type: ignore[arg-type]
    team.advance(0.1)
    team.floor.worker_post.send({two.name: [b"\xffgarbage"]})
    one.letters.send(two.name, touched("good"))
    team.advance(0.1)
    assert come == ["good"]
    reasons = [fact.reason for fact in two.heard(FlowFailed)]
    assert len(reasons) == 3
    assert reasons[0] == "AgentIsFree: RuntimeError: a defect"
    assert "MatchAsked" in reasons[1]
    assert "cannot be read" in reasons[2]


def test_nothing_is_done_with_letters_before_it_is_known_what_is_held(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One who has slept beats first."""
    one, two = team.start_settled("1", "2")
    valid: list[bool] = []
    two.letters.on(QueuesTouched, lambda _: valid.append(two.tenure.is_valid))

    def fail(*_: object) -> Census:
        message = "only beats do not come through"
        raise StoreUnavailableError(message)

    monkeypatch.setattr(two, "beat", fail)
    team.advance(3)
    assert not two.tenure.is_valid
    one.letters.send(two.name, touched("a"))
    team.advance(0.2)
    assert valid == []
    monkeypatch.undo()
    team.advance(2)
    assert valid == [True]
