"""The frame reader cuts what FreeSWITCH sends, however it arrives, and survives the rest."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callcore.adapters.freeswitch import frames
from callcore.adapters.freeswitch.frames import Frame, FrameReader, Skipped, StreamBrokenError
from tests.adapters.freeswitch import recordings

SMALL = ("11", "12b", "22", "24")


def cut(pieces: Iterable[bytes]) -> list[bytes | Frame | Skipped]:
    """Every frame of a stream that arrives in pieces."""
    reader = FrameReader()
    found: list[bytes | Frame | Skipped] = []
    for piece in pieces:
        reader.feed(piece)
        while (frame := reader.next_frame()) is not None:
            found.append(frame)
    return found


def expected(wires: list[bytes]) -> list[tuple[str, bytes]]:
    """The content type and body of each recorded frame, taken apart the simple way."""
    parts = (wire.partition(b"\n\n") for wire in wires)
    return [
        (
            next(
                line.removeprefix("Content-Type: ")
                for line in head.decode().split("\n")
                if line.startswith("Content-Type")
            ),
            body,
        )
        for head, _, body in parts
    ]


def seen(found: list[bytes | Frame | Skipped]) -> list[tuple[str, bytes]]:
    """The content type and body of each; of an event there is only the body."""
    return [
        ("text/event-json", frame) if isinstance(frame, bytes) else (frame.content_type, frame.body)
        for frame in found
        if isinstance(frame, bytes | Frame)
    ]


def pieces_of(stream: bytes, size: int) -> Iterable[bytes]:
    return (stream[start : start + size] for start in range(0, len(stream), size))


@pytest.mark.parametrize("name", recordings.names())
def test_every_recording_is_cut_as_it_was_sent_whatever_the_packets(name: str) -> None:
    """A recorded stream yields exactly its frames, in packets of several sizes."""
    wires = recordings.from_switch(name)
    stream = b"".join(wires)
    for size in (97, 1460, 65536, len(stream)):
        assert expected(wires) == seen(cut(pieces_of(stream, size)))


@pytest.mark.parametrize("name", SMALL)
def test_recordings_are_cut_the_same_byte_by_byte(name: str) -> None:
    """One byte at a time gives the frames of the recording."""
    wires = recordings.from_switch(name)
    assert expected(wires) == seen(cut(pieces_of(b"".join(wires), 1)))


def test_two_frames_are_cut_wherever_the_stream_is_split() -> None:
    """A split at any byte, in a header, a border or a letter of two bytes, changes nothing."""
    wires = [wire for wire in recordings.from_switch("12b") if "Żółć".encode() in wire][:2]
    stream = b"".join(wires)
    for place in range(1, len(stream)):
        assert expected(wires) == seen(cut((stream[:place], stream[place:])))


@pytest.mark.parametrize("size", range(1, 40))
def test_replies_and_answers_are_cut_in_packets_of_every_small_size(size: int) -> None:
    """Frames without a body, with one, and with one that lacks a final line feed."""
    wires = recordings.from_switch("11")
    assert expected(wires) == seen(cut(pieces_of(b"".join(wires), size)))


def test_headers_may_come_in_any_order() -> None:
    """The length may precede or follow the type."""
    headers = (b"Content-Length: 2", b"Content-Type: api/response", b"X: y")
    for order in itertools.permutations(headers):
        (frame,) = cut([b"\n".join(order) + b"\n\nok"])
        assert isinstance(frame, Frame)
        assert (frame.body, frame.content_type) == (b"ok", "api/response")


def test_a_length_counts_bytes() -> None:
    """Four Polish letters are eight bytes."""
    body = "Żółć".encode()
    found = cut([b"Content-Type: a/b\nContent-Length: 8\n\n" + body + b"Content-Type: c/d\n\n"])
    assert [("a/b", body), ("c/d", b"")] == seen(found)


def test_a_value_is_decoded_once_after_splitting() -> None:
    """An encoded line feed stays in its value; a reply's text is left as it is."""
    (frame,) = cut(
        [b"Content-Type: a/b\nName: x%0AEvent-Name%3A%20FORGED%2541\nReply-Text: 5%20\n\n"]
    )
    assert isinstance(frame, Frame)
    assert frame.headers["Name"] == "x\nEvent-Name: FORGED%41"
    assert frame.headers["Reply-Text"] == "5%20"
    assert "Event-Name" not in frame.headers


@pytest.mark.parametrize("separator", ["\u2028", "\u0085", "\x0b", "\x0c", "\x1c", "\r"])
def test_only_a_line_feed_ends_a_header(separator: str) -> None:
    """What Python calls a line end is not one here, so it forges nothing."""
    wire = f"Content-Type: a/b\nName: x{separator}Event-Name: FORGED\n\n".encode()
    (frame,) = cut([wire])
    assert isinstance(frame, Frame)
    assert "Event-Name" not in frame.headers


