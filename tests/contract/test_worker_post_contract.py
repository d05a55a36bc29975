"""Letters between workers: the same for the fake and each real server."""

from __future__ import annotations

import gevent

from callcore.domain.sharding import WorkerId
from callcore.runtime.greenlets import spawn
from tests.contract.floor_builders import AnyFloor

ONE, TWO = WorkerId("1"), WorkerId("2")
SOON_SECONDS = 0.02
DEADLINE_SECONDS = 5.0


def test_letters_come_in_order_each_once(floor: AnyFloor) -> None:
    """To whom they are addressed, of whatever bytes they are."""
    post = floor.worker_post
    letters = [bytes(range(256)), b"", b"\x00", "zażółć".encode()]
    post.send({ONE: letters[:2], TWO: [b"other"]})
    post.send({ONE: letters[2:]})
    assert post.receive(ONE, SOON_SECONDS) == letters
    assert post.receive(ONE, SOON_SECONDS) == []
    post.send({ONE: [b"more"]})
    assert post.receive(ONE, SOON_SECONDS) == [b"more"]
    assert post.receive(TWO, SOON_SECONDS) == [b"other"]


def test_a_reader_is_woken_by_the_first_letter(floor: AnyFloor) -> None:
    """However long it would have waited."""
    reader = spawn("reader", floor.worker_post.receive, ONE, DEADLINE_SECONDS)
    gevent.sleep(SOON_SECONDS)
    floor.worker_post.send({ONE: [b"wake up"]})
    assert reader.get(timeout=DEADLINE_SECONDS / 2) == [b"wake up"]


def test_many_letters_all_come(floor: AnyFloor) -> None:
    """More than are read in one go."""
    letters = [str(number).encode() for number in range(1200)]
    floor.worker_post.send({ONE: letters})
    received: list[bytes] = []
    with gevent.Timeout(DEADLINE_SECONDS):
        while len(received) < len(letters):
            received += floor.worker_post.receive(ONE, SOON_SECONDS)
    assert received == letters


def test_an_inbox_can_be_emptied(floor: AnyFloor) -> None:
    """What was meant for a process that has died is nobody's."""
    floor.worker_post.send({ONE: [b"old"], TWO: [b"kept"]})
    floor.worker_post.empty(ONE)
    assert floor.worker_post.receive(ONE, SOON_SECONDS) == []
    assert floor.worker_post.receive(TWO, SOON_SECONDS) == [b"kept"]
