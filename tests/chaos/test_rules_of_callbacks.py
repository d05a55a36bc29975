"""The judge finds each promise broken, and nothing wrong where all were kept."""

from __future__ import annotations

import pytest

from tests.chaos import centre
from tests.chaos.journal import Word
from tests.chaos.made_up import ANOTHER_SUPPORT, SUPPORT_ONLY, Story, at
from tests.chaos.people import Absence, Withdrawal

PROMISED_AT = 2.5
CALLED_AT = PROMISED_AT + 6.0
BACK = "back"


class Promising(Story):
    """A caller of support asks for a callback, and is called back when an agent has picked up."""

    def asks(self, leg: str = "1", seconds: float = 1.0, dialled: str = "8001") -> None:
        """Comes, presses the keys, and is let go."""
        self.comes(leg, seconds, dialled)
        self.tell(seconds + 0.5, Word.PRESSED, leg, centre.CALLBACK_KEY)
        self.tell(seconds + 1.0, Word.PRESSED, leg, centre.RIGHT_KEY)
        self.hangs_up(leg, seconds + 1.5, "switch")
        ended_at = seconds + 1.5
        self.record(
            leg,
            "callback_promised",
            arrived_at=seconds,
            ended_at=ended_at,
            hung_up_by="callcore",
        )

    def customer_rings(self, leg: str, seconds: float, of: str = "1") -> None:
        self.tell(seconds, Word.RANG, leg, f"+48{of}", "8001")

    def is_called_back(self, seconds: float = CALLED_AT, leg: str = "customer") -> None:
        """An agent picks up, the customer does, and they talk for two seconds."""
        ring = f"agent of {leg}"
        self.rings(ring, seconds, SUPPORT_ONLY, "1")
        self.tell(seconds + 0.2, Word.ANSWERED, ring)
        self.customer_rings(leg, seconds + 0.3)
        self.tell(seconds + 0.5, Word.ANSWERED, leg)
        self.tell(seconds + 0.5, Word.BRIDGED, leg, ring)
        self.tell(seconds + 0.5, Word.BRIDGED, ring, leg)
        self.hangs_up(leg, seconds + 2.5)
        self.hangs_up(ring, seconds + 2.52, "switch")

    def callback(self, outcome: str, **values: object) -> None:
        """The record of the promise."""
        times = {"arrived_at": PROMISED_AT, "ended_at": CALLED_AT + 2.5}
        made = {
            "is_callback": True,
            "callback_of": "1",
            "callback_origin": "waiting",
            "attempts": [["customer", "talked"]],
        }
        self.record(BACK, outcome, **{**made, **times, **values})

    def kept(self, **values: object) -> None:
        """The record of one that was kept as told here."""
        times = {"bridged_at": CALLED_AT + 0.5, "unbridged_at": CALLED_AT + 2.5}
        self.callback("served", **{"agent_id": SUPPORT_ONLY, **times, **values})

    def fails_once(self, leg: str, seconds: float) -> None:
        """An agent picks up, and the customer's phone is busy."""
        ring = f"agent of {leg}"
        self.rings(ring, seconds, SUPPORT_ONLY, "1")
        self.tell(seconds + 0.2, Word.ANSWERED, ring)
        self.customer_rings(leg, seconds + 0.3)
        self.tell(seconds + 0.4, Word.HUNG_UP, leg, "USER_BUSY", "person")
        self.hangs_up(ring, seconds + 0.6, "switch")


@pytest.fixture
def story() -> Promising:
    """A promise that was made, and kept."""
    story = Promising()
    story.asks()
    story.is_called_back()
    return story


def test_a_promise_that_was_kept(story: Promising) -> None:
    """Nothing is wrong with it."""
    story.kept()
    assert story.judged() == []


def test_a_promise_that_is_nowhere() -> None:
    """Whoever is told so has a callback."""
    story = Promising()
    story.asks()
    assert story.broken() == {"one promise a call"}