def test_bytes_that_are_not_text_do_no_harm() -> None:
    """A header or body of any bytes is a frame like others."""
    (frame,) = cut([b"Content-Type: a/b\nX\xff: \xfe\xff\nContent-Length: 3\n\n\xff\x00\n"])
    assert isinstance(frame, Frame)
    assert frame.body == b"\xff\x00\n"


def test_a_frame_without_a_content_type_is_skipped_with_its_body() -> None:
    """Its border is known, so the next frame is read."""
    found = cut([b"Hello: there\nContent-Length: 4\n\nbody", b"Content-Type: a/b\n\n"])
    assert found[0] == Skipped(reason="no_content_type")
    assert seen(found[1:]) == [("a/b", b"")]


@pytest.mark.parametrize(
    "length", ["-1", "+1", "1.0", "0x10", "", "1 2", "9" * 400, "99999999999", "١٢", "70000000"]
)
def test_a_length_that_cannot_be_trusted_breaks_the_stream(length: str) -> None:
    """Negative, absurd or unreadable lengths leave no way to find the next frame."""
    with pytest.raises(StreamBrokenError):
        cut([f"Content-Type: a/b\nContent-Length: {length}\n\n".encode()])


def test_two_different_lengths_break_the_stream() -> None:
    """Which of them to believe cannot be known."""
    with pytest.raises(StreamBrokenError):
        cut([b"Content-Length: 4\nContent-Type: a/b\nContent-Length: 5\n\n"])


def test_endless_headers_break_the_stream() -> None:
    """A block that never ends is given up, however it arrives."""
    with pytest.raises(StreamBrokenError):
        cut(b"X" * 1000 for _ in range(frames.HEADER_BYTES_LIMIT // 1000 + 2))


def test_empty_lines_between_frames_are_nothing() -> None:
    """Any number of line feeds before a frame is passed over."""
    assert seen(cut([b"\n" * 70000, b"\n\nContent-Type: a/b\n\n\n"])) == [("a/b", b"")]


def test_a_large_body_in_small_packets_costs_time_in_proportion() -> None:
    """Four times the body needs about four times the steps: bytes are not searched again."""
    searched = 0

    class Counting(bytearray):
        def find(self, *args):
            nonlocal searched
            searched += len(self) - args[1]
            return super().find(*args)

    reader = FrameReader()
    reader._buffer = Counting()
    stream = b"Content-Type: a/b\nContent-Length: 2000000\n\n" + b"x" * 2_000_000
    for piece in pieces_of(stream, 100):
        reader.feed(piece)
        reader.next_frame()
    assert searched < len(stream)


FRAGMENTS = st.sampled_from(
    [
        b"Content-Length",
        b"Content-Type",
        b": ",
        b":",
        b"0",
        b"3",
        b"-",
        b"\n",
        b"\n\n",
        b"a/b",
        b"\xff",
    ]
)


@given(
    st.lists(FRAGMENTS | st.binary(max_size=5), max_size=40).map(b"".join),
    st.lists(st.integers(1, 400), max_size=6),
)
@settings(max_examples=300)
def test_any_bytes_end_in_frames_or_in_a_broken_stream(stream: bytes, places: list[int]) -> None:
    """Nothing that arrives makes the reader fail otherwise, or depend on the packets."""

    def outcome(pieces: Iterable[bytes]) -> object:
        try:
            return cut(pieces)
        except StreamBrokenError:
            return "broken"

    cuts = [0, *sorted(set(places)), len(stream)]
    in_pieces = [stream[start:end] for start, end in itertools.pairwise(cuts)]
    assert outcome([stream]) == outcome(in_pieces)


@pytest.mark.parametrize("split", range(60))
def test_an_event_is_the_same_in_whatever_order_its_headers_come(split: int) -> None:
    """The usual order is read by a shorter way, wherever the packets end."""
    body = b'{"Event-Name":"DTMF"}\n\n'
    length, kind = b"Content-Length: %d\n" % len(body), b"Content-Type: text/event-json\n"
    usual, other = length + kind + b"\n" + body, kind + length + b"\n" + body
    (one, next_one), (another, next_other) = (
        cut([wire[:split], wire[split:] + wire]) for wire in (usual, other)
    )
    assert one == another == next_one == next_other
    assert seen([one]) == [("text/event-json", body)]


@pytest.mark.parametrize("length", [str(frames.BODY_BYTES_LIMIT + 1), "999999999"])
def test_an_event_too_long_breaks_the_stream(length: str) -> None:
    """Its headers in the usual order, too."""
    with pytest.raises(StreamBrokenError):
        cut([f"Content-Length: {length}\nContent-Type: text/event-json\n\n".encode()])