def test_who_gave_up_has_one_by_the_policy() -> None:
    """Whoever waited long enough for support is called back unasked, as the settings say."""
    story = Promising()
    story.abandons("1", 1.0, 4.0)
    assert story.broken() == {"one promise a call"}
    story.callback(
        "overflowed", callback_origin="abandoned", left_for="withdrawn", attempts=None, ended_at=6.0
    )
    story.withdrawals.append(Withdrawal(call_id=BACK, asked_at=at(5), done_at=at(5)))
    assert story.broken() == set()


def test_who_did_not_wait_long_enough_has_none() -> None:
    """Unless the end was unheard: they waited, as far as anybody knows, until found gone."""
    story = Promising()
    story.abandons("1", 1.0, 1.4)
    story.callback(
        "overflowed", callback_origin="abandoned", left_for="withdrawn", attempts=None, ended_at=8.0
    )
    story.withdrawals.append(Withdrawal(call_id=BACK, asked_at=at(7), done_at=at(7)))
    assert "promised unasked" in story.broken()
    story.breaks(1.2, 1.5)
    assert "promised unasked" not in story.broken()


def test_who_leaves_in_the_instant_of_being_let_go(story: Promising) -> None:
    """Whoever has heard the promise and hangs up first: no cause tells who was quicker."""
    story.kept()
    ending = next(line for line in story.lines if line.leg == "1" and line.word is Word.HUNG_UP)
    story.lines.remove(ending)
    story.hangs_up("1", PROMISED_AT)
    assert story.judged() == []


def test_two_promises_of_one_call(story: Promising) -> None:
    """Nobody is promised the same twice."""
    story.kept()
    story.records.append({**story.records[-1], "call_id": "another"})
    assert "one promise a call" in story.broken()


def test_who_never_asked_is_not_promised_a_call() -> None:
    """A callback is of a call whose caller pressed the keys."""
    story = Promising()
    story.comes("1", 1.0)
    story.hangs_up("1", 2.5, "switch")
    story.record("1", "refused", arrived_at=1.0, ended_at=2.5, hung_up_by="callcore")
    story.is_called_back()
    story.kept()
    assert story.broken() == {"promised unasked"}


def test_a_customer_is_called_without_a_promise(story: Promising) -> None:
    """Phones ring for promises only."""
    story.kept()
    story.customer_rings("stray", 20.0, of="9")
    story.hangs_up("stray", 21.0)
    assert story.broken() == {"called unasked"}


def test_a_customer_is_called_again_after_the_talk(story: Promising) -> None:
    """One talk is all that was promised, whatever breaks later."""
    story.kept(attempts=[["customer", "talked"], ["again", "no_answer"]])
    story.customer_rings("again", 14.0)
    story.hangs_up("again", 17.0, "switch")
    assert story.broken() == {"called once more"}
    story.breaks(13.5, 14.5)
    assert story.broken() == {"called once more"}


def test_a_talk_that_nobody_heard_of(story: Promising) -> None:
    """If all of the talk fell into a fault, nobody knew of it."""
    story.kept(attempts=[["again", "no_answer"]])
    story.breaks(8.0, 12.0)
    story.customer_rings("again", 14.0)
    story.hangs_up("again", 17.0, "switch")
    assert "called once more" not in story.broken()


def test_a_customer_who_was_taken_back_is_called(story: Promising) -> None:
    """Once callcore has said that the promise is over, the phone does not ring."""
    story.kept()
    story.withdrawals.append(Withdrawal(call_id=BACK, asked_at=at(4), done_at=at(4)))
    assert story.broken() == {"called once more"}


def test_a_customer_who_rang_in_is_called(story: Promising) -> None:
    """Whoever calls again has the place; the promise is over."""
    story.kept()
    story.tell(5.0, Word.ARRIVED, "2", "+481", "8001")
    story.tell(5.01, Word.ANSWERED, "2")
    story.tell(5.02, Word.SOUND, "2", "local_stream://moh")
    story.hangs_up("2", 5.5)
    story.record("2", "short_abandoned", arrived_at=5.0, ended_at=5.5)
    assert {"called once more", "callback's outcome"} <= story.broken()


def test_a_customer_is_called_too_early() -> None:
    """The phone of one who was just let go is not called at once."""
    story = Promising()
    story.asks()
    story.is_called_back(PROMISED_AT + 3.0)
    story.kept(bridged_at=PROMISED_AT + 3.5, unbridged_at=PROMISED_AT + 5.5)
    assert "called too early" in story.broken()


def test_a_customer_is_called_too_late() -> None:
    """Not after the promise has expired, which counts from when it was made: of a caller whose end
    nobody heard, when that was found.
    """
    story, called_at = Promising(), PROMISED_AT + centre.EXPIRES_SECONDS + 5.0
    story.asks()
    story.is_called_back(called_at)
    talk = {"bridged_at": called_at + 0.5, "unbridged_at": called_at + 2.5}
    story.kept(**talk, ended_at=called_at + 2.5)
    assert "called too late" in story.broken()
    story.records.pop()
    story.kept(**talk, ended_at=called_at + 2.5, arrived_at=PROMISED_AT + 20.0)
    assert "called too late" not in story.broken()


def test_a_customer_is_called_too_often() -> None:
    """Not more often in vain than the settings say."""
    story = Promising()
    story.asks()
    attempts = []
    for number in range(centre.ATTEMPTS):
        story.fails_once(f"attempt {number}", CALLED_AT + 3.0 * number)
        attempts.append([f"attempt {number}", "busy"])
    ended_at = CALLED_AT + 12.0
    story.callback(
        "callback_failed", left_for="callback_failed", attempts=attempts, ended_at=ended_at
    )
    assert story.broken() == set()
    story.fails_once("one too many", CALLED_AT + 9.0)
    attempts.append(["one too many", "busy"])
    assert "called too often" in story.broken()


def test_a_promise_is_given_up_too_soon() -> None:
    """It fails when all attempts are used up, expires in its time, and is declined by a key."""
    for reason in ("callback_failed", "callback_expired", "callback_declined", "number_refused"):
        story = Promising()
        story.asks()
        story.callback("callback_failed", left_for=reason, attempts=None, ended_at=4.0)
        assert story.broken() == {"callback's outcome"}, reason


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"outcome": "callback_failed", "left_for": "callback_failed"}, "callback's outcome"),
        ({"agent_id": ANOTHER_SUPPORT}, "callback's agent"),
        ({"bridged_at": CALLED_AT + 2.0}, "callback's bridged_at"),
        ({"unbridged_at": CALLED_AT + 9.0}, "callback's unbridged_at"),
        ({"attempts": None}, "attempt"),
        ({"attempts": [["customer", "busy"]]}, "attempt"),
        ({"attempts": [["customer", "talked"], ["nowhere", "busy"]]}, "attempt"),
    ],
)
def test_a_record_of_something_else(story: Promising, values: dict[str, object], rule: str) -> None:
    """The callback's record tells what the phones lived through."""
    outcome = str(values.pop("outcome", "served"))
    story.kept(**values)
    story.records[-1]["outcome"] = outcome
    assert story.broken() == {rule}


def test_a_promise_is_passed_over() -> None:
    """It keeps the place of the caller: who came later is not rung for before it when it is due."""
    story = Promising()
    story.asks()
    story.is_called_back(CALLED_AT + 6.0)
    late = {"bridged_at": CALLED_AT + 6.5, "unbridged_at": CALLED_AT + 8.5}
    story.kept(**late, ended_at=CALLED_AT + 8.5)
    story.comes("2", 4.0)
    story.talks("2", CALLED_AT + 3.0, ANOTHER_SUPPORT, came_at=4.0)
    assert "order" in story.broken()


def test_an_agent_is_called_on_a_break(story: Promising) -> None:
    """Nobody's phone rings whose absence callcore has confirmed."""
    story.kept()
    story.absences.append(
        Absence(
            agent_id=SUPPORT_ONLY,
            asked_at=at(4),
            gone_at=at(4),
            returns_at=at(20),
            back_at=at(20),
        )
    )
    assert story.broken() == {"called while away"}
